import type { Datafeed } from '../../src/datafeed/datafeed.ts'
import type { BucketSpan } from '../../src/domain/bucket.ts'
import { DAY, type EpochMs, type Seq } from '../../src/domain/time.ts'
import type { EventStore } from '../../src/storage/storage.ts'
import { DAYS, dueAt, FIRST_DAY, type FleetSize, LIVE, rowsOf, SPAN } from './fleet.ts'

/** The starts of the buckets that are filled in. */
const FILLED: readonly EpochMs[] = Array.from({ length: DAYS }, (_, day) => FIRST_DAY + day * DAY)

/**
 * Events of the cluster from `LIVE` on, and before that a bucket of history for each day, made here as rows. So a model knows its
 * fleet without a week of events in the cluster.
 */
export function filledEvents(events: EventStore, fleet: FleetSize): EventStore {
  return {
    capabilities: events.capabilities,
    append: (docs) => events.append(docs),
    read: (places) => events.read(places),
    last: () => events.last(),
    async scan(query, range) {
      const { items } = await events.scan(query, range)
      // The job begins with its first event.
      const first = { seq: Number(FIRST_DAY), doc: { '@timestamp': new Date(FIRST_DAY).toISOString() } }
      return { items: range.after < Number(FIRST_DAY) ? [first] : items, next: Number(FIRST_DAY) }
    },
    observe: (feed: Datafeed, bucket: BucketSpan, upTo: Seq) =>
      bucket.start < LIVE
        ? FILLED.includes(bucket.start)
          ? rowsOf(feed, fleet, bucket)
          : []
        : events.observe(feed, bucket, upTo),
    async counts(feed, range, upTo, after) {
      const counts = new Map<EpochMs, number>()
      if (after === undefined)
        for (const start of FILLED)
          if (start >= range.from && start < range.to) counts.set(start, fleet.hosts * fleet.perHost)
      if (range.to <= LIVE) return counts
      const live = await events.counts(feed, { from: Math.max(range.from, LIVE), to: range.to }, upTo, after)
      return new Map([...counts, ...live])
    },
    async reached(time: EpochMs, after: Seq) {
      const due = FILLED.map((start) => dueAt(start + SPAN)).find((one) => one >= time)
      if (due !== undefined) return { seq: Math.max(Number(due), after + 1), clock: due }
      return events.reached(Math.max(time, LIVE), after)
    },
  }
}
