import { Hono } from 'hono'
import * as v from 'valibot'
import type { Alert } from '../domain/alert.ts'
import { AppError } from '../domain/error.ts'
import type { ExceptionItem } from '../domain/exception.ts'
import { DAY, type DurationMs, type EpochMs, isoTime, LATEST, parseDuration } from '../domain/time.ts'
import type { AlertStore } from '../storage/alert-store.ts'
import { effectOf } from '../triage/exception-effect.ts'
import { exceptionFor, SCOPES } from '../triage/exception-for.ts'
import type { ApiDeps } from './api-deps.ts'
import type { HttpEnv } from './http-env.ts'
import { jsonOf, notFound } from './read-request.ts'

/** How far back it is asked what an exception would have hidden. */
const LOOK_BACK: DurationMs = 30 * DAY
/** So many alerts of that time are looked at, and so many of the hidden ones are told. */
const MOST_ALERTS = 10_000
const MOST_TOLD = 20
/** What is silenced for good is forgotten: exceptions end, unless asked otherwise. */
const USUAL_LENGTH = '30d'

const WISH = v.strictObject({
  alert: v.pipe(v.string('the id of an alert'), v.nonEmpty('the id of an alert')),
  scope: v.exactOptional(v.array(v.picklist(SCOPES, SCOPES.join(', ')), SCOPES.join(', '))),
  for: v.optional(v.string('a duration such as 30d, or "ever"'), USUAL_LENGTH),
  note: v.exactOptional(v.pipe(v.string('a text'), v.maxLength(4_000, 'at most 4,000 characters'))),
  dry_run: v.optional(v.boolean('true or false'), false),
})

/** What an exception would have done to the alerts of the last 30 days. */
export interface ExceptionEffect {
  readonly since: string
  readonly looked_at: number
  readonly hidden: number
  /** Of the hidden ones, those that a person has closed as real. */
  readonly hidden_real: number
  readonly smaller: number
  /** The first few of the hidden ones. */
  readonly alerts: readonly { readonly id: string; readonly '@timestamp': string; readonly sentence: string }[]
}

/** `/exceptions`: the list; a new one made from an alert, or only its effect (`dry_run`); and away with one. */
export function exceptions({
  storage,
  exceptions: list,
  now,
}: Pick<ApiDeps, 'storage' | 'exceptions' | 'now'>): Hono<HttpEnv> {
  return new Hono<HttpEnv>()
    .get('/', (c) => c.json({ items: list.items.map((item) => shown(item, now())), next: null }))
    .post('/', async (c) => {
      const { alert: id, scope, note, for: length, dry_run } = await jsonOf(c, WISH)
      const known = await storage.alerts.get(id)
      if (!known) throw notFound(`alert "${id}"`)
      const expires = length === 'ever' ? undefined : endOf(length, now())
      const item = exceptionFor(known.doc, {
        ...(scope && { scope }),
        ...(note !== undefined && { note }),
        ...(expires !== undefined && { expires }),
      })
      const effect = await effectOn(storage.alerts, item, now())
      if (dry_run) return c.json({ dry_run, exception: shown(item, now()), effect })
      const outcome = await list.add(item)
      return c.json({ dry_run, exception: shown(item, now()), effect }, outcome === 'added' ? 201 : 200)
    })
    .delete('/:id', async (c) => {
      const id = c.req.param('id')
      if ((await list.remove(id)) === 'missing') throw notFound(`exception "${id}"`)
      return c.body(null, 204)
    })
}

function endOf(length: string, now: EpochMs): EpochMs {
  const end = now + parseDuration(length)
  if (end <= LATEST) return end
  throw new AppError({
    message: `Cannot make an exception for "${length}": it would never end`,
    code: 'DURATION_UNREADABLE',
    hint: 'Write "ever", if that is what is meant.',
  })
}

function shown({ expire_time, ...item }: ExceptionItem, now: EpochMs) {
  if (expire_time === undefined) return item
  return { ...item, expire_time: isoTime(expire_time), expired: expire_time <= now }
}

async function effectOn(store: AlertStore, item: ExceptionItem, now: EpochMs): Promise<ExceptionEffect> {
  const since = isoTime(now - LOOK_BACK)
  const found = await store.search({ kind: 'range', field: '@timestamp', gte: since }, MOST_ALERTS)
  const alerts = found.map(({ doc }) => doc).filter((alert) => !isWithdrawn(alert))
  const effects = alerts.map((alert) => effectOf(item, alert))
  const hidden = alerts.filter((_, i) => effects[i] === 'hidden')
  return {
    since,
    looked_at: alerts.length,
    hidden: hidden.length,
    hidden_real: hidden.filter((alert) => alert['kibana.alert.workflow_reason'] === 'real').length,
    smaller: effects.filter((effect) => effect === 'smaller').length,
    alerts: hidden.slice(-MOST_TOLD).map((alert) => ({
      id: alert['kibana.alert.uuid'],
      '@timestamp': alert['@timestamp'],
      sentence: String(alert['kibana.alert.reason'] ?? ''),
    })),
  }
}

/** Provisional alerts that the closed bucket did not bear out: nobody needs an exception for them. */
export function isWithdrawn({ oddsock }: Alert): boolean {
  const { alert } = (oddsock ?? {}) as { readonly alert?: { readonly phase?: string } }
  return alert?.phase === 'withdrawn'
}
