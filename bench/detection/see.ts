import { join } from 'node:path'
import { type JobOutcome, runScan } from '../../src/app/scan.ts'
import { DEFAULT_JOBS, loadJob } from '../../src/config/content.ts'
import type { ScoredBucket } from '../../src/engine/job-loop.ts'
import { findFiles } from '../../src/sources/find-files.ts'
import type { Seen } from './detectors.ts'

/** What a job was shown, and what it made of it. */
export interface Result {
  readonly seen: Seen
  readonly outcome: JobOutcome
}

/** Both jobs in one scan of a fleet. */
export async function see(folder: string): Promise<[novelty: Result, rare: Result]> {
  const { sources } = await findFiles([join(folder, 'events')])
  const jobs = await Promise.all(
    DEFAULT_JOBS.map(async (id) => {
      const buckets: ScoredBucket[] = []
      return { ...(await loadJob(id)), rules: [], buckets, onBucket: (bucket: ScoredBucket) => buckets.push(bucket) }
    }),
  )
  const outcome = await runScan({ sources, jobs })
  const results = outcome.jobs.map((outcome, i) => {
    const { job, buckets } = jobs[i]!
    return { seen: { job, fields: outcome.feed.fields, buckets }, outcome }
  })
  return [results[0]!, results[1]!]
}
