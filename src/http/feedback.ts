import { Hono } from 'hono'
import * as v from 'valibot'
import type { Alert } from '../domain/alert.ts'
import { AppError } from '../domain/error.ts'
import type { Feedback, Malicious } from '../domain/feedback.ts'
import type { Scope } from '../domain/scope.ts'
import { DAY, type DurationMs, type EpochMs, isoTime } from '../domain/time.ts'
import { FeedbackList } from '../engine/feedback-list.ts'
import { Snapshots } from '../engine/snapshots.ts'
import { beginningBefore } from '../engine/unlearning.ts'
import type { AlertStore } from '../storage/alert-store.ts'
import { SCOPES } from '../triage/exception-for.ts'
import { expectedFor, maliciousFor } from '../triage/feedback-for.ts'
import { judged, type Verdict } from '../triage/workflow.ts'
import type { ApiDeps, ServedJob } from './api-deps.ts'
import type { HttpEnv } from './http-env.ts'
import { endOf } from './length.ts'
import type { Operation } from './operation.ts'
import { jsonOf, notFound } from './read-request.ts'

/** Findings that are older than this are not looked at for the beginning of an incident. */
const LOOK_BACK: DurationMs = 30 * DAY
/** A quarter: what was expected is asked for again when the season has changed. */
const USUAL_LENGTH = '90d'

const WISH = v.pipe(
  v.strictObject({
    alert: v.pipe(v.string('the id of an alert'), v.nonEmpty('the id of an alert')),
    says: v.picklist(['expected', 'malicious'], 'expected, malicious'),
    scope: v.exactOptional(v.array(v.picklist(SCOPES, SCOPES.join(', ')), SCOPES.join(', '))),
    for: v.exactOptional(v.string('a duration such as 90d')),
    note: v.exactOptional(v.pipe(v.string('a text'), v.maxLength(4_000, 'at most 4,000 characters'))),
    by: v.exactOptional(v.pipe(v.string('a name'), v.maxLength(200, 'at most 200 characters'))),
    dry_run: v.optional(v.boolean('true or false'), false),
  }),
  v.check(
    (wish) => wish.says === 'expected' || (wish.scope === undefined && wish.for === undefined),
    '"scope" and "for" only for "expected"',
  ),
)
type Wish = v.InferOutput<typeof WISH>

export const FEEDBACK_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/feedback',
    summary: 'What people have said of alerts for models to learn from',
    replies: { 200: 'items: as it was said, oldest first; next: null' },
  },
  {
    method: 'post',
    path: '/api/v1/feedback',
    summary: 'An alert is expected, or malicious: its model learns that, or only what it would learn',
    body: WISH,
    replies: {
      200: 'What is learned: it was said before, or this is a dry run',
      201: 'What is learned; the job takes it in when it comes to it, within half a minute as a rule',
    },
  },
]

/** Feedback as the API shows it. */
export interface ShownFeedback {
  readonly id: string
  readonly alert: string
  readonly job_id: string
  readonly says: Feedback['says']
  readonly given_at: string
  readonly scopes: readonly Scope[]
  /** Of "expected". */
  readonly until?: string
  readonly expired?: boolean
  /** Of "malicious". */
  readonly from?: string
  readonly by?: string
  readonly note?: string
}

/** `/feedback`: what people have said, and something new, made from an alert. */
export function feedback({ storage, jobs, now }: Pick<ApiDeps, 'storage' | 'jobs' | 'now'>): Hono<HttpEnv> {
  const list = new FeedbackList(storage.state)
  return new Hono<HttpEnv>()
    .get('/', async (c) => {
      await list.load()
      return c.json({ items: list.items.map((item) => shown(item, now())), next: null })
    })
    .post('/', async (c) => {
      const wish = await jsonOf(c, WISH)
      const known = await storage.alerts.get(wish.alert)
      if (!known) throw notFound(`alert "${wish.alert}"`)
      const said = await feedbackOf(storage, jobs, known.doc, wish, now())
      if (wish.dry_run) return c.json({ dry_run: true, feedback: shown(said, now()) })
      const outcome = await list.add(said)
      await note(storage.alerts, said, now())
      return c.json({ dry_run: false, feedback: shown(said, now()) }, outcome === 'added' ? 201 : 200)
    })
}

async function feedbackOf(
  storage: ApiDeps['storage'],
  jobs: readonly ServedJob[],
  alert: Alert,
  { says, scope, for: length = USUAL_LENGTH, by, note }: Wish,
  now: EpochMs,
): Promise<Feedback> {
  const served = jobs.find(({ job }) => job.job_id === alert.job_id)
  if (!served)
    throw new AppError({
      message: `Cannot teach job "${alert.job_id}": it runs no more`,
      code: 'FEEDBACK_UNUSABLE',
      hint: `Jobs that run: ${jobs.map(({ job }) => job.job_id).join(', ')}.`,
    })
  const given = { given_at: now, ...(by && { by }), ...(note && { note }) }
  if (says === 'expected') {
    const until = endOf(length, now, 'expect anything', 'Write a date that comes: 90d, for one.')
    return expectedFor(alert, { ...given, until, ...(scope && { scope }) })
  }
  const { job_id, timestamp } = alert as unknown as { readonly job_id: string; readonly timestamp: EpochMs }
  const results = await storage.results.newest(job_id, timestamp - LOOK_BACK)
  const records = results.filter((result) => result.result_type === 'record')
  const said = maliciousFor(alert, records, given)
  await checkUnlearning(storage, served, said)
  return said
}

/** @throws AppError FEEDBACK_TOO_LATE */
async function checkUnlearning(storage: ApiDeps['storage'], { job, feed }: ServedJob, said: Malicious): Promise<void> {
  const newest = await new Snapshots(storage.state, said.job_id, feed.fields).newest()
  const before = (newest?.feedback ?? []).filter((one) => one.says === 'malicious')
  if (await beginningBefore(storage, job, feed.fields, [...before, said])) return
  throw new AppError({
    message: `Cannot un-learn what began at ${isoTime(said.from)}: no snapshot of job "${said.job_id}" from before, or not all events since then, are kept`,
    code: 'FEEDBACK_TOO_LATE',
    hint: 'The model keeps what it has learned. oddsock alerts close --reason real says what it was.',
  })
}

/** Keeps with the alert what was said, as long as it takes. */
async function note(store: AlertStore, said: Feedback, now: EpochMs): Promise<void> {
  for (;;) {
    const known = await store.get(said.alert)
    if (!known) return
    const alert = judged(known.doc, verdictOf(known.doc, said), now)
    if ((await store.update(alert, known.version)) !== 'conflict') return
  }
}

/** What is expected is settled; what is malicious is work for somebody, unless that is over. */
function verdictOf({ 'kibana.alert.workflow_status': status }: Alert, { says, by, note }: Feedback): Verdict {
  const said = { teaches: says, ...(by && { by }), ...(note && { note }) }
  if (says === 'expected') return { ...said, status: 'closed', reason: 'harmless' }
  return status === 'closed' ? { ...said, status, reason: 'real' } : { ...said, status: 'acknowledged' }
}

function shown(said: Feedback, now: EpochMs): ShownFeedback {
  const { id, alert, job_id, says, given_at, by, note } = said
  return {
    ...{ id, alert, job_id, says, given_at: isoTime(given_at) },
    ...(said.says === 'expected'
      ? { scopes: [said.scope], until: isoTime(said.until), expired: said.until <= now }
      : { scopes: said.scopes, from: isoTime(said.from) }),
    ...(by !== undefined && { by }),
    ...(note !== undefined && { note }),
  }
}
