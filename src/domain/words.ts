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
