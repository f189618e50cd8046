import { type BucketOutcome, type JobModel, startJob } from '../anomaly/job.ts'
import type { Datafeed } from '../datafeed/datafeed.ts'
import type { AnomalyRecord, AnomalyResult } from '../domain/anomaly-record.ts'
import { type BucketSpan, bucketOf } from '../domain/bucket.ts'
import type { Job } from '../domain/job.ts'
import type { Observation } from '../domain/observation.ts'
import type { DurationMs, EpochMs, Seq } from '../domain/time.ts'
import type { EventReader, ResultStore } from '../storage/storage.ts'

/** One bucket that was scored, late rows of an older one included: what rules judge next. */
export interface ScoredBucket {
  readonly bucket: BucketSpan
  readonly late: boolean
  readonly rows: readonly Observation[]
  readonly records: readonly AnomalyRecord[]
  /** The clock at which it was closed, for rules. */
  readonly now: EpochMs
}

export interface JobLoopOptions {
  readonly lateWindow: DurationMs
  readonly onScored: (scored: ScoredBucket) => void | Promise<void>
}

/**
 * The loop of one job: closes its buckets as the clock passes them, each time after the late rows of older ones
 * (`time-and-order.md` §2 and §3). Results are stored before anybody hears of them.
 */
export class JobLoop {
  readonly job: Job
  readonly feed: Datafeed
  readonly model: JobModel
  readonly #events: EventReader
  readonly #results: ResultStore
  readonly #options: JobLoopOptions
  /** Start of the bucket that closes next; NaN before the first event. */
  #next: EpochMs = Number.NaN
  /** Where the job began: what lies before is history that it never saw. */
  #began: EpochMs = Number.NaN
  /** Events that each closed bucket of the late window was scored on. */
  readonly #scoredOn = new Map<EpochMs, number>()
  #now: EpochMs = Number.NEGATIVE_INFINITY
  lateEvents = 0
  buckets = 0

  constructor(job: Job, feed: Datafeed, events: EventReader, results: ResultStore, options: JobLoopOptions) {
    this.job = job
    this.feed = feed
    this.model = startJob(job, feed.fields)
    this.#events = events
    this.#results = results
    this.#options = options
  }

  /** The clock at which the next bucket is due to close. */
  get due(): EpochMs {
    return this.#next + this.feed.bucketSpan + this.feed.queryDelay
  }

  /** The job begins with the bucket of this time. */
  begin(time: EpochMs): void {
    this.#began = this.#next = bucketOf(time, this.feed.bucketSpan).start
  }

  /** Closes every bucket that is due at `now`. `upTo` is the place of the event or tick that moved the clock there. */
  async step(now: EpochMs, upTo: Seq): Promise<void> {
    const { bucketSpan, queryDelay } = this.feed
    this.#now = now
    while (this.due <= now) {
      const bucket = { start: this.#next, end: this.#next + bucketSpan }
      const lastDue = bucketOf(now - queryDelay, bucketSpan).start
      const counts = await this.#events.counts(
        this.feed,
        { from: bucket.start - this.#options.lateWindow, to: lastDue },
        upTo,
      )
      await this.#scoreLate(counts, upTo)
      const filled = [...counts.keys()].filter((start) => start >= bucket.start).sort((a, b) => a - b)[0] ?? lastDue
      if (filled > bucket.start) this.model.skip(bucket.start, filled)
      else await this.#score(bucket, upTo)
      this.buckets += Math.max(1, (filled - bucket.start) / bucketSpan)
      this.#next = Math.max(bucket.end, filled)
    }
  }

  /** The input has ended: everything up to its last event closes, and what came late meanwhile is scored. */
  async finish(lastEvent: EpochMs, upTo: Seq): Promise<void> {
    if (Number.isNaN(this.#next)) return
    const end = bucketOf(lastEvent, this.feed.bucketSpan).end
    await this.step(Math.max(end, this.#next) + this.feed.queryDelay, upTo)
    const from = this.#next - this.#options.lateWindow
    await this.#scoreLate(await this.#events.counts(this.feed, { from, to: this.#next }, upTo), upTo)
  }

  async #score(bucket: BucketSpan, upTo: Seq): Promise<void> {
    const rows = await collect(this.#events.observe(this.feed, bucket, upTo))
    this.#scoredOn.set(bucket.start, countOf(rows))
    for (const start of this.#scoredOn.keys())
      if (start < bucket.start - this.#options.lateWindow) this.#scoredOn.delete(start)
    await this.#publish(this.model.close(bucket, rows), bucket, rows, false)
  }

  /** Buckets of the window that have grown since they were scored, oldest first. */
  async #scoreLate(counts: ReadonlyMap<EpochMs, number>, upTo: Seq): Promise<void> {
    const grown = [...counts].filter(([start, count]) => start < this.#next && count > (this.#scoredOn.get(start) ?? 0))
    for (const [start, count] of grown.sort(([a], [b]) => a - b)) {
      const bucket = { start, end: start + this.feed.bucketSpan }
      const rows = await collect(this.#events.observe(this.feed, bucket, upTo))
      this.lateEvents += count - (this.#scoredOn.get(start) ?? 0)
      this.#scoredOn.set(start, count)
      if (start >= this.#began) await this.#publish(this.model.late(bucket, rows), bucket, rows, true)
    }
  }

  async #publish(
    outcome: BucketOutcome,
    bucket: BucketSpan,
    rows: readonly Observation[],
    late: boolean,
  ): Promise<void> {
    await this.#results.append(outcome.results)
    await this.#options.onScored({ bucket, late, rows, records: outcome.results.filter(isRecord), now: this.#now })
  }
}

export function isRecord(result: AnomalyResult): result is AnomalyRecord {
  return result.result_type === 'record'
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

function countOf(rows: readonly Observation[]): number {
  return rows.reduce((sum, row) => sum + row.count, 0)
}
