import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readJob } from '../datafeed/read-job.ts'
import { AppError, type Problem } from '../domain/error.ts'
import type { DatafeedConfig, Job } from '../domain/job.ts'
import type { Rule } from '../domain/rule.ts'
import type { RulesAndItems } from '../rules/exception-lists.ts'
import { isSameJob } from '../rules/job-id.ts'
import { readRules } from '../rules/read/file.ts'
import { readNdjson } from '../rules/read/ndjson.ts'
import { readRuleFile } from '../rules/read/rule.ts'
import { parseToml } from '../rules/read/toml.ts'
import { CHECK_PATH, reasonOf } from '../sources/unreadable.ts'

/** The jobs and rules that we ship: data beside the code, the same place seen from the sources and from the build. */
const CONTENT = fileURLToPath(new URL('../../content/', import.meta.url))

/** What a server runs unless told otherwise: our own job, and beside it the one that Elastic's users know. A scan runs the first. */
export const DEFAULT_JOBS = ['linux_novel_network_activity', 'linux_anomalous_network_activity'] as const

export interface JobAndFeed {
  readonly job: Job
  readonly datafeed: DatafeedConfig
}

/**
 * A job that we ship, by its id or any of the ids that Elastic has given it, or a job file.
 *
 * @throws AppError JOB_UNKNOWN, or the first problem of the file
 */
export async function loadJob(idOrFile: string): Promise<JobAndFeed> {
  if (idOrFile.endsWith('.json')) return readJobFile(idOrFile)
  const names = await shippedJobs()
  const name = names.find((one) => isSameJob(idOrFile, one))
  if (name === undefined || idOrFile === '*')
    throw new AppError({
      message: `Cannot load job "${idOrFile}": there is no job of this id`,
      code: 'JOB_UNKNOWN',
      hint: `Known are ${names.join(', ')}; or name a .json file.`,
    })
  return readJobFile(`${CONTENT}jobs/${name}.json`)
}

/** Ids of the jobs that we ship. */
export async function shippedJobs(): Promise<string[]> {
  return (await readdir(`${CONTENT}jobs`)).map((file) => basename(file, '.json')).sort()
}

/** The rules that we ship. */
export async function shippedRules(): Promise<Rule[]> {
  const files = (await readdir(`${CONTENT}rules`)).filter((file) => file.endsWith('.toml')).sort()
  return Promise.all(files.map(async (file) => readToml(`${CONTENT}rules/${file}`)))
}

/** A user's own rules and exceptions, of one file. */
export interface UserRules extends RulesAndItems {
  /** What is wrong with the other documents of the file. */
  readonly problems: readonly Problem[]
}

/**
 * A user's own rules and exceptions, as far as they can be used: a rule in TOML, or an export of Kibana.
 *
 * @throws AppError with the first problem of a file of which nothing can be used
 */
export async function loadRules(file: string): Promise<UserRules> {
  const text = await readText(file)
  const own = file.endsWith('.toml') ? readRules(text, file) : readNdjson(text, file)
  if (own.rules.length === 0 && own.exceptions.length === 0) fail(own.problems)
  return own
}

async function readToml(file: string): Promise<Rule> {
  const { value, problems } = readRuleFile(parseToml(await readText(file), file), file)
  fail(problems)
  return value!
}

async function readJobFile(file: string): Promise<JobAndFeed> {
  let json: unknown
  try {
    json = JSON.parse(await readText(file))
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError({
      message: `Cannot load job: ${(cause as Error).message}`,
      where: file,
      code: 'JOB_UNREADABLE',
      hint: 'A job file is one JSON object, as the API of Elastic answers it: job_id, analysis_config and the rest.',
      cause,
    })
  }
  const { value, problems } = readJob(json)
  fail(problems.map((problem) => ({ ...problem, where: [file, problem.where].filter(Boolean).join(': ') })))
  const { job, datafeed } = value!
  return { job, datafeed: datafeed ?? {} }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new AppError({
      message: `Cannot read "${file}": ${reasonOf(cause)}`,
      code: 'FILE_UNREADABLE',
      hint: CHECK_PATH,
      cause,
    })
  }
}

function fail(problems: readonly Problem[]): void {
  const [first] = problems
  if (first) throw new AppError(first)
}
