import type { Datafeed } from '../../datafeed/datafeed.ts'
import { bucketTimeOf, Fold, isWithin, type Row, rowOf, timeOf } from '../../datafeed/observe.ts'
import { type BucketSpan, bucketOf } from '../../domain/bucket.ts'
import type { EcsEvent, Place } from '../../domain/event.ts'
import type { Observation } from '../../domain/observation.ts'
import { CLOCK } from '../../domain/stamps.ts'
import { type EpochMs, parseTime, type Seq } from '../../domain/time.ts'
import type { Query } from '../../query/ast.ts'
import type { Page } from '../page.ts'
import { requestKeys, revisionOf } from '../request-keys.ts'
import type { EventRange, EventStore, Reading, TimeRange } from '../storage.ts'
import { pageOf } from './journal.ts'

/** All events in a list; every question goes through it from the beginning. The place of an event is its index. */
export class MemoryEvents implements EventStore {
  readonly capabilities = { observesAgain: true }
  readonly #events: EcsEvent[] = []
  readonly #newest = new Map<number, { readonly index: number; readonly revision: number | undefined }>()
  /** Index of an event, and of the revision that stands for it. */
  readonly #revised = new Map<number, number>()
  readonly #sightings = new WeakMap<Datafeed, (Sighting | undefined)[]>()

  async append(events: readonly EcsEvent[]): Promise<Seq> {
    for (const [i, key] of requestKeys(events).entries()) {
      const event = events[i]!
      const revision = revisionOf(event)
      const known = this.#newest.get(key)
      if (known !== undefined) {
        if (!((revision ?? 0) > (known.revision ?? Number.POSITIVE_INFINITY))) continue
        this.#revised.set(known.index, this.#events.length)
      }
      this.#newest.set(key, { index: this.#events.length, revision })
      this.#events.push(event)
    }
    return this.#events.length
  }

  async scan(query: Query, range: EventRange): Promise<Page<EcsEvent>> {
    const { within } = range
    const isOutside = (index: number) => within !== undefined && !isWithin(this.#events[index]!, within)
    return pageOf(this.#events, query, range, (index) => this.#revised.has(index) || isOutside(index))
  }

  async *observe(feed: Datafeed, bucket: BucketSpan, upTo: Seq, after: Seq = 0): AsyncGenerator<Observation> {
    const fold = new Fold()
    for (const [index, sighting] of this.#sightingsOf(feed, upTo).entries())
      if (
        index >= after &&
        sighting &&
        sighting.bucketTime >= bucket.start &&
        sighting.bucketTime < bucket.end &&
        !((this.#revised.get(index) ?? upTo) < upTo)
      )
        fold.add(sighting.row, sighting.time, 0, index, index + 1)
    yield* fold.observations()
  }

  async counts(
    feed: Datafeed,
    { from, to }: TimeRange,
    upTo: Seq,
    after: Seq = 0,
  ): Promise<ReadonlyMap<EpochMs, number>> {
    const counts = new Map<EpochMs, number>()
    for (const sighting of this.#sightingsOf(feed, upTo).slice(after)) {
      const { start } = bucketOf(sighting?.bucketTime ?? Number.NaN, feed.bucketSpan)
      if (start >= from && start < to) counts.set(start, (counts.get(start) ?? 0) + 1)
    }
    return counts
  }

  async reached(time: EpochMs, after: Seq): Promise<Reading | undefined> {
    for (let seq = after + 1; seq <= this.#events.length; seq++) {
      const clock = clockOf(this.#events[seq - 1]!)
      if (clock >= time) return { seq, clock }
    }
    return undefined
  }

  async last(): Promise<Reading | undefined> {
    const event = this.#events.at(-1)
    return event && { seq: this.#events.length, clock: clockOf(event) }
  }

  async read(places: readonly Place[]): Promise<readonly (EcsEvent | undefined)[]> {
    return places.map(({ input, from }) => (input === 0 ? this.#events[from] : undefined))
  }

  /** What the first `upTo` events are to a datafeed. It is found out once for each event. */
  #sightingsOf(feed: Datafeed, upTo: Seq): readonly (Sighting | undefined)[] {
    const known = this.#sightings.get(feed) ?? []
    this.#sightings.set(feed, known)
    for (const event of this.#events.slice(known.length)) known.push(sightingOf(feed, event))
    return known.slice(0, upTo)
  }
}

/** NaN where an event carries no stamp. */
function clockOf(event: EcsEvent): EpochMs {
  return Object.hasOwn(event, CLOCK) ? parseTime(event[CLOCK]) : Number.NaN
}

interface Sighting {
  readonly row: Row
  readonly bucketTime: EpochMs
  readonly time: EpochMs
}

function sightingOf(feed: Datafeed, event: EcsEvent): Sighting | undefined {
  const row = rowOf(feed, event)
  return row && { row, bucketTime: bucketTimeOf(event), time: timeOf(event) }
}
