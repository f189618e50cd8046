import { runScan } from '../app/scan.ts'
import type { Alert } from '../domain/alert.ts'
import { type Cast, rulesFor } from './cast.ts'
import { Documents } from './documents.ts'
import type { Arrival } from './events.ts'
import type { Outcome } from './outcome.ts'

/** A story as `oddsock scan` would tell it: its events stand in a file, in the order in which they came in. */
export async function runAsScan(cast: Cast, arrivals: readonly Arrival[]): Promise<Outcome> {
  const events = arrivals.map(({ event }) => event)
  const { jobs } = await runScan({
    sources: [new Documents('story', events)],
    jobs: cast.jobs.map((castJob) => ({ ...castJob, rules: rulesFor(cast, castJob) })),
  })
  const alerts: Alert[] = []
  for (const job of jobs) for await (const alert of job.alerts()) alerts.push(alert)
  return { records: jobs.flatMap(({ records }) => records.map(({ record }) => record)), alerts }
}
