import { type ScaleLinear, scaleLinear } from 'd3-scale'
import type { Score } from '../../domain/time.ts'
import { html, type Markup } from '../escape.ts'
import { stepOf } from '../score-step.ts'
import { count, counted, short } from '../words.ts'
import { drawing, type Frame, type Mark, tableOf } from './mark.ts'

/** The scores of all records, and the threshold above which they alert. */
export interface HistogramData {
  readonly scores: readonly Score[]
  /** So many of them reached the threshold and are no alerts, since they were found while learning. */
  readonly heldBack?: number
  readonly threshold: Score
}

const BIN = 5
const BINS = 100 / BIN
const LEFT = 40
const TOP = 16
const TALL = 130

/** Histogram of scores in steps of five; the axis of counts is logarithmic, since low scores outnumber high ones a thousandfold. */
export function histogram(data: HistogramData, frame: Frame): Mark {
  const counts = binned(data.scores)
  const most = Math.max(1, ...counts)
  const x = scaleLinear([0, 100], [LEFT, frame.width - 12])
  const y = scaleLinear([0, Math.log10(1 + most)], [TOP + TALL, TOP])
  const at = (n: number) => y(Math.log10(1 + n))
  const floor = TOP + TALL
  const body: Markup[] = countTicks(most).map(
    (n) =>
      html`<line class="grid" x1="${LEFT}" x2="${frame.width - 12}" y1="${at(n)}" y2="${at(n)}"/><text x="${LEFT - 6}" y="${at(n) + 4}" text-anchor="end">${short(n)}</text>`,
  )
  counts.forEach((n, i) => {
    if (n > 0)
      body.push(
        html`<rect class="${stepOf(i * BIN)}" x="${x(i * BIN) + 1}" y="${at(n)}" width="${x(BIN) - x(0) - 2}" height="${floor - at(n)}"><title>${i * BIN} to ${(i + 1) * BIN}: ${counted(n, 'record')}</title></rect>`,
      )
  })
  for (const tick of [0, 25, 50, 75, 100])
    body.push(html`<text x="${x(tick)}" y="${floor + 14}" text-anchor="middle">${tick}</text>`)
  body.push(html`<line class="base" x1="${LEFT}" x2="${frame.width - 12}" y1="${floor}" y2="${floor}"/>`)
  body.push(thresholdLine(x, data.threshold, TOP, floor))
  return {
    svg: drawing(frame, floor + 20, 'Records by score', description(data), body),
    table: tableOf(
      ['score', 'records'],
      counts.map((n, i) => [`${i * BIN} to ${(i + 1) * BIN}`, count(n)]),
    ),
    notes: ['Records in steps of five points of score; the height is logarithmic.'],
  }
}

/** The dashed line of the threshold in use, with its name on top; near the right edge of the scale the name ends at the line. */
export function thresholdLine(
  scale: ScaleLinear<number, number>,
  threshold: Score,
  top: number,
  floor: number,
): Markup {
  const x = scale(threshold)
  const anchor = threshold > 90 ? 'end' : 'middle'
  return html`<line class="threshold" x1="${x}" x2="${x}" y1="${top}" y2="${floor}"/><text class="halo" x="${x}" y="${top - 5}" text-anchor="${anchor}">threshold</text>`
}

/** 1, 10, 100 … up to the greatest count. */
function countTicks(most: number): number[] {
  return Array.from({ length: Math.floor(Math.log10(most)) + 1 }, (_, power) => 10 ** power)
}

function binned(scores: readonly Score[]): number[] {
  const counts = new Array<number>(BINS).fill(0)
  for (const score of scores) counts[Math.min(BINS - 1, Math.max(0, Math.floor(score / BIN)))]! += 1
  return counts
}

function description({ scores, threshold, heldBack = 0 }: HistogramData): string {
  if (scores.length === 0) return 'No record has a score.'
  const above = scores.filter((score) => score >= threshold).length
  return `${counted(scores.length, 'record')}; ${count(above)} at or above the threshold of ${threshold}${heldBack > 0 ? `, ${count(heldBack)} of them held back while learning` : ''}.`
}
