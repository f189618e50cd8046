import type { Datafeed } from '../../src/datafeed/datafeed.ts'
import { Fold, rowOf, timeOf } from '../../src/datafeed/observe.ts'
import type { BucketSpan } from '../../src/domain/bucket.ts'
import { deriveFields } from '../../src/domain/derive.ts'
import type { EcsEvent } from '../../src/domain/event.ts'
import type { Observation } from '../../src/domain/observation.ts'
import { DAY, type EpochMs, MINUTE, SECOND } from '../../src/domain/time.ts'
import { seeded } from '../../src/scenario/demo-fleet/rng.ts'
import { chooseProgram, hosts } from '../cast.ts'
import { connect } from '../documents.ts'

/** The fleet whose cost is measured. All of it is made up, and the same on every run. */

export const SPAN = 15 * MINUTE
/** Where the events in the cluster begin. */
export const LIVE: EpochMs = Date.UTC(2026, 2, 16, 12)
/** Days of history before: a bucket each, at noon. */
export const DAYS = 8
/** Buckets of events in the cluster. */
export const BUCKETS = 2
/** Programs of a host that use the network. */
const PROGRAMS = 6
/** Longest time from an event to its `event.ingested`, and a little more. */
const DELAY = 10 * SECOND

export const FIRST_DAY: EpochMs = LIVE - DAYS * DAY
/** When a bucket that ends then is due: jobs wait two minutes for what comes late. */
export function dueAt(end: EpochMs): EpochMs {
  return end + 2 * MINUTE
}

/** One bucket of the fleet, `perHost` events of each host spread over it, in the order of their arrival. */
export function* eventsOf(hostCount: number, perHost: number, start: EpochMs): Generator<EcsEvent> {
  const fleet = hosts(hostCount, PROGRAMS)
  const rng = seeded(1, `bucket ${start}`)
  const count = hostCount * perHost
  for (let i = 0; i < count; i++) {
    const host = fleet[i % hostCount]!
    const ingested = start + DELAY + Math.floor(((SPAN - DELAY) * i) / count)
    yield connect(host, host.id, chooseProgram(host, rng), ingested, 20_000 + i, rng) as EcsEvent
  }
}

/** What the cluster would have answered for that bucket: history as the model meets it, without its events. */
export function rowsOf(feed: Datafeed, hostCount: number, perHost: number, { start }: BucketSpan): Observation[] {
  const fold = new Fold()
  let at = 0
  for (const event of eventsOf(hostCount, perHost, start)) {
    const derived = deriveFields(event)
    const row = rowOf(feed, derived)
    if (row) fold.add(row, timeOf(derived), 0, at, at + 1)
    at++
  }
  return [...fold.observations()]
}
