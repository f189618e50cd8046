import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileDatafeed } from '../datafeed/datafeed.ts'
import type { Alert } from '../domain/alert.ts'
import type { Job } from '../domain/job.ts'
import { DAY, HOUR, isoTime } from '../domain/time.ts'
import { Decisions } from '../engine/decisions.ts'
import { FeedbackList } from '../engine/feedback-list.ts'
import { alertOf, type Call, NOW, someEvents, stored } from './testing/stored.ts'

const JOB: Job = {
  job_id: 'novel',
  analysis_config: {
    bucket_span: '15m',
    detectors: [{ function: 'novelty', by_field_name: 'oddsock.program', partition_field_name: 'host.name' }],
    influencers: ['host.name'],
  },
}

/** An alert of a program that was new a quarter of an hour before, in the bucket from 11:45 on. */
function novelAlert(id: string, more: object = {}): Alert {
  return alertOf(id, 15, {
    job_id: 'novel',
    record_id: `record of ${id}`,
    bucket_span: 900,
    by_field_value: '/tmp/xmrig',
    partition_field_value: 'web-1',
    influencers: [],
    oddsock: {
      user: 'www-data',
      terms: [{ name: 'program', nats: 6, sentence: '', numbers: { age: 1 / 96 } }],
    },
    ...more,
  })
}

async function withAlerts() {
  const feed = compileDatafeed(JOB, { query: { term: { 'event.category': 'network' } } })
  const usual = (await stored()).deps.jobs
  const made = await stored({ jobs: [{ job: JOB, feed, threshold: 50 }, ...usual] })
  const { alerts, events, state } = made.deps.storage
  await events.append(someEvents())
  // The job has begun with the first event, and has nothing but its decisions yet.
  await new Decisions(state, 'novel').decide({ now: NOW - HOUR, upTo: 10, began: NOW - 6 * HOUR })
  await alerts.create(novelAlert('new'))
  await alerts.create(alertOf('rare', 20))
  await alerts.create(novelAlert('retired', { job_id: 'gone' }))
  return made
}

function post(call: Call, body: object): Promise<Response> {
  return call('/api/v1/feedback', { method: 'POST', body: JSON.stringify(body) })
}

async function answer(reply: Response) {
  return (await reply.json()) as { readonly feedback: Record<string, unknown>; readonly dry_run: boolean }
}

test('what is expected is bound to program, host and user, ends, and closes its alert', async () => {
  const { deps, call } = await withAlerts()
  const reply = await post(call, { alert: 'new', says: 'expected', note: 'the new miner', by: 'ann' })
  assert.equal(reply.status, 201)
  const { id, ...feedback } = (await answer(reply)).feedback
  assert.deepEqual(feedback, {
    alert: 'new',
    job_id: 'novel',
    says: 'expected',
    given_at: isoTime(NOW),
    scopes: [{ host: 'web-1', user: 'www-data', program: '/tmp/xmrig' }],
    until: isoTime(NOW + 90 * DAY),
    expired: false,
    by: 'ann',
    note: 'the new miner',
  })
  const { doc } = (await deps.storage.alerts.get('new'))!
  assert.equal(doc['kibana.alert.workflow_status'], 'closed')
  assert.equal(doc['kibana.alert.workflow_reason'], 'harmless')
  const [given] = doc['kibana.alert.workflow_history'] as Record<string, unknown>[]
  assert.deepEqual([given!.teaches, given!.by, given!.note], ['expected', 'ann', 'the new miner'])
  const list = (await (await call('/api/v1/feedback')).json()) as { items: unknown[] }
  assert.deepEqual(list.items, [{ id, ...feedback }])
})

test('what is malicious is un-learned since it was first seen, and its alert is work for somebody', async () => {
  const { deps, call } = await withAlerts()
  const reply = await post(call, { alert: 'new', says: 'malicious' })
  assert.equal(reply.status, 201)
  const { feedback } = await answer(reply)
  assert.equal(feedback.from, '2026-03-09T11:30:00.000Z')
  assert.deepEqual(feedback.scopes, [{ host: 'web-1', user: 'www-data', program: '/tmp/xmrig' }])
  const { doc } = (await deps.storage.alerts.get('new'))!
  assert.equal(doc['kibana.alert.workflow_status'], 'acknowledged')
  const list = new FeedbackList(deps.storage.state)
  await list.load()
  assert.deepEqual(
    list.items.map(({ says, alert }) => [says, alert]),
    [['malicious', 'new']],
  )
})

test('an alert that was settled before stays so when it is called malicious', async () => {
  const { deps, call } = await withAlerts()
  await deps.storage.alerts.create(novelAlert('settled', { 'kibana.alert.workflow_status': 'closed' }))
  await post(call, { alert: 'settled', says: 'malicious' })
  const { doc } = (await deps.storage.alerts.get('settled'))!
  assert.deepEqual([doc['kibana.alert.workflow_status'], doc['kibana.alert.workflow_reason']], ['closed', 'real'])
})

test('a dry run says what would be learned, and nothing is', async () => {
  const { deps, call } = await withAlerts()
  const reply = await post(call, { alert: 'new', says: 'expected', scope: ['program'], for: '1d', dry_run: true })
  assert.equal(reply.status, 200)
  const { dry_run, feedback } = await answer(reply)
  assert.deepEqual([dry_run, feedback.scopes, feedback.until], [true, [{ program: '/tmp/xmrig' }], isoTime(NOW + DAY)])
  assert.equal((await deps.storage.alerts.get('new'))!.version, 1)
  assert.deepEqual(((await (await call('/api/v1/feedback')).json()) as { items: unknown[] }).items, [])
})

test('what is said twice is said once', async () => {
  const { call } = await withAlerts()
  assert.equal((await post(call, { alert: 'new', says: 'expected' })).status, 201)
  assert.equal((await post(call, { alert: 'new', says: 'expected', note: 'again' })).status, 200)
  assert.equal(((await (await call('/api/v1/feedback')).json()) as { items: unknown[] }).items.length, 1)
})

test('when the events since then are not all kept, un-learning is refused and nothing changes', async () => {
  const { deps, call } = await withAlerts()
  const { state } = deps.storage
  await state.remove(await state.keys('decision/'))
  const reply = await post(call, { alert: 'new', says: 'malicious' })
  assert.equal(reply.status, 400)
  assert.equal(((await reply.json()) as { code: string }).code, 'FEEDBACK_TOO_LATE')
  assert.equal((await deps.storage.alerts.get('new'))!.version, 1)
})

for (const [body, status, code] of [
  [{ alert: 'x', says: 'expected' }, 404, 'HTTP_NOT_FOUND'],
  [{ alert: 'rare', says: 'expected' }, 400, 'FEEDBACK_UNUSABLE'],
  [{ alert: 'retired', says: 'expected' }, 400, 'FEEDBACK_UNUSABLE'],
  [{ alert: 'rare', says: 'malicious' }, 400, 'FEEDBACK_UNUSABLE'],
  [{ alert: 'new', says: 'fine' }, 400, 'HTTP_BODY_INVALID'],
  [{ alert: 'new', says: 'malicious', for: '90d' }, 400, 'HTTP_BODY_INVALID'],
  [{ alert: 'new', says: 'expected', for: '0d' }, 400, 'DURATION_UNREADABLE'],
  [{ alert: 'new', says: 'expected', for: '99999999999d' }, 400, 'DURATION_UNREADABLE'],
  [{ alert: 'new', says: 'expected', scope: ['host'] }, 400, 'FEEDBACK_TOO_VAGUE'],
] as const)
  test(`nothing is learned from ${JSON.stringify(body)}`, async () => {
    const { call } = await withAlerts()
    const reply = await post(call, body)
    assert.equal(reply.status, status)
    assert.equal(((await reply.json()) as { code: string }).code, code)
    assert.deepEqual(((await (await call('/api/v1/feedback')).json()) as { items: unknown[] }).items, [])
  })

test('over TCP without a key nobody teaches anything', async () => {
  const { call } = await withAlerts()
  const body = JSON.stringify({ alert: 'new', says: 'expected' })
  assert.equal((await call('/api/v1/feedback', { method: 'POST', body, door: 'tcp' })).status, 403)
})
