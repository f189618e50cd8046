import { DAY, type DurationMs, type EpochMs } from './time.ts'

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

/** So long after its bucket an event is still scored, and presence is remembered for it (`time-and-order.md` §3). */
export const LATE_WINDOW: DurationMs = 8 * DAY
