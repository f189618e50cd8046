import type { AnomalyResult } from '../domain/anomaly-record.ts'
import { AppError } from '../domain/error.ts'
import type { DurationMs, EpochMs } from '../domain/time.ts'
import type { SavedNormalizers } from './normalizers.ts'

/** Grows when what is saved can no longer be read as before. */
export const SNAPSHOT_VERSION = 1

/** A job's memory as JSON: what `save` of a model gives. Numbers keep every bit in JSON, so that a restore changes nothing. */
export interface Snapshot {
  readonly version: number
  readonly job_id: string
  readonly bucket_span: DurationMs
  /** The end of the newest bucket; null before the first. */
  readonly at: EpochMs | null
  readonly started: EpochMs | null
  readonly bucketsSinceRenormalization: number
  readonly detectors: readonly SavedDetector[]
  readonly normalizers: SavedNormalizers
  readonly recent: readonly AnomalyResult[]
}

export interface SavedDetector {
  /** A detector is found again by what it says, not by its place. */
  readonly key: string
  readonly partitions: readonly { readonly value: string; readonly start: EpochMs; readonly state: unknown }[]
}

/**
 * Reads what was saved for this job.
 *
 * @throws AppError SNAPSHOT_UNREADABLE when it is of another version, job or bucket span
 */
export function openSnapshot(saved: unknown, jobId: string, bucketSpan: DurationMs): Snapshot {
  const snapshot = (typeof saved === 'object' && saved !== null ? saved : {}) as Partial<Snapshot>
  const expect = (what: 'version' | 'job_id' | 'bucket_span', wanted: string | number) => {
    if (snapshot[what] === wanted) return
    throw new AppError({
      message: `Cannot restore job "${jobId}": ${what} of the snapshot is "${snapshot[what]}", expected "${wanted}"`,
      code: 'SNAPSHOT_UNREADABLE',
      hint: 'Run the job from the stored events again, without this snapshot.',
    })
  }
  expect('version', SNAPSHOT_VERSION)
  expect('job_id', jobId)
  expect('bucket_span', bucketSpan)
  return snapshot as Snapshot
}
