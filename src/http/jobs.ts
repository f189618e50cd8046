import { Hono } from 'hono'
import { DAY, type EpochMs, isoTime } from '../domain/time.ts'
import type { JobHealth } from '../engine/engine.ts'
import { workOfJob } from '../engine/shared-work.ts'
import { and, equals, not } from '../query/ast.ts'
import { allAlerts } from './alert-pages.ts'
import type { ApiDeps, ServedJob } from './api-deps.ts'
import { sharedWork } from './health.ts'
import type { HttpEnv } from './http-env.ts'
import type { Operation } from './operation.ts'

/** A job as the API shows it. Times are ISO 8601. */
export interface JobDocument {
  readonly job_id: string
  readonly description: string
  readonly functions: readonly string[]
  readonly bucket_span: string
  /** Null while the rules of the job are switched off. */
  readonly anomaly_threshold: number | null
  /** Its alerts are kept, and nobody is told of them: it runs beside a job that says much the same. */
  readonly quiet: boolean
  /** Start of the newest bucket that was scored; null before the first. Without an engine, of the newest that has a result. */
  readonly last_bucket: string | null
  /** Events of the day before the newest event that the job looked at; 0 means that it is blind. */
  readonly events_last_day: number
  readonly open_alerts: number
  /** What the engine says of it, since its start. */
  readonly warnings: readonly string[]
  readonly late_events?: number
  /** Where servers share the jobs: the one that has this job now, null while none has it. */
  readonly server?: string | null
}

export const JOB_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/jobs',
    summary: 'Jobs: what runs, how far it is, and whether it sees anything',
    replies: { 200: 'items: jobs, the default one first; next: null' },
  },
]

/** `/jobs`: what runs, how far it is, and whether it sees anything. */
export function jobs(deps: ApiDeps): Hono<HttpEnv> {
  return new Hono<HttpEnv>().get('/', async (c) => {
    const held = await sharedWork(deps.storage)
    const items = await Promise.all(
      deps.jobs.map(async (served) => ({
        ...(await jobDocument(served, deps)),
        ...(deps.storage.shares && { server: held.get(workOfJob(served.job.job_id)) ?? null }),
      })),
    )
    return c.json({ items, next: null })
  })
}

async function jobDocument({ job, feed, threshold, quiet = false }: ServedJob, deps: ApiDeps): Promise<JobDocument> {
  const { storage, engine } = deps
  const { job_id, description = '', analysis_config } = job
  const figures = engine?.health().jobs.find((one) => one.job_id === job_id)
  const last = await storage.events.last()
  return {
    job_id,
    description,
    functions: analysis_config.detectors.map((detector) => detector.function),
    bucket_span: analysis_config.bucket_span,
    anomaly_threshold: threshold,
    quiet,
    last_bucket: figures ? lastClosed(figures, feed) : await lastStored(job_id, deps),
    events_last_day: last ? await eventsBefore(last.clock, last.seq, feed, deps) : 0,
    open_alerts: await openAlerts(job_id, deps),
    warnings: figures?.warnings ?? [],
    ...(figures && { late_events: figures.lateEvents }),
  }
}

async function openAlerts(jobId: string, { storage }: ApiDeps): Promise<number> {
  const query = and(equals('job_id', jobId), not(equals('kibana.alert.workflow_status', 'closed')))
  let open = 0
  for await (const _ of allAlerts(storage.alerts, query)) open++
  return open
}

function lastClosed({ buckets, openFrom }: JobHealth, { bucketSpan }: ServedJob['feed']): string | null {
  return buckets > 0 ? isoTime(openFrom - bucketSpan) : null
}

/** Jobs that judge by surprise store no result of a bucket in which nothing is odd. */
async function lastStored(jobId: string, { storage }: ApiDeps): Promise<string | null> {
  const last = await storage.events.last()
  const results = last ? await storage.results.newest(jobId, last.clock - DAY) : []
  return results.length > 0 ? isoTime(Math.max(...results.map(({ timestamp }) => timestamp))) : null
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
