import { AppError } from './error.ts'

declare const unit: unique symbol
/** A number with a unit: plain numbers fit, two different units do not fit each other. */
export type Unit<U extends string> = number & { readonly [unit]?: U }
export type EpochMs = Unit<'ms since 1970 UTC'>
export type DurationMs = Unit<'ms'>
export type Seq = Unit<'place in a store'>
export type Score = Unit<'0..100'>
export type Probability = Unit<'0..1'>

export const SECOND: DurationMs = 1_000
export const MINUTE: DurationMs = 60_000
export const HOUR: DurationMs = 3_600_000
export const DAY: DurationMs = 86_400_000

const DURATION_UNITS: ReadonlyMap<string, DurationMs> = new Map([
  ['ms', 1],
  ['s', SECOND],
  ['m', MINUTE],
  ['h', HOUR],
  ['d', DAY],
  ['w', 7 * DAY],
])

/**
 * Reads a duration as Elastic and we write it: a whole number and a unit (`15m`, `45m`, `30d`), or several in a row (`1h30m`).
 *
 * @throws AppError DURATION_UNREADABLE
 * @example parseDuration('15m') // 900000
 */
export function parseDuration(text: string): DurationMs {
  const parts = [...text.trim().matchAll(/(\d+)(ms|[smhdw])/gy)]
  const length = parts.reduce((sum, part) => sum + part[0].length, 0)
  if (parts.length === 0 || length !== text.trim().length)
    throw new AppError({
      message: `Cannot read duration "${text}": expected a number and a unit`,
      code: 'DURATION_UNREADABLE',
      hint: 'Units are ms, s, m, h, d and w: 15m, 7d, 1h30m.',
    })
  return parts.reduce((sum, [, digits, name]) => sum + Number(digits) * DURATION_UNITS.get(name!)!, 0)
}

/** A duration for people, in its largest whole-ish unit. @example formatDuration(5400000) // '1.5 hours' */
export function formatDuration(duration: DurationMs): string {
  const steps: [DurationMs, string][] = [
    [DAY, 'day'],
    [HOUR, 'hour'],
    [MINUTE, 'minute'],
    [SECOND, 'second'],
  ]
  const [size, name] = steps.find(([size]) => duration >= size) ?? [SECOND, 'second']
  const amount = Math.round((duration / size) * 10) / 10
  return `${amount} ${name}${amount === 1 ? '' : 's'}`
}

/** ISO 8601 in UTC with milliseconds, the form of every time that we write. */
export function isoTime(time: EpochMs): string {
  if (!(time >= EARLIEST && time <= LATEST)) return new Date(time).toISOString()
  const whole = Math.trunc(time)
  const day = Math.floor(whole / DAY)
  if (day !== lastDay.day) lastDay = { day, text: new Date(whole).toISOString().slice(0, 11) }
  const rest = whole - day * DAY
  const [hours, minutes] = [TWO_DIGITS[Math.floor(rest / HOUR)], TWO_DIGITS[Math.floor(rest / MINUTE) % 60]]
  const [seconds, ms] = [TWO_DIGITS[Math.floor(rest / SECOND) % 60], THREE_DIGITS[rest % SECOND]]
  return `${lastDay.text}${hours}:${minutes}:${seconds}.${ms}Z`
}

/** Events come in by the million and few days apart: the calendar is asked once a day, which takes a quarter of the time. */
let lastDay = { day: Number.NaN, text: '' }
const TWO_DIGITS = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'))
const THREE_DIGITS = Array.from({ length: SECOND }, (_, i) => String(i).padStart(3, '0'))

/** Earliest and latest moments that `isoTime` can write and that an event may carry: the years 0 and 9999. */
export const EARLIEST: EpochMs = -62_167_219_200_000
export const LATEST: EpochMs = 253_402_300_799_999

/** Reads an ISO 8601 time or a number of milliseconds since 1970; NaN for anything else. Digits after the third of a fraction are cut off. */
export function parseTime(value: unknown): EpochMs {
  const time = typeof value === 'number' ? value : typeof value === 'string' ? parseIsoTime(value) : Number.NaN
  return time >= EARLIEST && time <= LATEST ? Math.floor(time) : Number.NaN
}

const ISO_TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?$/i

/** The form in which we, and most shippers, write times: read as it is. */
const WRITTEN_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

function parseIsoTime(text: string): EpochMs {
  if (WRITTEN_TIME.test(text)) return Date.parse(text)
  const parts = ISO_TIME.exec(text)
  if (!parts) return /^\d{12,14}$/.test(text) ? Number(text) : Number.NaN
  const [, day, clock, fraction = '', zone = 'Z'] = parts
  const whole = Date.parse(`${day}T${clock!.length === 5 ? `${clock}:00` : clock}${zone.toUpperCase()}`)
  return whole + Number(`${fraction}000`.slice(1, 4))
}
