import type { EcsEvent, Place } from '../domain/event.ts'
import { values } from '../domain/field.ts'
import { compareObservations, EVENTS_KEPT, type Observation } from '../domain/observation.ts'
import { type EpochMs, parseTime } from '../domain/time.ts'
import { matches } from '../query/match.ts'
import type { Datafeed } from './datafeed.ts'

/** What one event is to a datafeed: its combination of the datafeed's fields. Equal combinations have equal keys. */
export interface Row {
  /** The list of values in JSON. */
  readonly key: string
  readonly values: readonly (string | null)[]
}

/** The row of an event, or undefined if the datafeed does not admit it. */
export function rowOf(feed: Datafeed, event: EcsEvent): Row | undefined {
  if (!matches(feed.query, event)) return undefined
  const row = feed.fields.map((field) => {
    const all = values(event, field)
    return all.length === 0 ? null : all.join(',')
  })
  return { key: JSON.stringify(row), values: row }
}

/**
 * Where an event that is more than a day ahead of the clock carries the clock of its coming in: it counts for that bucket, and
 * keeps its own time as evidence (`time-and-order.md` §2). Written by the engine, over whatever a sender may have put there.
 */
export const SET_ASIDE_AT = 'oddsock.set_aside_at'

/** The time that decides the bucket of an event. NaN if the event has none. */
export function bucketTimeOf(event: EcsEvent): EpochMs {
  const setAside = Object.hasOwn(event, SET_ASIDE_AT) ? parseTime(event[SET_ASIDE_AT]) : Number.NaN
  return Number.isNaN(setAside) ? timeOf(event) : setAside
}

/** Whether an event counts for a time in `[from, to)`. */
export function isWithin(event: EcsEvent, { from, to }: { readonly from: EpochMs; readonly to: EpochMs }): boolean {
  const time = bucketTimeOf(event)
  return time >= from && time < to
}

/** The event's own time. NaN if it has none. */
export function timeOf(event: EcsEvent): EpochMs {
  return parseTime(values(event, '@timestamp')[0])
}

/**
 * The fold that defines what `observe` means: the rows of one bucket, counted. Every store gives the same answer, each in its
 * own way; the contract of `storage/` proves it against this.
 */
export class Fold {
  readonly #cells = new Map<string, Cell>()
  /** All events taken in. */
  count = 0

  add(row: Row, time: EpochMs, input: number, from: number, to: number): void {
    this.count++
    const cell = this.#cells.get(row.key)
    if (cell === undefined) {
      const place: Place = { input, from, to }
      this.#cells.set(row.key, { values: row.values, count: 1, first: time, last: time, events: [place] })
      return
    }
    cell.count++
    if (time < cell.first) cell.first = time
    if (time > cell.last) cell.last = time
    if (cell.events.length < EVENTS_KEPT) cell.events.push({ input, from, to })
  }

  /** The rows so far, in the order of `compareObservations`. */
  observations(): Observation[] {
    return [...this.#cells.values()].sort(compareObservations)
  }
}

interface Cell extends Observation {
  count: number
  first: EpochMs
  last: EpochMs
  readonly events: Place[]
}
