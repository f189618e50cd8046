import { feedOf, type JobToRun } from '../engine/job-to-run.ts'
import type { ServedJob } from './api-deps.ts'

/** A job that runs, as the API tells of it. */
export function servedJob(toRun: JobToRun): ServedJob {
  const thresholds = toRun.rules.flatMap(({ rule }) => rule.anomaly_threshold ?? [])
  return {
    job: toRun.job,
    feed: feedOf(toRun),
    threshold: toRun.rules.length > 0 ? Math.min(100, ...thresholds) : null,
    quiet: toRun.quiet ?? false,
  }
}
