import { type JobOptions, loadJob, startJob } from '../anomaly/job.ts'
import type { BucketOutcome, JobModel } from '../anomaly/job-model.ts'
import type { Datafeed } from '../datafeed/datafeed.ts'
import type { AnomalyRecord, AnomalyResult } from '../domain/anomaly-record.ts'
import { type BucketSpan, bucketOf } from '../domain/bucket.ts'
import type { Job } from '../domain/job.ts'
import type { Observation } from '../domain/observation.ts'
import { DAY, type DurationMs, type EpochMs, type Seq } from '../domain/time.ts'
import type { EventReader, ResultJournal } from '../storage/storage.ts'

/**
 * Almost every first sight of a name moves the quantiles, by its own maximum if nothing else. Stored results wait for the next of
 * these places: scoring all of them again at each would cost more than everything else together.
 */
const RENORMALIZE_EVERY = 24

/** Results older than this keep their scores: Elastic's `renormalization_window_days`, the longer of 30 days and a hundred buckets. */
export function renormalizationWindow(bucketSpan: DurationMs): DurationMs {
  return Math.max(30 * DAY, 100 * bucketSpan)
}

/** One bucket that was scored, late rows of an older one included: what rules judge next. */
export interface ScoredBucket {
  readonly bucket: BucketSpan
  readonly late: boolean
  readonly rows: readonly Observation[]
  readonly records: readonly AnomalyRecord[]
  /** The clock at which it was closed, for rules. */
  readonly now: EpochMs
  /** The place in the sequence up to which it was observed. */
  readonly upTo: Seq
}

export interface JobLoopOptions {
  readonly jobOptions?: JobOptions
  readonly lateWindow: DurationMs
  readonly onScored: (scored: ScoredBucket) => void | Promise<void>
  /** Stored records have new scores, since the quantiles have moved. */
  readonly onRenormalized?: (records: readonly AnomalyRecord[], now: EpochMs) => void | Promise<void>
  /** Rows of a bucket that the model may see; all unless said. */
  readonly learnable?: (bucket: BucketSpan, rows: readonly Observation[]) => readonly Observation[]
  /** Buckets before this time are over: not even late rows of them will be asked for. */
  readonly onPassed?: (before: EpochMs) => void
}

export interface SavedLoop {
  readonly model: unknown
  readonly next: EpochMs
  readonly began: EpochMs
  readonly lookedAt: Seq
  readonly now: EpochMs
  readonly sinceRenormalized: number
  readonly lateEvents: number
  readonly buckets: number
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
  readonly #results: ResultJournal
  readonly #options: JobLoopOptions
  /** Start of the bucket that closes next; NaN before the first event. */
  #next: EpochMs = Number.NaN
  /** Where the job began: what lies before is history that it never saw. */
  #began: EpochMs = Number.NaN
  /** The place in the sequence up to which late events were looked for. */
  #lookedAt: Seq = 0
  #now: EpochMs = Number.NEGATIVE_INFINITY
  #sinceRenormalized = 0
  lateEvents = 0
  buckets = 0

  constructor(
    job: Job,
    feed: Datafeed,
    events: EventReader,
    results: ResultJournal,
    options: JobLoopOptions,
    saved?: SavedLoop,
  ) {
    this.job = job
    this.feed = feed
    this.model = saved
      ? loadJob(job, feed.fields, saved.model, options.jobOptions)
      : startJob(job, feed.fields, options.jobOptions)
    this.#events = events
    this.#results = results
    this.#options = options
    if (!saved) return
    this.#next = saved.next
    this.#began = saved.began
    this.#lookedAt = saved.lookedAt
    this.#now = saved.now
    this.#sinceRenormalized = saved.sinceRenormalized
    this.lateEvents = saved.lateEvents
    this.buckets = saved.buckets
  }

  /** Everything that the next step depends on, as plain JSON; only of a loop that has begun. */
  save(): SavedLoop {
    return {
      model: this.model.save(),
      next: this.#next,
      began: this.#began,
      lookedAt: this.#lookedAt,
      now: this.#now,
      sinceRenormalized: this.#sinceRenormalized,
      lateEvents: this.lateEvents,
      buckets: this.buckets,
    }
  }

  /** What people should know of how the job fares, in sentences. */
  get warnings(): readonly string[] {
    return this.model.warnings ?? []
  }

  /** The time with which the job began; NaN before. */
  get began(): EpochMs {
    return this.#began
  }

  /** What lies before this time is not scored any more, not even late; NaN before the first event, when all may be. */
  get scoresFrom(): EpochMs {
    return Math.max(this.#began, this.#next - this.#options.lateWindow)
  }

  /** Start of the bucket that closes next, NaN before the first event: everything before it is closed. */
  get openFrom(): EpochMs {
    return this.#next
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
      await this.#scoreLate(upTo)
      const start = this.#next
      const end = bucketOf(now - queryDelay, bucketSpan).start
      this.#next = end > start + bucketSpan ? await this.#pass(start, end, upTo) : await this.#closeOne(start, upTo)
      this.buckets += (this.#next - start) / bucketSpan
    }
  }

  /** Several buckets are due: goes over the empty ones in one step, or closes the first. Answers where the next one starts. */
  async #pass(start: EpochMs, end: EpochMs, upTo: Seq): Promise<EpochMs> {
    const counts = await this.#events.counts(this.feed, { from: start, to: end }, upTo)
    const filled = Math.min(end, ...counts.keys())
    if (filled === start) return this.#closeOne(start, upTo)
    this.model.skip(start, filled)
    return filled
  }

  async #closeOne(start: EpochMs, upTo: Seq): Promise<EpochMs> {
    const bucket = { start, end: start + this.feed.bucketSpan }
    const rows = await rowsOfBucket(this.#events, this.feed, bucket, upTo)
    const learnable = this.#learnable(bucket, rows)
    if (learnable.length === 0) this.model.skip(start, bucket.end)
    else await this.#publish(this.model.close(bucket, learnable), { bucket, rows, late: false, upTo })
    return bucket.end
  }

  /** The input has ended: everything up to its last event closes, and what came late meanwhile is scored. */
  async finish(lastEvent: EpochMs, upTo: Seq): Promise<void> {
    if (Number.isNaN(this.#next)) return
    const end = bucketOf(lastEvent, this.feed.bucketSpan).end
    await this.step(Math.max(this.#now, end + this.feed.queryDelay), upTo)
    await this.#scoreLate(upTo)
  }

  /** Closed buckets of the late window that have got events since the last look, oldest first. */
  async #scoreLate(upTo: Seq): Promise<void> {
    if (upTo === this.#lookedAt) return
    const range = { from: this.scoresFrom, to: this.#next }
    const grown = await this.#events.counts(this.feed, range, upTo, this.#lookedAt)
    this.#lookedAt = upTo
    for (const [start, count] of [...grown].sort(([a], [b]) => a - b)) {
      const bucket = { start, end: start + this.feed.bucketSpan }
      const rows = await rowsOfBucket(this.#events, this.feed, bucket, upTo)
      this.lateEvents += count
      await this.#publish(this.model.late(bucket, this.#learnable(bucket, rows)), { bucket, rows, late: true, upTo })
    }
    this.#options.onPassed?.(range.from)
  }

  #learnable(bucket: BucketSpan, rows: readonly Observation[]): readonly Observation[] {
    return this.#options.learnable?.(bucket, rows) ?? rows
  }

  async #publish(outcome: BucketOutcome, scored: Omit<ScoredBucket, 'records' | 'now'>): Promise<void> {
    await this.#results.append(outcome.results)
    await this.#options.onScored({ ...scored, records: outcome.results.filter(isRecord), now: this.#now })
    this.#sinceRenormalized++
    if (outcome.renormalize && this.#sinceRenormalized >= RENORMALIZE_EVERY) await this.#renormalize()
  }

  /** Scores stored results again under the quantiles of now; only after the bucket's own records were judged (`time-and-order.md` §6). */
  async #renormalize(): Promise<void> {
    this.#sinceRenormalized = 0
    const since = this.#next - renormalizationWindow(this.feed.bucketSpan)
    const stored = await this.#results.newest(this.job.job_id, since)
    const changed = this.model.renormalize(stored)
    if (changed.length === 0) return
    await this.#results.append(changed)
    await this.#options.onRenormalized?.(changed.filter(isRecord), this.#now)
  }
}

export function isRecord(result: AnomalyResult): result is AnomalyRecord {
  return result.result_type === 'record'
}

/** All rows of a bucket, of events behind `after`, in the order that every store keeps. */
export async function rowsOfBucket(
  events: Pick<EventReader, 'observe'>,
  feed: Datafeed,
  bucket: BucketSpan,
  upTo: Seq,
  after: Seq = 0,
): Promise<Observation[]> {
  const rows = events.observe(feed, bucket, upTo, after)
  if (Symbol.iterator in rows) return [...rows]
  const all: Observation[] = []
  for await (const row of rows) all.push(row)
  return all
}
