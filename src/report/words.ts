import { type DurationMs, type EpochMs, formatDuration, isoTime } from '../domain/time.ts'
import { html, type Markup } from './escape.ts'
import { visible } from './visible.ts'

/** A whole number for people. @example count(48211) // '48,211' */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A counted noun. @example counted(1, 'host') // '1 host' */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** A moment to the minute, in UTC, for running text. @example moment(0) // '1970-01-01 00:00 UTC' */
export function moment(time: EpochMs): string {
  return `${isoTime(time).slice(0, 16).replace('T', ' ')} UTC`
}

/** A moment as an element that machines read too. */
export function timeElement(time: EpochMs): Markup {
  return html`<time datetime="${isoTime(time)}">${moment(time)}</time>`
}

/** Values in a row, the first few, and how many more there are. @example listed(['a', 'b', 'c'], 2) // 'a, b and 1 more' */
export function listed(values: readonly string[], most: number): string {
  const shown = values.slice(0, most).map((value) => visible(value, 48))
  const more = values.length - shown.length
  if (more > 0) return `${shown.join(', ')} and ${count(more)} more`
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** A duration behind "in". @example these(7200000) // 'these 2 hours' */
export function these(duration: DurationMs): string {
  const text = formatDuration(duration)
  return `${text.startsWith('1 ') ? 'this' : 'these'} ${text}`
}

/** A score for people: whole, but never rounded up to the next step. */
export function scoreText(score: number): string {
  return String(Math.floor(score))
}
