import type { AnomalyResult } from '../domain/anomaly-record.ts'
import type { BucketSpan } from '../domain/bucket.ts'
import type { Observation } from '../domain/observation.ts'
import type { Expectation } from '../domain/scope.ts'
import type { EpochMs } from '../domain/time.ts'

/**
 * The model of one job. In go the observations of a closed bucket; out come the results of that bucket: records, influencers and
 * the bucket itself. It never reads a clock, a store or an event: it is a function of the buckets that it was given, in order.
 */
export interface JobModel {
  /** One closed bucket, later than all before: learns and scores it. Buckets left out in between count as empty. */
  close(bucket: BucketSpan, rows: readonly Observation[]): BucketOutcome
  /**
   * All rows that a bucket closed before has by now (`time-and-order.md` §3). Results are new records, and new revisions of stored
   * results under their old identity.
   */
  late(bucket: BucketSpan, rows: readonly Observation[]): BucketOutcome
  /** A stretch of empty buckets in one step; the same as closing each of them with no rows. */
  skip(from: EpochMs, to: EpochMs): void
  /**
   * What `close` would answer now for buckets that are still open, oldest first; what the model has learned stays as it is. A model may leave
   * out what it would only say again.
   */
  trial(open: readonly OpenBucket[]): BucketOutcome[]
  /** Stored results under the present quantiles: only those that changed. */
  renormalize(results: readonly AnomalyResult[]): AnomalyResult[]
  /** Somebody says that something is expected; a job whose function cannot use that has no such method. */
  expect?(expectation: Expectation): void
  /** What people should know of how the job fares, in sentences. */
  readonly warnings?: readonly string[]
  /** A snapshot as JSON. */
  save(): unknown
}

export interface OpenBucket {
  readonly bucket: BucketSpan
  readonly rows: readonly Observation[]
  /** Those of the rows that no trial had before; unless said, all. */
  readonly news?: readonly Observation[]
}

export interface BucketOutcome {
  readonly results: readonly AnomalyResult[]
  /** The quantiles have moved: stored results should be renormalised after these were judged. */
  readonly renormalize: boolean
  /** Events that were counted but not scored: of a first, partial bucket, too late, or dropped. */
  readonly unscored: number
}
