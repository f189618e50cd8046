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

/** The order of rows in a bucket on every engine (`time-and-order.md` §2): first event time, then the values in the order of the fields. */
export function compareObservations(a: Observation, b: Observation): number {
  if (a.first !== b.first) return a.first - b.first
  for (let i = 0; i < a.values.length; i++) {
    const left = a.values[i] ?? ''
    const right = b.values[i] ?? ''
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}
