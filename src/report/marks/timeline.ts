import { max, sum } from 'd3-array'
import { scaleSqrt } from 'd3-scale'
import { type EpochMs, formatDuration, type Score } from '../../domain/time.ts'
import { html, type Markup } from '../escape.ts'
import { stepOf } from '../score-step.ts'
import { visible } from '../visible.ts'
import { count, counted, moment, scoreText, short } from '../words.ts'
import { type Bins, binOf, binsFor, highestByCell, merged, type Span } from './bins.ts'
import { fitted } from './label.ts'
import { drawing, type Frame, hatch, type Mark, MOST_CELLS, tableOf } from './mark.ts'
import { timeAxis, timeScale } from './time-axis.ts'

/** One host: how much it sent when, what scored on it, and when it could not be seen. */
export interface TimelineData extends Span {
  readonly name: string
  /** Events by start of bucket. */
  readonly activity: ReadonlyMap<EpochMs, number>
  readonly records: readonly ScoredMoment[]
  readonly blind?: readonly { readonly from: EpochMs; readonly to: EpochMs }[]
}

export interface ScoredMoment {
  readonly time: EpochMs
  readonly score: Score
  /** What scored: a process. */
  readonly what: string
}

type Best = ReadonlyMap<number, ScoredMoment>

const BARS = 34
/** Rows above the bars: names, and below them the diamonds, so that no diamond lies on a name. */
const NAMES = 13
const DOTS = 14
const TOP = NAMES + DOTS
/** The gutter that names the greatest bar. */
const LEFT = 44
/** A mark wears at most so many names; the highest scores get theirs. */
const MOST_NAMES = 3
/** Pixels that a name takes. */
const NAME_ROOM = 112

/** Timeline: bars for events (square-root scale), a diamond above for each scored stretch, its highest by name, blind time hatched. */
export function timeline(data: TimelineData, frame: Frame): Mark {
  const bins = binsFor(data, Math.min(MOST_CELLS, Math.floor((frame.width - LEFT) / 3)))
  const scale = timeScale(bins, LEFT, frame.width)
  const events = eventsByCell(data, bins)
  const best = highestByCell(data.records, bins)
  const most = max(events.values()) ?? 0
  const tall = scaleSqrt([0, Math.max(1, most)], [0, BARS])
  const floor = TOP + BARS
  const width = scale(bins.from + bins.length) - scale(bins.from)
  const body: Markup[] = [hatch(frame), ...timeAxis(scale, TOP, floor)]
  for (const { from, to } of merged(data.blind ?? [], bins))
    body.push(
      html`<rect fill="url(#${frame.id}-hatch)" x="${scale(from)}" y="${TOP}" width="${scale(to) - scale(from)}" height="${BARS}"/>`,
    )
  body.push(
    html`<path class="bar" d="${[...events].map(([cell, n]) => bar(scale(bins.from + cell * bins.length), width, floor, tall(n))).join('')}"/>`,
  )
  body.push(html`<line class="base" x1="${LEFT}" x2="${frame.width}" y1="${floor}" y2="${floor}"/>`)
  body.push(html`<text x="${LEFT - 6}" y="${TOP + 9}" text-anchor="end">${short(most)}</text>`)
  body.push(...diamonds(best, bins, scale))
  return {
    svg: drawing(
      frame,
      floor + 18,
      `Events of ${visible(data.name, 60)} over time`,
      description(data, sum(events.values())),
      body,
    ),
    table: tableOf(
      ['from', 'events', 'highest score', 'what'],
      [...new Set([...events.keys(), ...best.keys()])]
        .sort((a, b) => a - b)
        .map((cell) => tableRow(bins.from + cell * bins.length, events.get(cell) ?? 0, best.get(cell))),
    ),
    notes: [`A bar is ${formatDuration(bins.length)}, its height the square root of the events in it.`],
  }
}

function bar(x: number, width: number, floor: number, height: number): string {
  return `M${x.toFixed(1)} ${floor}v${(-height).toFixed(1)}h${Math.max(0.8, width - 0.6).toFixed(1)}V${floor}z`
}

function eventsByCell(data: TimelineData, bins: Bins): Map<number, number> {
  const events = new Map<number, number>()
  for (const [time, n] of data.activity) {
    const cell = binOf(bins, time)
    if (cell !== undefined && n > 0) events.set(cell, (events.get(cell) ?? 0) + n)
  }
  return events
}

function diamonds(best: Best, bins: Bins, scale: ReturnType<typeof timeScale>): Markup[] {
  const x = (cell: number) => scale(bins.from + (cell + 0.5) * bins.length)
  const [, right] = scale.range() as [number, number]
  const isOnLeft = (cell: number) => x(cell) > right - NAME_ROOM
  const named = withNames(best, (cell) => (isOnLeft(cell) ? x(cell) + 4 - NAME_ROOM : x(cell) - 4))
  return [...best].map(([cell, record]) => {
    const step = stepOf(record.score)
    const half = step === 'low' ? 2.5 : 4.5
    const hint = `${moment(record.time)}: ${visible(record.what, 40)}, ${scoreText(record.score)}`
    const diamond = html`<path class="${step}" d="M${x(cell)} ${NAMES + 6.5 - half}l${half} ${half}l${-half} ${half}l${-half} ${-half}z"><title>${hint}</title></path>`
    if (!named.has(cell)) return diamond
    const onLeft = isOnLeft(cell)
    return html`${diamond}<text class="halo" x="${x(cell) + (onLeft ? 4 : -4)}" y="10" text-anchor="${onLeft ? 'end' : 'start'}">${fitted(record.what, NAME_ROOM - 8)}</text>`
  })
}

/**
 * The cells whose process is named: the highest scores, no two so close that their names would touch. `begin` is where the name of a cell
 * begins, which is on the other side of it near the right edge.
 */
function withNames(best: Best, begin: (cell: number) => number): Set<number> {
  const named = new Set<number>()
  const ranked = [...best].filter(([, { score }]) => stepOf(score) !== 'low').sort(([, a], [, b]) => b.score - a.score)
  for (const [cell] of ranked)
    if (named.size < MOST_NAMES && [...named].every((other) => Math.abs(begin(other) - begin(cell)) > NAME_ROOM))
      named.add(cell)
  return named
}

function tableRow(from: EpochMs, events: number, best: ScoredMoment | undefined): string[] {
  return [moment(from), count(events), best ? scoreText(best.score) : '–', best?.what ?? '–']
}

function description(data: TimelineData, total: number): string {
  const blind = data.blind?.length ? `, blind in ${counted(data.blind.length, 'stretch', 'stretches')}` : ''
  return `${counted(total, 'event')} and ${counted(data.records.length, 'score')} from ${moment(data.from)} to ${moment(data.to)}${blind}.`
}
