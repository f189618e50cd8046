import { rulesFor } from '../../src/cli/rules-for.ts'
import { loadJob } from '../../src/config/content.ts'
import { defaultSettings } from '../../src/config/schema.ts'
import type { JobToRun } from '../../src/engine/job-runner.ts'

/** The jobs that a server runs unless told otherwise, each with the rule that we ship for it. */
export async function shippedJobs(): Promise<readonly JobToRun[]> {
  const jobs: JobToRun[] = []
  for (const id of defaultSettings('', []).jobs as readonly string[]) {
    const job = await loadJob(id)
    const { rules, exceptions } = await rulesFor(job, [])
    jobs.push({ ...job, rules: rules.map((rule) => ({ rule, exceptions })) })
  }
  return jobs
}
