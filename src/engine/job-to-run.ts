import type { JobOptions } from '../anomaly/job.ts'
import { compileDatafeed, type Datafeed } from '../datafeed/datafeed.ts'
import type { ProfileName } from '../datafeed/profiles.ts'
import type { DatafeedConfig, Job } from '../domain/job.ts'
import { isNovelty } from '../domain/novelty-fields.ts'
import { fieldsOfExceptions } from '../rules/exceptions.ts'
import { exceptedBy } from './excepted.ts'
import type { JudgingOptions, RuleAndExceptions } from './judging.ts'

/** A job with its datafeed and the rules that read its results: all that `scan` and `serve` need to run it alike. */
export interface JobToRun {
  readonly job: Job
  readonly datafeed: DatafeedConfig
  readonly profile?: ProfileName
  readonly rules: readonly RuleAndExceptions[]
  /** What the job itself is told besides its definition: a threshold or a budget of alerts. */
  readonly jobOptions?: JobOptions
  /** Its alerts are kept and nobody is told of them: for a job that runs beside another one that says the same better. */
  readonly quiet?: boolean
}

/** What the job sees, the fields that exceptions of its rules ask for among it. */
export function feedOf({
  job,
  datafeed,
  profile,
  rules,
}: Pick<JobToRun, 'job' | 'datafeed' | 'profile' | 'rules'>): Datafeed {
  const extraFields = fieldsOfExceptions(rules.flatMap(({ exceptions }) => exceptions))
  return compileDatafeed(job, datafeed, { extraFields, ...(profile && { profile }) })
}

/** The field whose values the first detector judges. */
export function judgedField(job: Job): string {
  return job.analysis_config.detectors[0]?.by_field_name ?? 'process.name'
}

/**
 * A job that gathers findings into incidents has to know which are told: the lowest score that a rule asks for, and what exceptions take
 * out.
 */
export function optionsOf(
  { job, rules, jobOptions }: Pick<JobToRun, 'job' | 'rules' | 'jobOptions'>,
  fields: readonly string[],
  judging: JudgingOptions,
): JobOptions {
  const scores = rules.flatMap(({ rule }) => rule.anomaly_threshold ?? [])
  if (!isNovelty(job)) return { ...jobOptions }
  return {
    ...(scores.length > 0 && { alertThreshold: Math.min(...scores) }),
    exceptedAt: exceptedBy(rules, fields, judging),
    ...jobOptions,
  }
}
