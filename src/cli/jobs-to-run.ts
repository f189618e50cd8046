import { entriesIn } from '../anomaly/novelty/bounds.ts'
import { loadJob } from '../config/content.ts'
import type { Config } from '../config/schema.ts'
import { AppError } from '../domain/error.ts'
import { isNovelty, NOVELTY } from '../domain/novelty-fields.ts'
import type { JobToRun } from '../engine/job-to-run.ts'
import { rulesFor } from './rules-for.ts'

/** What the settings say of jobs; without the optional ones, as the jobs and the rules have it. */
export type JobsAsked = Pick<Config, 'jobs' | 'rules'> &
  Partial<Pick<Config, 'profile' | 'alerts' | 'model_memory_limit'>> & {
    /** In place of `max_signals` of the rules. */
    readonly maxSignals?: number
  }

/**
 * The jobs that the settings name, the default one first, each with the rules that judge it. A threshold and a budget are for the first
 * one. Of the alerts of the others nobody is told: they would tell the same twice.
 *
 * @throws AppError BUDGET_WITHOUT_NOVELTY, or of the first job or rule that cannot be loaded
 */
export async function jobsToRun({
  jobs,
  rules: files,
  profile,
  alerts = {},
  model_memory_limit,
  maxSignals,
}: JobsAsked): Promise<{ readonly jobs: readonly JobToRun[]; readonly notes: readonly string[] }> {
  const loaded: JobToRun[] = []
  const notes = new Set<string>()
  for (const [i, id] of jobs.entries()) {
    const jobAndFeed = await loadJob(id)
    const { threshold, per_day } = i === 0 ? alerts : {}
    if (per_day !== undefined && !isNovelty(jobAndFeed.job)) throw withoutBudget(jobAndFeed.job.job_id, per_day)
    const judged = await rulesFor(jobAndFeed, files, {
      // Which findings are within the budget the job says itself.
      ...(per_day !== undefined ? { threshold: 0 } : threshold !== undefined && { threshold }),
      ...(maxSignals !== undefined && { maxSignals }),
    })
    loaded.push({
      ...jobAndFeed,
      ...(profile !== undefined && { profile }),
      rules: judged.rules.map((rule) => ({ rule, exceptions: judged.exceptions })),
      jobOptions: {
        ...(per_day !== undefined && { alertBudget: per_day }),
        ...(model_memory_limit !== undefined && { entryLimit: entriesIn(model_memory_limit) }),
      },
      quiet: i > 0,
    })
    for (const note of judged.notes) notes.add(note)
  }
  return { jobs: loaded, notes: [...notes] }
}

function withoutBudget(jobId: string, perDay: number): AppError {
  return new AppError({
    message: `Cannot keep job "${jobId}" to ${perDay} alerts a day: only the function "${NOVELTY}" takes a budget`,
    code: 'BUDGET_WITHOUT_NOVELTY',
    hint: 'Use a threshold for this job.',
  })
}
