import { timeOf } from '../datafeed/observe.ts'
import type { Alert } from '../domain/alert.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import { AppError } from '../domain/error.ts'
import type { EcsEvent } from '../domain/event.ts'
import { values } from '../domain/field.ts'
import { DAY, type EpochMs, isoTime, parseTime } from '../domain/time.ts'
import { isRecord } from '../engine/job-loop.ts'
import { ALL } from '../query/ast.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import type { Page } from '../storage/page.ts'
import { type Cast, type CastJob, rulesFor } from './cast.ts'
import { Crash, dyingStorage } from './dying-storage.ts'
import type { Arrival } from './events.ts'
import { LiveEngine } from './live-engine.ts'
import type { Outcome } from './outcome.ts'

/**
 * A story event by event over a storage. At each crash the engine dies in the first closing from then on, between the results
 * and the rules; a new one starts on what is stored, and the sender sends its last event again.
 *
 * @throws AppError SCENARIO_CRASH_MISSED when there was no such closing: a story must not seem to crash and not do it
 */
export async function runLive(
  cast: Cast,
  arrivals: readonly Arrival[],
  crashes: readonly EpochMs[] = [],
): Promise<Outcome> {
  const records: AnomalyRecord[] = []
  const alerts: Alert[] = []
  for (const job of cast.jobs) {
    const outcome = await runJob(cast, job, arrivals, crashes)
    records.push(...outcome.records)
    alerts.push(...outcome.alerts)
  }
  return { records, alerts }
}

async function runJob(
  cast: Cast,
  job: CastJob,
  arrivals: readonly Arrival[],
  crashes: readonly EpochMs[],
): Promise<Outcome> {
  const toCome = crashes.toSorted((a, b) => a - b)
  const storage = dyingStorage(openMemory(), toCome)
  const born = () => new LiveEngine(job, rulesFor(cast, job), storage)
  let engine = born()
  const alive = async (act: () => Promise<void>) => {
    for (;;)
      try {
        return await act()
      } catch (error) {
        if (!(error instanceof Crash)) throw error
        engine = born()
        await alive(() => engine.start())
      }
  }
  for (const { event } of arrivals) await alive(() => engine.take(event))
  const lastEvent = lastEventOf(await storage.events.scan(ALL, { after: 0, limit: Number.MAX_SAFE_INTEGER }))
  await alive(() => engine.finish(lastEvent))
  if (toCome.length > 0)
    throw new AppError({
      message: `Cannot crash at ${isoTime(toCome[0]!)}: no bucket closed from then on`,
      code: 'SCENARIO_CRASH_MISSED',
      hint: 'The engine dies between scoring and alerting, so there must be something to score.',
    })
  const newest = await storage.results.newest(job.job.job_id, Number.NEGATIVE_INFINITY)
  const found = await storage.alerts.search(ALL, Number.MAX_SAFE_INTEGER)
  return {
    records: newest.filter(isRecord).filter((record) => record.initial_record_score > 0),
    alerts: found.map(({ doc }) => doc),
  }
}

/** The time of the last event that was stored (copies are not), those with a false date left out. */
function lastEventOf({ items }: Page<EcsEvent>): EpochMs {
  const times = items.flatMap(({ doc }) => {
    const time = timeOf(doc)
    return time > parseTime(values(doc, 'event.ingested')[0]) + DAY ? [] : [time]
  })
  return times.reduce((last, time) => Math.max(last, time), Number.NEGATIVE_INFINITY)
}
