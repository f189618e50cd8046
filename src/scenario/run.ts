import { runScan } from '../app.ts'
import type { Alert } from '../domain/alert.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import { AppError } from '../domain/error.ts'
import type { EcsEvent } from '../domain/event.ts'
import { isSameJob } from '../rules/job-id.ts'
import { type Cast, type CastJob, castOf } from './cast.ts'
import { Documents } from './documents.ts'
import { eventsOf } from './events.ts'
import type { Story } from './story.ts'

/** What came of a story. */
export interface Outcome {
  /** Records with a score above 0, as they were last written. */
  readonly records: readonly AnomalyRecord[]
  readonly alerts: readonly Alert[]
}

/**
 * Runs a story: all events that come in before its end go through the same engine as `oddsock scan`, which closes what is still
 * open when they end.
 *
 * @throws AppError for jobs and rules that cannot be loaded or run, SCENARIO_UNSUPPORTED for a crash
 */
export async function runStory(story: Story): Promise<Outcome> {
  if (story.crashes.length > 0)
    throw new AppError({
      message: 'Cannot run scenario: it crashes, and what a scan knows is gone then',
      where: story.file,
      code: 'SCENARIO_UNSUPPORTED',
    })
  const cast = await castOf(story)
  const end = story.start + story.run
  const events = eventsOf(story).flatMap(({ at, event }) => (at < end ? [event] : []))
  const outcomes = []
  for (const job of cast.jobs) outcomes.push(await runJob(story, cast, job, events))
  return {
    records: outcomes.flatMap(({ records }) => records),
    alerts: outcomes.flatMap(({ alerts }) => alerts),
  }
}

/** A scan for each rule of the job, since exceptions of one rule do not hold for another; without a rule, one for the records. */
async function runJob(
  story: Story,
  { rules }: Cast,
  { job, datafeed, profile }: CastJob,
  events: readonly EcsEvent[],
): Promise<Outcome> {
  const mine = rules.filter(({ rule }) => rule.machine_learning_job_id?.some((id) => isSameJob(id, job.job_id)))
  const alerts: Alert[] = []
  let records: AnomalyRecord[] = []
  for (const cast of mine.length > 0 ? mine : [undefined]) {
    const outcome = await runScan({
      sources: [new Documents(story.file, events)],
      job,
      datafeed,
      rules: cast ? [cast.rule] : [],
      exceptions: cast?.exceptions ?? [],
      ...(profile && { profile }),
    })
    records = outcome.records.map(({ record }) => record)
    for await (const alert of outcome.alerts()) alerts.push(alert)
  }
  return { records, alerts }
}
