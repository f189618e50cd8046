import type { Datafeed } from '../datafeed/datafeed.ts'
import { type BucketSpan, bucketOf } from '../domain/bucket.ts'
import { DAY, type EpochMs } from '../domain/time.ts'
import { silentSince } from '../engine/silence.ts'
import { and, equals } from '../query/ast.ts'
import type { ReportHost } from '../report/report.ts'
import type { EventStore, Reading } from '../storage/storage.ts'

/** Hosts for which it is asked when they talked: more have no room on a page. */
const MOST_DRAWN = 24

/** The hosts whose events a datafeed admits, most events first: by days in all, and by buckets for the first of them. */
export async function hostsSince(
  events: EventStore,
  feed: Datafeed,
  from: EpochMs,
  { clock, seq }: Reading,
): Promise<ReportHost[]> {
  const totals = [...(await totalsByDay(events, feed, from, { clock, seq })).values()]
  const hosts: ReportHost[] = []
  for (const [i, host] of totals.sort((a, b) => b.events - a.events).entries()) {
    if (i >= MOST_DRAWN) {
      hosts.push(host)
      continue
    }
    const own = { ...feed, query: and(feed.query, equals('host.name', host.name)) }
    const activity = await events.counts(own, { from, to: clock + feed.bucketSpan }, seq)
    const since = silentSince({ ...host, activeBuckets: activity.size }, clock)
    const silence = since !== undefined && { silentSince: since, blind: [{ from: since, to: clock }] }
    hosts.push({ ...host, activity, ...silence })
  }
  return hosts
}

/** Of hosts that have not been heard lately it is asked of so many whether they were regular, most events first. */
const MOST_ASKED = 200

/** A host that fell silent, and when it was last heard. */
export interface SilentHost {
  readonly name: string
  readonly since: EpochMs
}

/** Hosts that fell silent since then, as a report tells it (`engine/silence.ts`); those silent for longest first. */
export async function silentHosts(
  events: EventStore,
  feed: Datafeed,
  from: EpochMs,
  { clock, seq }: Reading,
): Promise<SilentHost[]> {
  const totals = [...(await totalsByDay(events, feed, from, { clock, seq })).values()]
  // No host was there in more buckets than it has events: most are settled without asking.
  const quiet = totals.filter((host) => silentSince({ ...host, activeBuckets: host.events }, clock) !== undefined)
  const silent: SilentHost[] = []
  for (const host of quiet.sort((a, b) => b.events - a.events).slice(0, MOST_ASKED)) {
    const own = { ...feed, query: and(feed.query, equals('host.name', host.name)) }
    const { size } = await events.counts(own, { from, to: clock + feed.bucketSpan }, seq)
    const since = silentSince({ ...host, activeBuckets: size }, clock)
    if (since !== undefined) silent.push({ name: host.name, since })
  }
  return silent.sort((a, b) => a.since - b.since || (a.name < b.name ? -1 : 1))
}

interface HostTotals {
  readonly name: string
  readonly first: EpochMs
  readonly last: EpochMs
  readonly events: number
}

async function totalsByDay(
  events: EventStore,
  feed: Datafeed,
  from: EpochMs,
  { clock, seq }: Reading,
): Promise<Map<string, HostTotals>> {
  const byDay: Datafeed = { ...feed, fields: ['host.name'], bucketSpan: DAY }
  const totals = new Map<string, HostTotals>()
  for (let day: BucketSpan = bucketOf(from, DAY); day.start <= clock; day = { start: day.end, end: day.end + DAY })
    for await (const { values, count, first, last } of events.observe(byDay, day, seq)) {
      const [name] = values
      if (name === null || name === undefined) continue
      const known = totals.get(name) ?? { name, first, last, events: 0 }
      totals.set(name, {
        name,
        first: Math.min(known.first, first),
        last: Math.max(known.last, last),
        events: known.events + count,
      })
    }
  return totals
}
