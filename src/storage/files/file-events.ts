import type { Datafeed } from '../../datafeed/datafeed.ts'
import { isLandmarkFeed } from '../../datafeed/landmarks.ts'
import type { Row } from '../../datafeed/observe.ts'
import type { BucketSpan } from '../../domain/bucket.ts'
import type { EcsEvent, Place } from '../../domain/event.ts'
import type { Observation } from '../../domain/observation.ts'
import type { DurationMs, EpochMs, Seq } from '../../domain/time.ts'
import type { Query } from '../../query/ast.ts'
import type { Page } from '../page.ts'
import type { EventRange, EventReader, TimeRange } from '../storage.ts'
import { BucketFolds } from './bucket-folds.ts'
import type { EventFiles } from './read-back.ts'
import { RecentLandmarks } from './recent-landmarks.ts'
import { SeenIds } from './seen-ids.ts'

/** What an event is to each datafeed, in their order. */
export type Rows = readonly (Row | undefined)[]

/**
 * The event store of a scan: events stay in the input and are read back by their place, and buckets are folded while reading.
 * Only what a job will ask for is kept: the rows of open buckets, and 8 bytes for each event to recognise its copies.
 *
 * It does not observe again: answers are for the events taken in so far, whatever `upTo` says, since a scan closes a bucket at
 * the very event that is due to close it. `scan` gives one input after another, where the sequence has them merged.
 */
export class FileEvents implements EventReader {
  readonly capabilities = { observesAgain: false }
  readonly #files: EventFiles
  readonly #feeds: readonly Datafeed[]
  readonly #folds: readonly BucketFolds[]
  readonly #seen: SeenIds
  readonly #landmarks = new RecentLandmarks()
  readonly #window: DurationMs
  /** When the clock is past this, ids of the window before the last are forgotten. */
  #ageAfter: EpochMs = Number.NEGATIVE_INFINITY
  seq: Seq = 0
  copies = 0

  constructor(files: EventFiles, feeds: readonly Datafeed[], lateWindow: DurationMs, seen = new SeenIds()) {
    this.#files = files
    this.#feeds = feeds
    this.#folds = feeds.map((feed) => new BucketFolds(feed.bucketSpan))
    this.#window = lateWindow
    this.#seen = seen
  }

  /** Events whose copies could no longer be recognised, for want of room. */
  get forgotten(): number {
    return this.#seen.forgotten
  }

  /** Takes in the identity of the next event; false if it is a copy. */
  isNew(id: number, clock: EpochMs): boolean {
    if (clock > this.#ageAfter) {
      this.#seen.age()
      this.#ageAfter = clock + this.#window
    }
    if (!this.#seen.add(id)) {
      this.copies++
      return false
    }
    this.seq++
    return true
  }

  /** Folds an event into its buckets. `time` is its own, or that of the clock for an event set aside. */
  add(rows: Rows, time: EpochMs, eventTime: EpochMs, input: number, from: number, to: number): void {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]
      if (row !== undefined) this.#folds[i]!.add(row, time, eventTime, input, from, to)
    }
  }

  /** Keeps a landmark for as long as an alert may ask for it. */
  noteLandmark(row: Row, time: EpochMs, eventTime: EpochMs): void {
    this.#landmarks.note(row, time, eventTime)
  }

  /** Landmarks that made room for newer ones. */
  get landmarksLetGo(): number {
    return this.#landmarks.letGo
  }

  observe(feed: Datafeed, bucket: BucketSpan, _upTo: Seq): readonly Observation[] {
    if (isLandmarkFeed(feed)) return this.#landmarks.observe(feed.host, bucket)
    return this.#foldsOf(feed).take(bucket.start)
  }

  async counts(feed: Datafeed, range: TimeRange, _upTo: Seq, after: Seq = 0): Promise<ReadonlyMap<EpochMs, number>> {
    const folds = this.#foldsOf(feed)
    return after > 0 ? folds.waiting(range.from, range.to) : folds.counts(range.from, range.to)
  }

  /** Nobody will ask for buckets of this feed before this time any more. Answers how many events waited in them: they came too late to be scored. */
  forget(feed: Datafeed, before: EpochMs): number {
    return this.#foldsOf(feed).forget(before)
  }

  scan(query: Query, range: EventRange): Promise<Page<EcsEvent>> {
    return this.#files.scan(query, range)
  }

  read(places: readonly Place[]): Promise<readonly (EcsEvent | undefined)[]> {
    return this.#files.read(places)
  }

  #foldsOf(feed: Datafeed): BucketFolds {
    const index = this.#feeds.indexOf(feed)
    if (index < 0)
      throw new RangeError(`Cannot observe for job "${feed.job_id}": the scan was not started with its datafeed`)
    return this.#folds[index]!
  }
}
