import { Hono } from 'hono'
import type { Alert } from '../domain/alert.ts'
import { AppError } from '../domain/error.ts'
import type { EcsEvent } from '../domain/event.ts'
import { type AlertEventCursor, eventsOfAlert } from '../engine/events-of-alert.ts'
import { toldAlert } from '../report/told-alert.ts'
import type { ApiDeps, ServedJob } from './api-deps.ts'
import type { HttpEnv } from './http-env.ts'
import { LIST_QUERY, type Operation } from './operation.ts'
import { invalidParameter, limitOf, notFound } from './read-request.ts'

export const ALERT_EVENTS_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/alerts/:id/events',
    summary: 'All events that an alert stands for, and those of what joined it, oldest first',
    query: { limit: LIST_QUERY.limit, after: LIST_QUERY.after },
    replies: {
      200: 'items: events as the store has them; next: for "after" of the next page, or null; count: events of the alert itself; kept: those of them that can still be read',
    },
  },
]

/** A page of the events of an alert, as the API gives it. */
export interface AlertEventsDocument {
  readonly items: readonly EcsEvent[]
  readonly next: string | null
  /** As the alert was last written; what joined it is not counted. */
  readonly count: number
  /** Of these, those that the store still has. */
  readonly kept: number
}

/** `/alerts/:id/events`: an alert carries its first events; these are all of them, from the store. */
export function alertEvents({ storage, jobs }: Pick<ApiDeps, 'storage' | 'jobs'>): Hono<HttpEnv> {
  return new Hono<HttpEnv>().get('/:id/events', async (c) => {
    const id = c.req.param('id')
    const [limit, after] = [limitOf(c), afterOf(c.req.query('after'))]
    const known = await storage.alerts.get(id)
    if (!known) throw notFound(`alert "${id}"`)
    const { feed } = jobOf(known.doc, jobs)
    const page = await eventsOfAlert(storage.events, feed, known.doc, { limit, ...(after && { after }) })
    const document: AlertEventsDocument = {
      items: page.items,
      next: page.next ? `${page.next.from}~${page.next.seq}` : null,
      count: toldAlert(known.doc).evidence.count,
      kept: page.kept,
    }
    return c.json(document)
  })
}

/** What a job looks at is known while it runs. @throws AppError JOB_UNKNOWN */
function jobOf(alert: Alert, jobs: readonly ServedJob[]): ServedJob {
  const served = jobs.find(({ job }) => job.job_id === alert.job_id)
  if (served) return served
  throw new AppError({
    message: `Cannot find the events of alert "${alert['kibana.alert.uuid']}": its job "${alert.job_id}" runs no more`,
    code: 'JOB_UNKNOWN',
    hint: `Jobs that run: ${jobs.map(({ job }) => job.job_id).join(', ')}. The alert itself has the first events.`,
  })
}

function afterOf(cursor: string | undefined): AlertEventCursor | undefined {
  if (cursor === undefined) return undefined
  const [, from, seq] = /^(-?\d{1,15})~(\d{1,15})$/.exec(cursor) ?? []
  if (from === undefined || seq === undefined) throw invalidParameter('after', cursor, 'the "next" of another page')
  return { from: Number(from), seq: Number(seq) }
}
