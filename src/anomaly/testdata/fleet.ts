import type { AnomalyRecord, AnomalyResult, BucketResult } from '../../domain/anomaly-record.ts'
import type { Job } from '../../domain/job.ts'
import type { Observation } from '../../domain/observation.ts'
import { MINUTE } from '../../domain/time.ts'
import type { BucketOutcome, JobModel } from '../job-model.ts'

/** What the rows of the tests say, in order. */
export const FIELDS = ['host.name', 'process.name', 'user.name']

/** The default: `rare by process.name` in buckets of 15 minutes. */
export function jobOf(
  settings: { span?: number; partition?: string; detector?: object; influencers?: string[] } = {},
): Job {
  const { span = 15, partition, detector = {}, influencers = ['host.name', 'process.name', 'user.name'] } = settings
  return {
    job_id: 'test',
    analysis_config: {
      bucket_span: `${span}m`,
      detectors: [
        {
          function: 'rare',
          by_field_name: 'process.name',
          ...(partition ? { partition_field_name: partition } : {}),
          ...detector,
        },
      ],
      influencers,
    },
  }
}

/** A process seen on a host in a bucket (by its number); `place` orders the rows of a bucket. */
export interface Sight {
  readonly process: string | null
  readonly host?: string | null
  readonly user?: string | null
  /** Milliseconds after the start of the bucket. */
  readonly at?: number
  readonly count?: number
}

export function bucketAt(index: number, span = 15) {
  return { start: index * span * MINUTE, end: (index + 1) * span * MINUTE }
}

/** Rows of a bucket; each is a millisecond after the one before, the first on the boundary. */
export function rowsOf(index: number, sights: readonly Sight[], span = 15): Observation[] {
  return sights.map(({ process, host = 'web-1', user = 'root', at, count = 1 }, i) => {
    const first = bucketAt(index, span).start + (at ?? i)
    return { values: [host, process, user], count, first, last: first, events: [] }
  })
}

/** Closes a bucket with these processes on one host. */
export function closeWith(model: JobModel, index: number, processes: readonly string[], span = 15): BucketOutcome {
  return model.close(
    bucketAt(index, span),
    rowsOf(
      index,
      processes.map((process) => ({ process })),
      span,
    ),
  )
}

/** Always-on names of the worked examples: `staggered` ones miss a bucket now and then, so that no two have equal histories. */
export function always(k: number, bucket: number, kind: 'tied' | 'staggered', last: number): string[] {
  const names: string[] = []
  for (let i = 0; i < k; i++)
    if (kind === 'tied' || bucket === last || (bucket + 7 * i) % (50 + i) !== 0) names.push(`s${i}`)
  return names
}

export function recordsOf(results: readonly AnomalyResult[]): AnomalyRecord[] {
  return results.filter((result): result is AnomalyRecord => result.result_type === 'record')
}

export function recordOf(results: readonly AnomalyResult[], by: string): AnomalyRecord | undefined {
  return recordsOf(results).find((record) => record.by_field_value === by)
}

export function bucketOfResults(results: readonly AnomalyResult[]): BucketResult {
  return results.find((result): result is BucketResult => result.result_type === 'bucket')!
}
