import { AppError } from '../domain/error.ts'
import type { DatafeedConfig, Job } from '../domain/job.ts'
import { isNovelty, NOVELTY_FIELDS } from '../domain/novelty-fields.ts'
import { type DurationMs, MINUTE, parseDuration } from '../domain/time.ts'
import { ALL, type Query } from '../query/ast.ts'
import { parseEsQuery } from '../query/es-bool.ts'
import { PROFILES, type ProfileName } from './profiles.ts'

/** What a job sees of a bucket: which events count, and the fields by whose values they are grouped into observations. */
export interface Datafeed {
  readonly job_id: string
  readonly query: Query
  /** `Observation.values` stand in this order. */
  readonly fields: readonly string[]
  readonly bucketSpan: DurationMs
  /** So long after its end a bucket is closed, that late events may arrive. */
  readonly queryDelay: DurationMs
}

export interface DatafeedOptions {
  /** `recommended` unless said. */
  readonly profile?: ProfileName
  /** Fields to group by besides, as exceptions of rules ask for them. */
  readonly extraFields?: readonly string[]
}

/** The front of every datafeed: by these the rows of a bucket are ordered (`time-and-order.md` §2), and alerts name them. */
export const FIRST_FIELDS: readonly string[] = [
  'host.name',
  'oddsock.program',
  'user.name',
  'destination.ip',
  'process.name',
]

/** Elastic draws a delay between one and two minutes for each datafeed; a fixed one keeps a replay equal. */
const QUERY_DELAY: DurationMs = 2 * MINUTE

const DEFAULT_BUCKET_SPAN = '5m'

/**
 * Joins a job and its datafeed as Elastic stores them into what is run.
 *
 * @throws AppError QUERY_UNREADABLE, DURATION_UNREADABLE or JOB_OUT_OF_RANGE where a setting cannot be run
 */
export function compileDatafeed(job: Job, config: DatafeedConfig, options: DatafeedOptions = {}): Datafeed {
  const asked = config.query === undefined ? ALL : parseEsQuery(config.query, `datafeed of "${job.job_id}": query`)
  const bucketSpan = parseDuration(job.analysis_config.bucket_span ?? DEFAULT_BUCKET_SPAN)
  if (bucketSpan <= 0)
    throw new AppError({
      message: `Cannot run job "${job.job_id}": bucket_span is ${job.analysis_config.bucket_span}, expected more than nothing`,
      where: 'analysis_config.bucket_span',
      code: 'JOB_OUT_OF_RANGE',
      hint: 'Write how long a bucket is to be: 15m is usual.',
    })
  return {
    job_id: job.job_id,
    query: PROFILES[options.profile ?? 'recommended'](asked),
    fields: [...new Set([...FIRST_FIELDS, ...fieldsOfJob(job), ...(options.extraFields ?? [])])],
    bucketSpan,
    queryDelay: config.query_delay === undefined ? QUERY_DELAY : parseDuration(config.query_delay),
  }
}

/** The fields that a job reads: of its detectors, in their order, then its influencers. */
export function fieldsOfJob(job: Job): string[] {
  const { detectors, influencers = [] } = job.analysis_config
  const named = detectors.flatMap((one) => [one.by_field_name, one.over_field_name, one.partition_field_name])
  const asked = [...named, ...(isNovelty(job) ? NOVELTY_FIELDS : []), ...influencers]
  return [...new Set(asked.filter((field): field is string => field !== undefined && field !== ''))]
}
