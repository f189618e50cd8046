import type { Place } from './event.ts'
import type { EpochMs } from './time.ts'

/**
 * One distinct combination of a datafeed's fields in one bucket: all that travels from a store to a job.
 * Millions of events become hundreds of these.
 */
export interface Observation {
  /** One value for each field of the datafeed, in its order; null where the event has none. Several values of one field are joined by a comma, as Elastic's datafeed does. */
  readonly values: readonly (string | null)[]
  readonly count: number
  readonly first: EpochMs
  readonly last: EpochMs
  /** Where to read the events again; the first `EVENTS_KEPT` of them. */
  readonly events: readonly Place[]
}

/** So many events are kept by place for each observation; `count` always counts all. */
export const EVENTS_KEPT = 20

/** The time of the first event of all rows; infinity where there is none. */
export function firstOf(rows: readonly Observation[]): EpochMs {
  return rows.reduce((least, row) => Math.min(least, row.first), Number.POSITIVE_INFINITY)
}

/** The order of rows in a bucket on every engine (`time-and-order.md` §2): first event time, then the values in the order of the fields, none first. */
export function compareObservations(a: Observation, b: Observation): number {
  if (a.first !== b.first) return a.first - b.first
  for (let i = 0; i < a.values.length; i++) {
    const left = a.values[i] ?? null
    const right = b.values[i] ?? null
    // No value comes before all values, the empty one too: without a tie, no engine is left to chance.
    if (left !== right) return left === null || (right !== null && left < right) ? -1 : 1
  }
  return 0
}

/**
 * The rows of a bucket from two observations of it, whether the store gave it whole again or only what was new
 * (`EventCapabilities.observesAgain`): a row whose first event is the same one is the row of before, grown; any other is
 * added to it.
 */
export function uniteObservations(before: readonly Observation[], now: readonly Observation[]): Observation[] {
  const rows = new Map(before.map((row) => [JSON.stringify(row.values), row]))
  for (const row of now) {
    const key = JSON.stringify(row.values)
    const known = rows.get(key)
    rows.set(key, known === undefined ? row : united(known, row))
  }
  return [...rows.values()].sort(compareObservations)
}

/** One row of two observations of it, the same combination of values (see `uniteObservations`). */
export function united(before: Observation, now: Observation): Observation {
  return isSamePlace(before.events[0], now.events[0]) ? now : added(before, now)
}

function isSamePlace(a: Place | undefined, b: Place | undefined): boolean {
  return a !== undefined && b !== undefined && a.input === b.input && a.from === b.from
}

function added(a: Observation, b: Observation): Observation {
  return {
    values: a.values,
    count: a.count + b.count,
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
    events: [...a.events, ...b.events].slice(0, EVENTS_KEPT),
  }
}
