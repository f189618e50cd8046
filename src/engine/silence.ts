import { type EpochMs, HOUR } from '../domain/time.ts'

/** A host is called silent when it sent nothing for the last so much of the time looked at, and had sent regularly before. */
const SILENT_AFTER = 6 * HOUR

/** When a host was heard. */
export interface Heard {
  readonly first: EpochMs
  readonly last: EpochMs
  /** Buckets in which it was. */
  readonly activeBuckets: number
}

/** Since when a host has been silent at the end; undefined if it was heard, or was never regular. */
export function silentSince({ first, last, activeBuckets }: Heard, end: EpochMs): EpochMs | undefined {
  const pause = (last - first) / Math.max(1, activeBuckets)
  return end - last > SILENT_AFTER && pause < SILENT_AFTER / 2 ? last : undefined
}
