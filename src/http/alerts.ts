import { Hono } from 'hono'
import * as v from 'valibot'
import type { Alert } from '../domain/alert.ts'
import type { Versioned } from '../storage/alert-store.ts'
import { CLOSE_REASONS, judged, WORKFLOW_STATUSES } from '../triage/workflow.ts'
import { type AlertCursor, alertPage } from './alert-pages.ts'
import type { ApiDeps } from './api-deps.ts'
import type { HttpEnv } from './http-env.ts'
import { LIST_QUERY, type Operation } from './operation.ts'
import { invalidParameter, jsonOf, limitOf, notFound, queryOf, versionOf } from './read-request.ts'

/** What may be said of an alert. */
const VERDICT = v.pipe(
  v.strictObject({
    status: v.picklist(WORKFLOW_STATUSES, WORKFLOW_STATUSES.join(', ')),
    reason: v.exactOptional(v.picklist(CLOSE_REASONS, CLOSE_REASONS.join(', '))),
    note: v.exactOptional(v.pipe(v.string('a text'), v.maxLength(4_000, 'at most 4,000 characters'))),
    by: v.exactOptional(v.pipe(v.string('a name'), v.maxLength(200, 'at most 200 characters'))),
  }),
  v.check(({ status, reason }) => reason === undefined || status === 'closed', 'a reason only for "closed"'),
)

export const ALERT_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/alerts',
    summary: 'Alerts, oldest first',
    query: LIST_QUERY,
    replies: { 200: 'items: alerts, each with its _version; next: for "after" of the next page, or null' },
  },
  {
    method: 'get',
    path: '/api/v1/alerts/:id',
    summary: 'One alert',
    replies: { 200: 'The alert; ETag is its version' },
  },
  {
    method: 'patch',
    path: '/api/v1/alerts/:id',
    summary: 'What a person says of an alert',
    headers: { 'If-Match': 'The version that was seen.' },
    body: VERDICT,
    replies: { 200: 'The alert as it is now' },
  },
]

/**
 * `/alerts`: the list, oldest first; one alert; and what a person says of it. Each alert is the document as it is stored, with its
 * `_version` beside it.
 */
export function alerts({ storage: { alerts: store }, now }: Pick<ApiDeps, 'storage' | 'now'>): Hono<HttpEnv> {
  return new Hono<HttpEnv>()
    .get('/', async (c) => {
      const { items, next } = await alertPage(store, queryOf(c), limitOf(c), afterOf(c.req.query('after')))
      return c.json({ items: items.map(shown), next: next ? `${next.time}~${next.id}` : null })
    })
    .get('/:id', async (c) => {
      const id = c.req.param('id')
      const known = await store.get(id)
      if (!known) throw notFound(`alert "${id}"`)
      c.header('etag', `"${known.version}"`)
      return c.json(shown(known))
    })
    .patch('/:id', async (c) => {
      const id = c.req.param('id')
      const version = versionOf(c)
      const verdict = await jsonOf(c, VERDICT)
      const known = await store.get(id)
      if (!known) throw notFound(`alert "${id}"`)
      const alert = judged(known.doc, verdict, now())
      const outcome = known.version === version ? await store.update(alert, version) : 'conflict'
      if (outcome === 'updated') {
        c.header('etag', `"${version + 1}"`)
        return c.json(shown({ doc: alert, version: version + 1 }))
      }
      if (outcome === 'missing') throw notFound(`alert "${id}"`)
      const current = await store.get(id)
      return c.json(
        {
          title: `Cannot change alert "${id}": it was changed meanwhile`,
          status: 409,
          code: 'HTTP_CONFLICT',
          hint: 'Look at "current", and send the change again with its _version.',
          current: current && shown(current),
        },
        409,
        { 'content-type': 'application/problem+json' },
      )
    })
}

function shown({ doc, version }: Versioned<Alert>): Alert {
  return { ...doc, _version: version }
}

function afterOf(cursor: string | undefined): AlertCursor | undefined {
  if (cursor === undefined) return undefined
  const [, time, id] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)~(.*)$/s.exec(cursor) ?? []
  if (time === undefined || id === undefined) throw invalidParameter('after', cursor, 'the "next" of another page')
  return { time, id }
}
