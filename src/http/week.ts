import type { Datafeed } from '../datafeed/datafeed.ts'
import type { Observation } from '../domain/observation.ts'
import { DAY, type EpochMs, type Seq } from '../domain/time.ts'
import { Activity } from '../engine/activity.ts'
import type { EventStore } from '../storage/storage.ts'
import { History } from '../triage/history.ts'
import type { ServedJob } from './api-deps.ts'

/** Of a host in this time. */
export interface HostActivity {
  readonly name: string
  first: EpochMs
  last: EpochMs
  events: number
  readonly activity: Activity
}

/**
 * What a job saw lately, bucket by bucket, learned from the store as the job itself learns it: which process was active when, what is
 * rare, which hosts talked. Closed buckets are asked for once; a page that is looked at again asks for the new ones only.
 */
export class Week {
  readonly #events: EventStore
  readonly #feed: Datafeed
  readonly #byField: string
  history: History
  hosts = new Map<string, HostActivity>()
  /** Events that the job looked at. */
  matched = 0
  #from: EpochMs = Number.NaN
  #until: EpochMs = Number.NaN

  constructor(events: EventStore, { job, feed }: ServedJob) {
    this.#events = events
    this.#feed = feed
    this.#byField = job.analysis_config.detectors[0]?.by_field_name ?? 'process.name'
    this.history = new History(feed.fields, this.#byField)
  }

  /** Brings it up to the last bucket that has closed by `to`. Now and then it begins anew, or it would hold more than a week. */
  async learn(from: EpochMs, to: EpochMs, upTo: Seq): Promise<void> {
    const { bucketSpan } = this.#feed
    if (!(from - this.#from < DAY)) {
      this.history = new History(this.#feed.fields, this.#byField)
      this.hosts = new Map()
      this.matched = 0
      this.#from = from
      this.#until = Math.floor(from / bucketSpan) * bucketSpan
    }
    const counts = await this.#events.counts(this.#feed, { from: this.#until, to: to - bucketSpan }, upTo)
    for (const start of [...counts.keys()].sort((a, b) => a - b)) {
      const rows: Observation[] = []
      for await (const row of this.#events.observe(this.#feed, { start, end: start + bucketSpan }, upTo)) rows.push(row)
      this.history.learn({ start, end: start + bucketSpan }, rows)
      for (const row of rows) this.#meet(row, start)
      this.#until = start + bucketSpan
    }
  }

  #meet({ values, count, first, last }: Observation, bucket: EpochMs): void {
    this.matched += count
    const name = values[this.#feed.fields.indexOf('host.name')]
    if (name === undefined || name === null) return
    const activity = new Activity(this.#feed.bucketSpan)
    const known = this.hosts.get(name) ?? { name, first, last, events: 0, activity }
    this.hosts.set(name, known)
    known.first = Math.min(known.first, first)
    known.last = Math.max(known.last, last)
    known.events += count
    known.activity.note(bucket, count)
  }
}
