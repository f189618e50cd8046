import { DEFAULT_JOBS, loadJob, loadRules } from '../config/content.ts'
import { jobsToRun } from './jobs-to-run.ts'
import { rulesFor } from './rules-for.ts'
import type { ScanCliOptions } from './scan-options.ts'

type Asked = Pick<ScanCliOptions, 'job' | 'rules' | 'threshold' | 'alertsPerDay' | 'profile'>

/**
 * The jobs of a scan, the one first whose alerts are printed: those asked for, else our own, else the one of the default jobs that a rule of
 * the user is about. Who asks for a threshold or a budget is told all that it finds, however many.
 *
 * @throws AppError JOB_UNKNOWN, BUDGET_WITHOUT_NOVELTY, or the first problem of a file
 */
export async function jobsFor({ job, rules = [], threshold, alertsPerDay, profile }: Asked) {
  const isAsked = threshold !== undefined || alertsPerDay !== undefined
  return jobsToRun({
    jobs: [...(job ?? [await defaultJob(rules)])],
    rules: [...rules],
    profile,
    alerts: {
      ...(threshold !== undefined && { threshold }),
      ...(alertsPerDay !== undefined && { per_day: alertsPerDay }),
    },
    ...(isAsked && { maxSignals: Number.MAX_SAFE_INTEGER }),
  })
}

async function defaultJob(files: readonly string[]): Promise<string> {
  const own = await Promise.all(files.map(loadRules))
  for (const id of DEFAULT_JOBS) if ((await rulesFor(await loadJob(id), own)).own) return id
  return DEFAULT_JOBS[0]
}
