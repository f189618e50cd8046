import { type EpochMs, isoTime } from './time.ts'

/** A whole number for people. @example count(48211) // '48,211' */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A counted noun. @example counted(1, 'host') // '1 host' */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** Things in a row, the first `most` of them, and how many more there are. @example enumerated(['a', 'b', 'c'], 2) // 'a, b and 1 more' */
export function enumerated(things: readonly string[], most: number): string {
  const shown = things.slice(0, most)
  const more = things.length - shown.length
  if (more > 0) return `${shown.join(', ')} and ${count(more)} more`
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** A moment to the minute, in UTC, for running text. @example moment(0) // '1970-01-01 00:00 UTC' */
export function moment(time: EpochMs): string {
  return `${isoTime(time).slice(0, 16).replace('T', ' ')} UTC`
}

/** Characters of one value in a sentence: a path fits, a flood does not. */
const LONGEST = 120

/** A value for running text, without its middle if it is long; a sentence itself is never cut, or it would say something else. */
export function shortened(value: string): string {
  if (value.length <= LONGEST) return value
  const half = (LONGEST - 2) / 2
  return `${whole(value.slice(0, half))}…${whole(value.slice(-half))}`
}

/** Without the half of a character that a cut leaves at either end. */
function whole(piece: string): string {
  return piece.replace(/^[\udc00-\udfff]/, '').replace(/[\ud800-\udbff]$/, '')
}
