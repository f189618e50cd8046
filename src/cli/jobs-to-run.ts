import { loadJob } from '../config/content.ts'
import type { Config } from '../config/schema.ts'
import type { JobToRun } from '../engine/job-runner.ts'
import { rulesFor } from './rules-for.ts'

/**
 * The jobs that the settings name, the default one first, each with the rules that judge it. Of the alerts of the others nobody is
 * told: they would tell the same twice.
 *
 * @throws AppError of the first job or rule that cannot be loaded
 */
export async function jobsToRun({
  jobs,
  rules: files,
}: Pick<Config, 'jobs' | 'rules'>): Promise<{ readonly jobs: readonly JobToRun[]; readonly notes: readonly string[] }> {
  const loaded: JobToRun[] = []
  const notes: string[] = []
  for (const [i, id] of jobs.entries()) {
    const jobAndFeed = await loadJob(id)
    const { rules, exceptions, notes: ofRules } = await rulesFor(jobAndFeed, files)
    loaded.push({ ...jobAndFeed, rules: rules.map((rule) => ({ rule, exceptions })), quiet: i > 0 })
    notes.push(...ofRules)
  }
  return { jobs: loaded, notes }
}
