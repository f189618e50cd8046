import { type DurationMs, type EpochMs, formatDuration, isoTime } from '../domain/time.ts'
import { enumerated, moment } from '../domain/words.ts'
import { html, type Markup } from './escape.ts'
import { visible } from './visible.ts'

export { count, counted, moment } from '../domain/words.ts'

/** A moment as an element that machines read too. */
export function timeElement(time: EpochMs): Markup {
  return html`<time datetime="${isoTime(time)}">${moment(time)}</time>`
}

/** Values in a row, the first few, and how many more there are. @example listed(['a', 'b', 'c'], 2) // 'a, b and 1 more' */
export function listed(values: readonly string[], most: number): string {
  return enumerated(
    values.map((value, i) => (i < most ? visible(value, 48) : value)),
    most,
  )
}

/** A number for the edge of a drawing, in at most five characters up to a billion. @example short(12345) // '12k' */
export function short(value: number): string {
  if (value >= 999_500) return `${Number((value / 1e6).toPrecision(3))}M`
  return value >= 1000 ? `${Number((value / 1e3).toPrecision(3))}k` : String(value)
}

/** A duration behind "in". @example these(7200000) // 'these 2 hours' */
export function these(duration: DurationMs): string {
  const text = formatDuration(duration)
  return text.startsWith('1 ') ? `this ${text.slice(2)}` : `these ${text}`
}

/** A score for people: whole, but never rounded up to the next step. */
export function scoreText(score: number): string {
  return String(Math.floor(score))
}
