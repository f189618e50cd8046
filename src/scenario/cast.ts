import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type JobAndFeed, loadJob, loadRules, shippedRules } from '../config/content.ts'
import type { ProfileName } from '../datafeed/profiles.ts'
import { AppError } from '../domain/error.ts'
import type { RuleAndExceptions } from '../engine/judging.ts'
import { exceptionsFor, type RulesAndItems } from '../rules/exception-lists.ts'
import { isSameJob } from '../rules/job-id.ts'
import { ruleSettingsOf } from './rule-settings.ts'
import type { RuleLine, Story } from './story.ts'

/** The jobs, rules and exceptions that a story names, loaded. */
export interface Cast {
  readonly jobs: readonly CastJob[]
  readonly rules: readonly RuleAndExceptions[]
}

export interface CastJob extends JobAndFeed {
  readonly profile?: ProfileName
}

/** The rules that read the results of a job; those that are switched off do not. */
export function rulesFor({ rules }: Cast, { job }: CastJob): RuleAndExceptions[] {
  return rules.filter(
    ({ rule }) => rule.enabled && rule.machine_learning_job_id?.some((id) => isSameJob(id, job.job_id)),
  )
}

/**
 * Files are looked for beside the story.
 *
 * @throws AppError with the place in the story, for what is not known or cannot be read
 */
export async function castOf(story: Story): Promise<Cast> {
  const jobs = []
  for (const { line, name, profile } of story.jobs) {
    const { job, datafeed } = await placed(story, line, () => loadJob(fileOf(story, name, ['.json'])))
    jobs.push({ job, datafeed, ...(profile !== undefined && { profile }) })
  }
  const rules = []
  for (const line of story.rules) rules.push(...(await placed(story, line.line, () => rulesOf(story, line))))
  return { jobs, rules }
}

async function rulesOf(story: Story, { name, settings, exceptions, line }: RuleLine): Promise<RuleAndExceptions[]> {
  const named = await namedRules(fileOf(story, name, ['.toml', '.ndjson']))
  const ofStory = exceptions.map((fields, i) => ({
    item_id: `${line}-${i + 1}`,
    name: `exception in line ${line}`,
    entries: fields.map(([field, value]) => ({ type: 'match', field, operator: 'included', value }) as const),
  }))
  return named.rules.map((rule) => ({
    rule: { ...rule, ...ruleSettingsOf(settings) },
    exceptions: [...exceptionsFor(rule, [named]), ...ofStory],
  }))
}

async function namedRules(name: string): Promise<RulesAndItems> {
  if (/\.(toml|ndjson)$/.test(name)) {
    const loaded = await loadRules(name)
    // A story is about all that it names.
    const [problem] = loaded.problems
    if (problem) throw new AppError(problem)
    return loaded
  }
  const shipped = await shippedRules()
  const rules = shipped.filter(({ rule_id }) => rule_id === name)
  if (rules.length > 0) return { rules, exceptions: [], namesLists: false }
  throw new AppError({
    message: `Cannot load rule "${name}": there is no rule of this id`,
    code: 'RULE_UNKNOWN',
    hint: `Known are ${shipped.map(({ rule_id }) => rule_id).join(', ')}; or name a .toml or .ndjson file.`,
  })
}

function fileOf(story: Story, name: string, endings: readonly string[]): string {
  const beside = resolve(dirname(story.file), name)
  return endings.some((ending) => name.endsWith(ending)) && existsSync(beside) ? beside : name
}

/** An error of what a line names is an error in that line. */
async function placed<T>(story: Story, line: number, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.where !== undefined) throw cause
    const { message, code, hint } = cause
    throw new AppError({ message, code, where: `${story.file}:${line}`, cause, ...(hint !== undefined && { hint }) })
  }
}
