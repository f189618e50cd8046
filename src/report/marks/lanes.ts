import { type EpochMs, formatDuration, type Score } from '../../domain/time.ts'
import { html, type Markup } from '../escape.ts'
import { stepOf } from '../score-step.ts'
import { visible } from '../visible.ts'
import { count, counted, moment, scoreText } from '../words.ts'
import { type Bins, binsFor, highestByCell, merged, type Span } from './bins.ts'
import { fitted } from './label.ts'
import { drawing, type Frame, hatch, type Mark, MOST_CELLS, MOST_ROWS, tableOf } from './mark.ts'
import { timeAxis, timeScale } from './time-axis.ts'

/** What is scored, by entity (a host, a user) and time. */
export interface LanesData extends Span {
  /** What a lane stands for: "host". */
  readonly of: string
  readonly lanes: readonly Lane[]
}
export interface Lane {
  readonly name: string
  readonly cells: readonly LaneCell[]
  /** Stretches in which nothing could be seen, `to` exclusive. */
  readonly blind?: readonly { readonly from: EpochMs; readonly to: EpochMs }[]
}
export interface LaneCell {
  readonly time: EpochMs
  readonly score: Score
  /** What scored: a process. */
  readonly what: string
}

const ROW = 22
const LABELS = 132
const LEAST_CELL = 6
/** With more cells than this the hints under the pointer are left out: the table has the same. */
const MOST_HINTS = 1500

/** Lanes: one row an entity, one cell a stretch of time, coloured by the highest score in it; blind time is hatched. */
export function lanes(data: LanesData, frame: Frame): Mark {
  const bins = binsFor(data, Math.min(MOST_CELLS, Math.floor((frame.width - LABELS) / LEAST_CELL)))
  const rows = pooledLanes(data.lanes).map((lane) => ({ ...lane, best: highestByCell(lane.cells, bins) }))
  const height = rows.length * ROW + 20
  const scale = timeScale(bins, LABELS, frame.width)
  const hints = rows.reduce((sum, row) => sum + row.best.size, 0) <= MOST_HINTS
  const body = [hatch(frame), ...timeAxis(scale, 0, rows.length * ROW)]
  rows.forEach((row, i) => {
    const y = i * ROW
    body.push(
      html`<text class="label" x="${LABELS - 8}" y="${y + 15}" text-anchor="end">${fitted(row.name, LABELS - 12)}</text>`,
    )
    body.push(html`<line class="base" x1="${LABELS}" x2="${frame.width}" y1="${y + ROW - 0.5}" y2="${y + ROW - 0.5}"/>`)
    for (const { from, to } of merged(row.blind ?? [], bins))
      body.push(
        html`<rect fill="url(#${frame.id}-hatch)" x="${scale(from)}" y="${y + 2}" width="${scale(to) - scale(from)}" height="${ROW - 5}"/>`,
      )
    for (const [cell, best] of row.best) body.push(laneCell(cell, best, { bins, scale, y, hints }))
  })
  const worst = data.lanes.flatMap((lane) => lane.cells.map((cell) => ({ ...cell, lane: lane.name }))).sort(worstFirst)
  return {
    svg: drawing(frame, height, `Scores by ${data.of} and time`, description(data, worst), body),
    table: tableOf(
      [data.of, 'bucket', 'score', 'what'],
      worst.map((cell) => [cell.lane, moment(cell.time), scoreText(cell.score), cell.what]),
    ),
    notes: notesOn(data, bins),
  }
}

interface Drawn {
  readonly bins: Bins
  readonly scale: ReturnType<typeof timeScale>
  readonly y: number
  readonly hints: boolean
}

function laneCell(cell: number, best: LaneCell, { bins, scale, y, hints }: Drawn): Markup {
  const left = scale(bins.from + cell * bins.length)
  const width = scale(bins.from + (cell + 1) * bins.length) - left
  const hint = hints
    ? html`<title>${moment(best.time)}: ${visible(best.what, 40)}, ${scoreText(best.score)}</title>`
    : undefined
  return html`<rect class="${stepOf(best.score)}" x="${left + 0.5}" y="${y + 3}" width="${Math.max(1, width - 1)}" height="${ROW - 7}" rx="1">${hint}</rect>`
}

/** At most `MOST_ROWS` lanes: the last one holds all that are left. */
function pooledLanes(all: readonly Lane[]): readonly Lane[] {
  if (all.length <= MOST_ROWS) return all
  const rest = all.slice(MOST_ROWS - 1)
  return [
    ...all.slice(0, MOST_ROWS - 1),
    { name: `${count(rest.length)} more`, cells: rest.flatMap((lane) => lane.cells) },
  ]
}

function worstFirst(a: LaneCell & { lane: string }, b: LaneCell & { lane: string }): number {
  return b.score - a.score || a.time - b.time || (a.lane < b.lane ? -1 : 1)
}

function description(data: LanesData, worst: readonly (LaneCell & { lane: string })[]): string {
  const [top] = worst
  const scope = `${counted(data.lanes.length, data.of)} from ${moment(data.from)} to ${moment(data.to)}`
  if (!top) return `Nothing was scored on ${scope}.`
  return `${counted(worst.length, 'score')} on ${scope}; the highest, ${scoreText(top.score)}, is ${visible(top.what, 40)} on ${visible(top.lane, 40)} at ${moment(top.time)}.`
}

function notesOn(data: LanesData, bins: Bins): string[] {
  const notes = [`A cell is ${formatDuration(bins.length)}, in the colour of the highest score in it.`]
  if (data.lanes.length > MOST_ROWS)
    notes.push(`The last lane pools ${count(data.lanes.length - MOST_ROWS + 1)} that have no room of their own.`)
  if (data.lanes.some((lane) => lane.blind?.length)) notes.push('Hatched: nothing could be seen.')
  return notes
}
