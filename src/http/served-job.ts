import { compileDatafeed } from '../datafeed/datafeed.ts'
import type { JobToRun } from '../engine/job-runner.ts'
import { fieldsOfExceptions } from '../rules/exceptions.ts'
import type { ServedJob } from './api-deps.ts'

/** A job that runs, as the API tells of it. It sees what the runner of the job sees. */
export function servedJob({ job, datafeed, profile, rules }: JobToRun): ServedJob {
  const extraFields = fieldsOfExceptions(rules.flatMap(({ exceptions }) => exceptions))
  return {
    job,
    feed: compileDatafeed(job, datafeed, { extraFields, ...(profile && { profile }) }),
    threshold: Math.min(100, ...rules.flatMap(({ rule }) => rule.anomaly_threshold ?? [])),
  }
}
