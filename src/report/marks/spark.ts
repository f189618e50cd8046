import { max } from 'd3-array'
import { html, type Markup } from '../escape.ts'
import type { Frame } from './mark.ts'

/** A word-sized picture of a series; the sentence beside it carries the numbers, so it has a title and no table. */
export interface SparkData {
  readonly title: string
  readonly values: readonly number[]
}

const TALL = 16
/** More values are pooled by maximum. */
const MOST_BARS = 80

/** Spark: bars from the first value to the last, the highest as tall as the line of text. */
export function spark(data: SparkData, frame: Frame): Markup {
  const bars = pooled(data.values)
  const most = Math.max(1, max(bars) ?? 0)
  const step = frame.width / Math.max(1, bars.length)
  const path = bars
    .flatMap((value, i) => (value > 0 ? [bar(i * step, step, Math.max(1.5, (TALL * value) / most))] : []))
    .join('')
  return html`<svg class="spark" viewBox="0 0 ${frame.width} ${TALL}" width="${frame.width}" height="${TALL}" role="img" aria-labelledby="${frame.id}-t"><title id="${frame.id}-t">${data.title}</title><line class="base" x1="0" x2="${frame.width}" y1="${TALL - 0.5}" y2="${TALL - 0.5}"/><path class="bar" d="${path}"/></svg>`
}

function bar(x: number, step: number, height: number): string {
  return `M${x.toFixed(1)} ${TALL}v${(-height).toFixed(1)}h${Math.max(0.8, step - 0.5).toFixed(1)}V${TALL}z`
}

function pooled(values: readonly number[]): number[] {
  if (values.length <= MOST_BARS) return [...values]
  return Array.from({ length: MOST_BARS }, (_, i) => {
    const from = Math.floor((i * values.length) / MOST_BARS)
    const to = Math.floor(((i + 1) * values.length) / MOST_BARS)
    return max(values.slice(from, to)) ?? 0
  })
}
