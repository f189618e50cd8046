import { entriesIn } from '../anomaly/novelty/bounds.ts'
import { loadJob, loadRules, shippedJobs } from '../config/content.ts'
import type { Config } from '../config/schema.ts'
import { unsupportedInJob } from '../datafeed/unsupported.ts'
import { AppError, type Problem } from '../domain/error.ts'
import { isNovelty, NOVELTY } from '../domain/novelty-fields.ts'
import { withoutEffect } from '../domain/unsupported.ts'
import type { JobToRun } from '../engine/job-to-run.ts'
import { idleRules } from './idle-rules.ts'
import { idleExceptions, rulesFor } from './rules-for.ts'

/** What the settings say of jobs; without the optional ones, as the jobs and the rules have it. */
export type JobsAsked = Pick<Config, 'jobs' | 'rules'> &
  Partial<Pick<Config, 'profile' | 'alerts' | 'model_memory_limit'>> & {
    /** In place of `max_signals` of the rules. */
    readonly maxSignals?: number
  }

export interface JobsAndNotes {
  readonly jobs: readonly JobToRun[]
  /** What a person should know of how rules and jobs go together. */
  readonly notes: readonly string[]
  /** What `rules check` says of the files of rules too, with its place: documents that are left out, and settings that do nothing. */
  readonly ofFiles: readonly string[]
}

/**
 * The jobs that the settings name, the default one first, each with the rules that judge it. A threshold and a budget are for the first
 * one. Of the alerts of the others nobody is told, since they would tell the same twice; but who has a rule about one wants to hear of it.
 *
 * @throws AppError BUDGET_WITHOUT_NOVELTY, or of the first job or file of rules that cannot be loaded
 */
export async function jobsToRun({
  jobs,
  rules: files,
  profile,
  alerts = {},
  model_memory_limit,
  maxSignals,
}: JobsAsked): Promise<JobsAndNotes> {
  const loaded: JobToRun[] = []
  const own = await Promise.all(files.map(loadRules))
  const notes = new Set<string>()
  const ofFiles = new Set(own.flatMap(({ problems }) => problems.map(leftOut)))
  for (const [i, id] of jobs.entries()) {
    const jobAndFeed = await loadJob(id)
    const { threshold, per_day } = i === 0 ? alerts : {}
    if (per_day !== undefined && !isNovelty(jobAndFeed.job)) throw withoutBudget(jobAndFeed.job.job_id, per_day)
    const judged = await rulesFor(jobAndFeed, own, {
      // Which findings are within the budget the job says itself.
      ...(per_day !== undefined ? { threshold: 0 } : threshold !== undefined && { threshold }),
      ...(maxSignals !== undefined && { maxSignals }),
    })
    loaded.push({
      ...jobAndFeed,
      ...(profile !== undefined && { profile }),
      rules: judged.rules,
      jobOptions: {
        ...(per_day !== undefined && { alertBudget: per_day }),
        ...(model_memory_limit !== undefined && { entryLimit: entriesIn(model_memory_limit) }),
      },
      quiet: i > 0 && !judged.own,
    })
    for (const path of unsupportedInJob(jobAndFeed))
      notes.add(withoutEffect(`job "${jobAndFeed.job.job_id}"`, path.join('.')))
    for (const note of judged.notes) notes.add(note)
    for (const setting of judged.unsupported) ofFiles.add(setting)
  }
  const running = loaded.map(({ job }) => job.job_id)
  const idle = idleRules(
    own.flatMap(({ rules }) => rules),
    running,
    await shippedJobs(),
  )
  return {
    jobs: loaded,
    notes: [...notes, ...idleExceptions(own), ...idle],
    ofFiles: [...ofFiles],
  }
}

function leftOut({ message, where = 'a file of rules' }: Problem): string {
  return `${message} (${where}): it is left out`
}

function withoutBudget(jobId: string, perDay: number): AppError {
  return new AppError({
    message: `Cannot keep job "${jobId}" to ${perDay} alerts a day: only the function "${NOVELTY}" takes a budget`,
    code: 'BUDGET_WITHOUT_NOVELTY',
    hint: 'Use a threshold for this job.',
  })
}
