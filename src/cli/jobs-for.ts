import type { ScanJob } from '../app/scan.ts'
import { DEFAULT_JOBS, loadJob } from '../config/content.ts'
import { AppError } from '../domain/error.ts'
import { NOVELTY } from '../domain/novelty-fields.ts'
import { rulesFor } from './rules-for.ts'
import type { ScanCliOptions } from './scan-options.ts'

export interface JobsOfScan {
  /** The first is the one whose alerts are printed; a threshold and a budget are for it. */
  readonly jobs: readonly ScanJob[]
  /** What a person should know of the choice. */
  readonly notes: readonly string[]
}

type Asked = Pick<ScanCliOptions, 'job' | 'rules' | 'threshold' | 'alertsPerDay' | 'profile'>

/**
 * The jobs of a scan, each with the rules that judge it: those asked for, else our own, else the one of the default jobs that a
 * rule of the user is about.
 *
 * @throws AppError JOB_UNKNOWN, BUDGET_WITHOUT_NOVELTY, or the first problem of a file
 */
export async function jobsFor(asked: Asked): Promise<JobsOfScan> {
  const { rules = [], threshold, alertsPerDay, profile } = asked
  const jobs: ScanJob[] = []
  const notes: string[] = []
  for (const id of asked.job ?? [await defaultJob(rules)]) {
    const isFirst = jobs.length === 0
    const loaded = await loadJob(id)
    const toldFrom = alertsPerDay === undefined ? threshold : 0
    const judged = await rulesFor(loaded, rules, isFirst ? toldFrom : undefined)
    const budget = isFirst && alertsPerDay !== undefined ? budgetFor(loaded.job, alertsPerDay) : {}
    const ruled = judged.rules.map((rule) => ({ rule, exceptions: judged.exceptions }))
    jobs.push({ ...loaded, profile, rules: ruled, ...budget })
    if (isFirst) notes.push(...judged.notes)
  }
  return { jobs, notes }
}

async function defaultJob(rules: readonly string[]): Promise<string> {
  for (const id of DEFAULT_JOBS) if ((await rulesFor(await loadJob(id), rules)).own) return id
  return DEFAULT_JOBS[0]
}

function budgetFor({ job_id, analysis_config }: ScanJob['job'], alertBudget: number): Pick<ScanJob, 'jobOptions'> {
  if (analysis_config.detectors[0]?.function === NOVELTY) return { jobOptions: { alertBudget } }
  throw new AppError({
    message: `Cannot keep job "${job_id}" to ${alertBudget} alerts a day: only the function "${NOVELTY}" takes a budget`,
    code: 'BUDGET_WITHOUT_NOVELTY',
    hint: 'Use --threshold for this job.',
  })
}
