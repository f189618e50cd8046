import { jobsToRun } from '../../src/cli/jobs-to-run.ts'
import type { JobToRun } from '../../src/engine/job-runner.ts'

/**
 * Both jobs that we ship. Sinks are told of the first one's alerts only, so it is the one that needs no long history to alert: a
 * short run has something to tell, too.
 */
export const JOBS: readonly string[] = ['linux_anomalous_network_activity', 'linux_novel_network_activity']

/** The jobs as the server of a test runs them. */
export async function jobsOfTest(): Promise<readonly JobToRun[]> {
  return (await jobsToRun({ jobs: [...JOBS], rules: [] })).jobs
}
