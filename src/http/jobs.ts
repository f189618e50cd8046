import { Hono } from 'hono'
import { DAY, type EpochMs, isoTime } from '../domain/time.ts'
import { and, equals, not } from '../query/ast.ts'
import type { ApiDeps, ServedJob } from './api-deps.ts'
import type { HttpEnv } from './http-env.ts'

/** More open alerts than this are "10,000 or more". */
const MOST_ALERTS = 10_000

/** A job as the API shows it. Times are ISO 8601. */
export interface JobDocument {
  readonly job_id: string
  readonly description: string
  readonly functions: readonly string[]
  readonly bucket_span: string
  readonly anomaly_threshold: number
  /** Start of the newest bucket that was scored; null before the first. */
  readonly last_bucket: string | null
  /** Events of the day before the newest event that the job looked at; 0 means that it is blind. */
  readonly events_last_day: number
  readonly open_alerts: number
  /** What the engine says of it, since its start. */
  readonly warnings: readonly string[]
  readonly late_events?: number
}

/** `/jobs`: what runs, how far it is, and whether it sees anything. */
export function jobs(deps: ApiDeps): Hono<HttpEnv> {
  return new Hono<HttpEnv>().get('/', async (c) => {
    const items = await Promise.all(deps.jobs.map((job) => jobDocument(job, deps)))
    return c.json({ items, next: null })
  })
}

async function jobDocument({ job, feed, threshold }: ServedJob, deps: ApiDeps): Promise<JobDocument> {
  const { storage, engine } = deps
  const { job_id, description = '', analysis_config } = job
  const figures = engine?.health().jobs.find((one) => one.job_id === job_id)
  const last = await storage.events.last()
  const open = await storage.alerts.search(
    and(equals('job_id', job_id), not(equals('kibana.alert.workflow_status', 'closed'))),
    MOST_ALERTS,
  )
  return {
    job_id,
    description,
    functions: analysis_config.detectors.map((detector) => detector.function),
    bucket_span: analysis_config.bucket_span,
    anomaly_threshold: threshold,
    last_bucket: last ? await lastBucket(job_id, last.clock, deps) : null,
    events_last_day: last ? await eventsBefore(last.clock, last.seq, feed, deps) : 0,
    open_alerts: open.length,
    warnings: figures?.warnings ?? [],
    ...(figures && { late_events: figures.lateEvents }),
  }
}

async function lastBucket(jobId: string, clock: EpochMs, { storage }: ApiDeps): Promise<string | null> {
  const results = await storage.results.newest(jobId, clock - DAY)
  const starts = results.flatMap((result) => (result.result_type === 'bucket' ? [result.timestamp] : []))
  return starts.length > 0 ? isoTime(Math.max(...starts)) : null
}

async function eventsBefore(
  clock: EpochMs,
  seq: number,
  feed: ServedJob['feed'],
  { storage }: ApiDeps,
): Promise<number> {
  const counts = await storage.events.counts(feed, { from: clock - DAY, to: clock + DAY }, seq)
  return [...counts.values()].reduce((sum, count) => sum + count, 0)
}
