import * as v from 'valibot'
import { AppError, type Problem } from '../domain/error.ts'
import { type Checked, checkValue, type Fault, pathName } from '../domain/fault.ts'
import type { DatafeedConfig, Job } from '../domain/job.ts'
import { DAY, parseDuration } from '../domain/time.ts'
import { parseEsQuery } from '../query/es-bool.ts'

/** A problem of a job, and which setting has it; the caller knows the file. */
export interface JobProblem extends Problem {
  readonly path: readonly (string | number)[]
}

/** A job, and its datafeed where it came with one, as `datafeed_config` in Elastic's API. */
export interface ReadJob {
  readonly job: Job
  readonly datafeed?: DatafeedConfig
}

/**
 * Checks a job that was read from JSON. Settings that we do not run are kept as they are.
 *
 * @param fileName without its ending: the id of a job that says none, as in Elastic's modules
 */
export function readJob(json: unknown, fileName?: string): Checked<ReadJob, JobProblem> {
  const named = isObject(json) && fileName ? { job_id: fileName, ...json } : json
  const { value, problems } = checkValue(JOB, named)
  if (value === undefined) return { value, problems: problems.map((fault) => problemOf(fault, nameOf(named), 'JOB')) }
  const { datafeed_config, ...job } = value
  if (datafeed_config === undefined) return { value: { job }, problems: [] }
  const { value: datafeed, problems: ofDatafeed } = readDatafeed(datafeed_config)
  if (datafeed !== undefined) return { value: { job, datafeed }, problems: [] }
  return {
    value: undefined,
    problems: ofDatafeed.map((problem) => ({ ...problem, ...placed(['datafeed_config', ...problem.path]) })),
  }
}

/** Checks a datafeed that was read from JSON, its query included. */
export function readDatafeed(json: unknown): Checked<DatafeedConfig, JobProblem> {
  const { value, problems } = checkValue(DATAFEED, json)
  if (value === undefined)
    return { value, problems: problems.map((fault) => problemOf(fault, nameOf(json), 'DATAFEED')) }
  try {
    if (value.query !== undefined) parseEsQuery(value.query)
    return { value, problems: [] }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { message, code, hint, where = 'query' } = error
    return { value: undefined, problems: [{ message, code, where, path: ['query'], ...(hint && { hint }) }] }
  }
}

function problemOf(fault: Fault, name: string, prefix: string): JobProblem {
  const what = prefix === 'JOB' ? 'job' : 'datafeed'
  return {
    message: `Cannot load ${what}${name && ` "${name}"`}: ${fault.says}`,
    code: `${prefix}_${fault.kind}`,
    ...placed(fault.path),
  }
}

function placed(path: readonly (string | number)[]) {
  return { path, where: pathName(path) }
}

function nameOf(json: unknown): string {
  const id = isObject(json) && 'job_id' in json ? json.job_id : undefined
  return typeof id === 'string' ? id : ''
}

function isObject(json: unknown): json is object {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

const text = v.pipe(v.string('a text'), v.nonEmpty('a text that is not empty'))
const texts = v.array(text, 'a list of texts')
const id = v.pipe(
  v.string('an id'),
  v.regex(/^(?=.{1,64}$)[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/, 'small letters, digits, "-" and "_", at most 64'),
)

function isBucketSpan(span: string): boolean {
  if (!/^\d+[smhd]$/.test(span)) return false
  const length = parseDuration(span)
  return length > 0 && (length % DAY === 0 || DAY % length === 0)
}

const span = 'whole days, or a duration that divides a day evenly, such as 15m'
const bucketSpan = v.pipe(v.string(span), v.check(isBucketSpan, span))
const duration = v.pipe(v.string('a duration such as 90s'), v.regex(/^\d+(ms|[smhd])$/, 'a duration such as 90s'))

/** Functions that compare the values of a field with one another. */
const BY_FIELD: ReadonlySet<string> = new Set(['rare', 'freq_rare'])

const detector = v.pipe(
  v.looseObject(
    {
      function: text,
      field_name: v.exactOptional(text),
      by_field_name: v.exactOptional(text),
      over_field_name: v.exactOptional(text),
      partition_field_name: v.exactOptional(text),
      use_null: v.exactOptional(v.boolean('true or false')),
      detector_description: v.exactOptional(v.string('a text')),
    },
    'a detector',
  ),
  v.check((one) => !BY_FIELD.has(one.function) || one.by_field_name !== undefined, 'a by_field_name for this function'),
)

/** Elastic's own defaults, where it has some (`detection-engine.md` §4.1). */
const JOB = v.looseObject(
  {
    job_id: id,
    description: v.exactOptional(v.string('a text')),
    groups: v.exactOptional(texts),
    analysis_config: v.looseObject(
      {
        bucket_span: v.optional(bucketSpan, '5m'),
        detectors: v.pipe(v.array(detector, 'a list of detectors'), v.minLength(1, 'at least one detector')),
        influencers: v.exactOptional(texts),
      },
      'a table',
    ),
    analysis_limits: v.exactOptional(v.looseObject({ model_memory_limit: v.exactOptional(text) }, 'a table')),
    data_description: v.exactOptional(
      v.looseObject({ time_field: v.exactOptional(text), time_format: v.exactOptional(text) }, 'a table'),
    ),
    datafeed_config: v.exactOptional(v.unknown()),
  },
  'a job',
)

const DATAFEED = v.looseObject(
  {
    datafeed_id: v.exactOptional(id),
    job_id: v.exactOptional(text),
    indices: v.exactOptional(texts),
    query: v.exactOptional(v.unknown()),
    query_delay: v.exactOptional(duration),
  },
  'a datafeed',
)
