import { max } from 'd3-array'
import { type EpochMs, formatDuration, type Score } from '../../domain/time.ts'
import { html, type Markup } from '../escape.ts'
import { stepOf } from '../score-step.ts'
import { count, counted, moment } from '../words.ts'
import { type Bins, binOf, binsFor, highestByCell, type Span } from './bins.ts'
import { fitted } from './label.ts'
import { drawing, type Frame, type Mark, MOST_CELLS, MOST_ROWS, tableOf } from './mark.ts'
import { timeAxis, timeScale } from './time-axis.ts'

/** When each process was active, over the whole range: the pattern of a rare value. */
export interface StripsData extends Span {
  /** All buckets of the range. */
  readonly buckets: number
  readonly strips: readonly Strip[]
}
export interface Strip {
  readonly name: string
  /** Starts of the buckets with activity, ascending; perhaps only the latest of them. */
  readonly active: readonly EpochMs[]
  /** All buckets with activity, counted. */
  readonly activeBuckets: number
  /** Buckets that scored; drawn on top. */
  readonly scored?: readonly { readonly time: EpochMs; readonly score: Score }[]
}

const ROW = 20
const LABELS = 132
const COUNTS = 112

/** Strips: a tick for each stretch of time in which a process was active, coloured where it scored. */
export function strips(data: StripsData, frame: Frame): Mark {
  const bins = binsFor(data, Math.min(MOST_CELLS, Math.floor((frame.width - LABELS - COUNTS) / 2)))
  const scale = timeScale(bins, LABELS, frame.width - COUNTS)
  const rows = data.strips.slice(0, MOST_ROWS)
  const body: Markup[] = [...timeAxis(scale, 0, rows.length * ROW)]
  rows.forEach((strip, i) => {
    const y = i * ROW
    body.push(
      html`<text class="label" x="${LABELS - 8}" y="${y + 14}" text-anchor="end">${fitted(strip.name, LABELS - 12)}</text>`,
    )
    body.push(
      html`<line class="base" x1="${LABELS}" x2="${frame.width - COUNTS}" y1="${y + ROW - 2.5}" y2="${y + ROW - 2.5}"/>`,
    )
    body.push(html`<path class="active" d="${ticks(strip.active, bins, scale, y)}"/>`)
    for (const [cell, { score }] of highestByCell(strip.scored ?? [], bins)) {
      const x = scale(bins.from + cell * bins.length)
      body.push(
        html`<rect class="${stepOf(score)}" x="${x - 0.5}" y="${y + 2}" width="${Math.max(3, cellWidth(bins, scale))}" height="${ROW - 5}"/>`,
      )
    }
    body.push(
      html`<text class="count" x="${frame.width}" y="${y + 14}" text-anchor="end">${count(strip.activeBuckets)} of ${count(data.buckets)}</text>`,
    )
  })
  return {
    svg: drawing(frame, rows.length * ROW + 20, 'When each process was active', description(data), body),
    table: tableOf(
      ['process', 'active buckets', 'share', 'first drawn', 'last'],
      data.strips.map((strip) => tableRow(strip, data.buckets)),
    ),
    notes: notesOn(data, bins),
  }
}

const cellWidth = (bins: Bins, scale: ReturnType<typeof timeScale>): number =>
  scale(bins.from + bins.length) - scale(bins.from)

/** One path for all ticks of a strip; neighbours are one box, so that a process that never rests costs one. */
function ticks(active: readonly EpochMs[], bins: Bins, scale: ReturnType<typeof timeScale>, y: number): string {
  const cells = [...new Set(active.map((time) => binOf(bins, time)).filter((cell) => cell !== undefined))].sort(
    (a, b) => a - b,
  )
  const runs: { start: number; end: number }[] = []
  for (const cell of cells) {
    const last = runs.at(-1)
    if (last?.end === cell) last.end++
    else runs.push({ start: cell, end: cell + 1 })
  }
  const x = (cell: number) => scale(bins.from + cell * bins.length)
  return runs
    .map(
      ({ start, end }) =>
        `M${x(start).toFixed(1)} ${y + 4}v${ROW - 9}H${Math.max(x(start) + 1, x(end) - 0.4).toFixed(1)}V${y + 4}z`,
    )
    .join('')
}

function tableRow(strip: Strip, buckets: number): string[] {
  const share = buckets > 0 ? `${((100 * strip.activeBuckets) / buckets).toFixed(1)} %` : '–'
  const [first, last] = [strip.active[0], strip.active.at(-1)]
  return [
    strip.name,
    count(strip.activeBuckets),
    share,
    first === undefined ? '–' : moment(first),
    last === undefined ? '–' : moment(last),
  ]
}

function description(data: StripsData): string {
  const most = max(data.strips, (strip) => strip.activeBuckets) ?? 0
  const scope = `${counted(data.buckets, 'bucket')} from ${moment(data.from)} to ${moment(data.to)}`
  if (data.strips.length === 0) return `No process to draw in ${scope}.`
  return `${counted(data.strips.length, 'process', 'processes')} in ${scope}; the busiest was active in ${count(most)} of them.`
}

function notesOn(data: StripsData, bins: Bins): string[] {
  const notes = [
    `A tick is ${formatDuration(bins.length)} with activity; the numbers count buckets of ${formatDuration(data.bucketSpan)}.`,
  ]
  if (data.strips.some((strip) => strip.active.length < strip.activeBuckets))
    notes.push('Of the busiest only the latest activity is drawn.')
  if (data.strips.length > MOST_ROWS)
    notes.push(`${counted(data.strips.length - MOST_ROWS, 'more strip')} only in the table.`)
  return notes
}
