import { Hono } from 'hono'
import * as v from 'valibot'
import { FIRST_FIELDS } from '../datafeed/datafeed.ts'
import type { Alert } from '../domain/alert.ts'
import { AppError } from '../domain/error.ts'
import type { ExceptionItem } from '../domain/exception.ts'
import { DAY, type DurationMs, type EpochMs, isoTime } from '../domain/time.ts'
import { counted } from '../domain/words.ts'
import type { AlertStore } from '../storage/alert-store.ts'
import { effectOf } from '../triage/exception-effect.ts'
import { coversAny, exceptionFor, SCOPES, type Scope } from '../triage/exception-for.ts'
import { isJudgedReal } from '../triage/workflow.ts'
import { allAlerts, isWithdrawn } from './alert-pages.ts'
import type { ApiDeps } from './api-deps.ts'
import type { HttpEnv } from './http-env.ts'
import { endOf } from './length.ts'
import type { Operation } from './operation.ts'
import { jsonOf, notFound } from './read-request.ts'

/** How far back it is asked what an exception would have hidden. */
const LOOK_BACK: DurationMs = 30 * DAY
/** So many of the alerts that would have been hidden are told, the newest. */
const MOST_TOLD = 20
/** What is silenced for good is forgotten: exceptions end, unless asked otherwise. */
const USUAL_LENGTH = '30d'
const FOR_EVER = 'Write "ever", if that is what is meant.'

const WISH = v.strictObject({
  alert: v.pipe(v.string('the id of an alert'), v.nonEmpty('the id of an alert')),
  scope: v.exactOptional(v.array(v.picklist(SCOPES, SCOPES.join(', ')), SCOPES.join(', '))),
  for: v.optional(v.string('a duration such as 30d, or "ever"'), USUAL_LENGTH),
  note: v.exactOptional(v.pipe(v.string('a text'), v.maxLength(4_000, 'at most 4,000 characters'))),
  dry_run: v.optional(v.boolean('true or false'), false),
  hide_real: v.optional(v.boolean('true or false'), false),
})

export const EXCEPTION_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/exceptions',
    summary: 'Exceptions that were made from alerts',
    replies: { 200: 'items: exceptions; next: null' },
  },
  {
    method: 'post',
    path: '/api/v1/exceptions',
    summary: 'An exception made from an alert, or only what it would have hidden',
    body: WISH,
    replies: {
      200: 'The exception and its effect: it was there already, or this is a dry run',
      201: 'The exception and its effect',
      409: 'It would have hidden alerts that somebody judged as real, and "hide_real" does not say that this is meant',
    },
  },
  {
    method: 'delete',
    path: '/api/v1/exceptions/:id',
    summary: 'Away with an exception',
    replies: { 204: 'It is gone' },
    type: '',
  },
]

/** What an exception would have done to the alerts of the last 30 days. */
export interface ExceptionEffect {
  readonly since: string
  readonly looked_at: number
  readonly hidden: number
  /** Of the hidden ones, those that a person has judged as real. */
  readonly hidden_real: number
  readonly smaller: number
  /** The newest of the hidden ones. */
  readonly alerts: readonly { readonly id: string; readonly '@timestamp': string; readonly sentence: string }[]
}

/** `/exceptions`: the list; a new one made from an alert, or only its effect (`dry_run`); and away with one. */
export function exceptions({
  storage,
  exceptions: list,
  jobs,
  now,
}: Pick<ApiDeps, 'storage' | 'exceptions' | 'jobs' | 'now'>): Hono<HttpEnv> {
  /** What rows of the alert's job carry; of one that runs no more, what those of every job do. */
  const fieldsOf = ({ job_id }: Alert) => jobs.find(({ job }) => job.job_id === job_id)?.feed.fields ?? FIRST_FIELDS
  return new Hono<HttpEnv>()
    .get('/', async (c) => {
      // Another server on the same store may have made some.
      await list.load()
      return c.json({ items: list.items.map((item) => shown(item, now())), next: null })
    })
    .post('/', async (c) => {
      const { alert: id, scope, note, for: length, dry_run, hide_real } = await jsonOf(c, WISH)
      const known = await storage.alerts.get(id)
      if (!known) throw notFound(`alert "${id}"`)
      const expires = length === 'ever' ? undefined : endOf(length, now(), 'make an exception', FOR_EVER)
      const item = exceptionFor(known.doc, fieldsOf(known.doc), {
        ...(scope && { scope }),
        ...(note !== undefined && { note }),
        ...(expires !== undefined && { expires }),
      })
      const effect = await effectOn(storage.alerts, fieldsOf, item, now())
      if (dry_run) return c.json({ dry_run, exception: shown(item, now()), effect })
      // The alert itself may be older than what is looked back at.
      const hidden = Math.max(effect.hidden_real, isJudgedReal(known.doc) ? 1 : 0)
      if (hidden > 0 && !hide_real) throw hidesReal(hidden)
      const outcome = await list.add(item)
      return c.json({ dry_run, exception: shown(item, now()), effect }, outcome === 'added' ? 201 : 200)
    })
    .delete('/:id', async (c) => {
      const id = c.req.param('id')
      if ((await list.remove(id)) === 'missing') throw notFound(`exception "${id}"`)
      return c.body(null, 204)
    })
}

/** An exception as the API shows it. */
export interface ShownException extends Omit<ExceptionItem, 'expire_time'> {
  /** What it does not look at: it holds for any of these. */
  readonly covers_any: readonly Scope[]
  readonly expire_time?: string
  readonly expired?: boolean
}

function shown(item: ExceptionItem, now: EpochMs): ShownException {
  const { expire_time, ...rest } = item
  const bounds = { ...rest, covers_any: coversAny(item) }
  if (expire_time === undefined) return bounds
  return { ...bounds, expire_time: isoTime(expire_time), expired: expire_time <= now }
}

async function effectOn(
  store: AlertStore,
  fieldsOf: (alert: Alert) => readonly string[],
  item: ExceptionItem,
  now: EpochMs,
): Promise<ExceptionEffect> {
  const since = isoTime(now - LOOK_BACK)
  const counts = { looked_at: 0, hidden: 0, hidden_real: 0, smaller: 0 }
  let alerts: ExceptionEffect['alerts'] = []
  for await (const alert of allAlerts(store, { kind: 'range', field: '@timestamp', gte: since })) {
    if (isWithdrawn(alert)) continue
    counts.looked_at++
    const effect = effectOf(item, alert, fieldsOf(alert))
    if (effect === 'smaller') counts.smaller++
    if (effect !== 'hidden') continue
    counts.hidden++
    if (isJudgedReal(alert)) counts.hidden_real++
    alerts = [...alerts, told(alert)].slice(-MOST_TOLD)
  }
  return { since, ...counts, alerts }
}

function hidesReal(hidden: number): AppError {
  return new AppError({
    message: `Cannot make the exception: it would have hidden ${counted(hidden, 'alert')} that somebody judged as real`,
    code: 'EXCEPTION_HIDES_REAL',
    hint: 'See which with --dry-run, bind it to more with --scope, or say --hide-real ("hide_real") if that is meant.',
  })
}

function told(alert: Alert): ExceptionEffect['alerts'][number] {
  return {
    id: alert['kibana.alert.uuid'],
    '@timestamp': alert['@timestamp'],
    sentence: String(alert['kibana.alert.reason'] ?? ''),
  }
}
