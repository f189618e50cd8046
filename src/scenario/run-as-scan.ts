import { runScan } from '../app.ts'
import type { Alert } from '../domain/alert.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { EcsEvent } from '../domain/event.ts'
import { type Cast, type CastJob, rulesFor } from './cast.ts'
import { Documents } from './documents.ts'
import type { Arrival } from './events.ts'
import type { Outcome } from './outcome.ts'

/** A story as `oddsock scan` would tell it: its events stand in a file, in the order in which they came in. */
export async function runAsScan(cast: Cast, arrivals: readonly Arrival[]): Promise<Outcome> {
  const events = arrivals.map(({ event }) => event)
  const outcomes = []
  for (const job of cast.jobs) outcomes.push(await runJob(cast, job, events))
  return {
    records: outcomes.flatMap(({ records }) => records),
    alerts: outcomes.flatMap(({ alerts }) => alerts),
  }
}

/** A scan for each rule of the job, since exceptions of one rule do not hold for another; without a rule, one for the records. */
async function runJob(cast: Cast, castJob: CastJob, events: readonly EcsEvent[]): Promise<Outcome> {
  const { job, datafeed, profile } = castJob
  const rules = rulesFor(cast, castJob)
  const alerts: Alert[] = []
  let records: AnomalyRecord[] = []
  for (const one of rules.length > 0 ? rules : [undefined]) {
    const outcome = await runScan({
      sources: [new Documents('story', events)],
      job,
      datafeed,
      rules: one ? [one.rule] : [],
      exceptions: one?.exceptions ?? [],
      ...(profile && { profile }),
    })
    records = outcome.records.map(({ record }) => record)
    for await (const alert of outcome.alerts()) alerts.push(alert)
  }
  return { records, alerts }
}
