import type { Datafeed } from '../datafeed/datafeed.ts'
import type { AnomalyResult } from '../domain/anomaly-record.ts'
import type { BucketSpan } from '../domain/bucket.ts'
import type { EcsEvent, Place } from '../domain/event.ts'
import type { Observation } from '../domain/observation.ts'
import type { EpochMs, Seq } from '../domain/time.ts'
import type { Query } from '../query/ast.ts'
import type { AlertStore } from './alert-store.ts'
import type { Page, SeqRange } from './page.ts'
import type { StateStore } from './state-store.ts'

/**
 * The port to everything that is kept. Engines differ behind it; what they answer does not: `contract.ts` is the suite that all of
 * them pass, and `memory/` is the reference.
 */
export interface Storage {
  readonly events: EventStore
  readonly results: ResultStore
  readonly alerts: AlertStore
  readonly state: StateStore
  /**
   * Seals days that are over and drops what is older than it is to be kept; called now and then with the clock of the engine. Where
   * servers share the store, the old is dropped by a share.
   */
  tend?(now: EpochMs): Promise<void>
  /** What keeps the store from answering now, for a person, and since when (ISO 8601); it tries again by itself. */
  trouble?(): Trouble | undefined
  /**
   * Writes all that is kept, as it is at one moment, into a folder that is empty or not there; whoever writes does not wait for it.
   * @throws AppError BACKUP_FAILED · FOLDER_NOT_EMPTY
   */
  backup?(dir: string): Promise<void>
  /**
   * Where several servers work on one store: what the holder of the lease of a piece of work writes to. All else is for every server.
   * Of results, the store itself then only tells the newest of each job.
   */
  shares?(work: string): Promise<Share>
  /** Raw audit lines that lie where others write the events and nobody joins them: of what they tell nothing is seen. */
  unjoinedLines?(): Promise<UnjoinedLines>
  close(): Promise<void>
}

export interface UnjoinedLines {
  /** Documents that hold some. */
  readonly count: number
  /** Whether there are more: the store did not count to the end. */
  readonly isMore: boolean
  /** Where they are, the fullest first. */
  readonly indices: readonly string[]
}

/** The part of a store that one server at a time writes. */
export interface Share extends Storage {
  /** Ends at once and writes nothing more: the work belongs to somebody else. */
  abandon(): Promise<void>
  /** Drops what is older than it is to be kept, of all work. */
  dropOld(now: EpochMs): Promise<void>
}

export interface Trouble {
  readonly what: string
  readonly since: string
}

export interface TimeRange {
  readonly from: EpochMs
  /** Exclusive. */
  readonly to: EpochMs
}

export interface EventRange extends SeqRange {
  /**
   * Only events whose time lies in it, the one that decides their bucket: an engine need not look at what it keeps of other times. `next`
   * is then a place for the next page of this same range.
   */
  readonly within?: TimeRange
}

/** How engines differ, in the open: a caller has a plain path for each "no", and `contract.ts` proves that both paths agree. */
export interface EventCapabilities {
  /**
   * Whether `observe` and `counts` answer for any place in the sequence, and a bucket is observed whole each time. The usual
   * case. Where not, they answer for the events so far, and a bucket that was observed before gives only its rows since then:
   * `uniteObservations` makes the whole of both.
   */
  readonly observesAgain: boolean
  /**
   * Whether others write the events, and the sequence goes on with the time of day. Then `append` is refused, `last` tells how far
   * the sequence is, and there need be no ticks. No unless said.
   */
  readonly movesByItself?: boolean
}

/**
 * Events in the order in which they came in. A copy of an event (same `eventKeyOf`) is not taken in again: the first one stays. Only
 * our own joiner of audit records may tell an event again under its key, with a higher `REVISION` (`domain/stamps.ts`): then
 * `observe` and `scan` take the newest revision within their bound, and `counts` counts both, so that its bucket is looked at again.
 */
export interface EventReader {
  readonly capabilities: EventCapabilities
  scan(query: Query, range: EventRange): Promise<Page<EcsEvent>>
  /**
   * What a datafeed sees of a bucket, or of another span of time, among the events whose place lies in `(after, upTo]`, in the order of `compareObservations`:
   * of the whole sequence unless `after` is given. Then `uniteObservations` makes the whole of what was seen up to there and this, but
   * for events before it that were revised since. An engine that has the rows at hand need not hand them out one by one.
   */
  observe(
    feed: Datafeed,
    bucket: BucketSpan,
    upTo: Seq,
    after?: Seq,
  ): AsyncIterable<Observation> | Iterable<Observation>
  /**
   * How many events the datafeed admits in each bucket that starts within the range, of those whose place lies in
   * `(after, upTo]`; buckets without any are left out. What came since a bucket was scored shows that it has grown.
   */
  counts(feed: Datafeed, range: TimeRange, upTo: Seq, after?: Seq): Promise<ReadonlyMap<EpochMs, number>>
  /** The events at these places, in their order; undefined where the event cannot be read any more. */
  read(places: readonly Place[]): Promise<readonly (EcsEvent | undefined)[]>
}

export interface EventStore extends EventReader {
  /** Answers the place of the last event taken in, durably: whoever sent them may be told. */
  append(events: readonly EcsEvent[]): Promise<Seq>
  /** The first event after a place whose stamp `CLOCK` is `time` or later. Stamps never go back; events without one are passed over. */
  reached(time: EpochMs, after: Seq): Promise<Reading | undefined>
  /** Place and clock of the last event; undefined while there is none. */
  last(): Promise<Reading | undefined>
}

/** What the engine's clock showed when an event had come in. */
export interface Reading {
  readonly seq: Seq
  readonly clock: EpochMs
}

/**
 * Anomaly results in the order in which they were written. A revised result is written again under its id (`resultKeyOf`);
 * a copy of its newest revision is not, so that a step that is repeated changes nothing.
 */
export interface ResultJournal {
  append(results: readonly AnomalyResult[]): Promise<Seq>
  scan(query: Query, range: SeqRange): Promise<Page<AnomalyResult>>
  /** The newest revision of each result of a job whose bucket starts at `from` or later, in the order of their first revisions. */
  newest(jobId: string, from: EpochMs): Promise<readonly AnomalyResult[]>
}

/** Results that outlive the process. */
export interface ResultStore extends ResultJournal {
  /** The place of the newest result of a job, 0 before the first: what `rewind` takes later. */
  last(jobId: string): Promise<Seq>
  /**
   * Forgets the results of a job that were written after this place: a start carries their decisions out again. Places are not given
   * a second time, not even after the store was closed: who reads on from one misses nothing.
   */
  rewind(jobId: string, after: Seq): Promise<void>
}
