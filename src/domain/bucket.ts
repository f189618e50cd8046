import type { DurationMs, EpochMs } from './time.ts'

/** One span of a job's time, `[start, end)`. */
export interface BucketSpan {
  readonly start: EpochMs
  readonly end: EpochMs
}

/** The bucket that holds `time`: buckets stand on multiples of their length since 1970. */
export function bucketOf(time: EpochMs, span: DurationMs): BucketSpan {
  const start = Math.floor(time / span) * span
  return { start, end: start + span }
}
