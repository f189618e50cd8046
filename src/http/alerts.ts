import { Hono } from 'hono'
import * as v from 'valibot'
import type { Alert } from '../domain/alert.ts'
import { and, type Query } from '../query/ast.ts'
import type { AlertStore, Versioned } from '../storage/alert-store.ts'
import { CLOSE_REASONS, judged, WORKFLOW_STATUSES } from '../triage/workflow.ts'
import type { ApiDeps } from './api-deps.ts'
import type { HttpEnv } from './http-env.ts'
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

/**
 * `/alerts`: the list, oldest first; one alert; and what a person says of it. Each alert is the document as it is stored, with its
 * `_version` beside it.
 */
export function alerts({ storage: { alerts: store }, now }: Pick<ApiDeps, 'storage' | 'now'>): Hono<HttpEnv> {
  return new Hono<HttpEnv>()
    .get('/', async (c) => {
      const { items, next } = await pageOf(store, queryOf(c), limitOf(c), afterOf(c.req.query('after')))
      return c.json({ items: items.map(shown), next })
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

/** Time and id of the last alert of the page before: they are in this order in the store. */
interface After {
  readonly time: string
  readonly id: string
}

function afterOf(cursor: string | undefined): After | undefined {
  if (cursor === undefined) return undefined
  const [, time, id] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)~(.*)$/s.exec(cursor) ?? []
  if (time === undefined || id === undefined) throw invalidParameter('after', cursor, 'the "next" of another page')
  return { time, id }
}

/** Many alerts may be of one moment, so those of the cursor's moment are asked for again, and told apart by id here. */
async function pageOf(store: AlertStore, query: Query, limit: number, after: After | undefined) {
  const from: Query[] = after ? [{ kind: 'range', field: '@timestamp', gte: after.time }] : []
  for (let asked = limit + 1; ; asked *= 2) {
    const found = await store.search(and(query, ...from), asked)
    const rest = found.filter(({ doc }) => after === undefined || isBehind(doc, after))
    if (rest.length <= limit && found.length === asked) continue
    const items = rest.slice(0, limit)
    return { items, next: rest.length > limit ? cursorOf(items.at(-1)!.doc) : null }
  }
}

function isBehind(alert: Alert, { time, id }: After): boolean {
  return alert['@timestamp'] > time || (alert['@timestamp'] === time && alert['kibana.alert.uuid'] > id)
}

function cursorOf(alert: Alert): string {
  return `${alert['@timestamp']}~${alert['kibana.alert.uuid']}`
}
