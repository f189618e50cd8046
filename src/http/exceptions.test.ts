import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY } from '../domain/time.ts'
import { judged } from '../triage/workflow.ts'
import { alertOf, type Call, NOW, stored } from './testing/stored.ts'

function post(call: Call, body: object): Promise<Response> {
  return call('/api/v1/exceptions', { method: 'POST', body: JSON.stringify(body) })
}

/** @param reason why alert `b` was closed, which the exceptions of these tests would have hidden */
async function withAlerts(reason = 'noise') {
  const made = await stored()
  const { alerts } = made.deps.storage
  await alerts.create(alertOf('a', 60))
  await alerts.create(
    alertOf('b', 50, { 'kibana.alert.workflow_status': 'closed', 'kibana.alert.workflow_reason': reason }),
  )
  await alerts.create(alertOf('old', 31 * 24 * 60))
  await alerts.create(
    alertOf('withdrawn', 5, { oddsock: { ...(alertOf('x', 1).oddsock as object), alert: { phase: 'withdrawn' } } }),
  )
  await alerts.create(
    alertOf('other', 5, { oddsock: { evidence: { count: 1, events: [], facets: [] } }, host: { name: 'db' } }),
  )
  return made
}

test('a dry run says what an exception would have hidden in 30 days, and makes none', async () => {
  const { deps, call } = await withAlerts('real')
  const reply = await post(call, { alert: 'a', dry_run: true })
  assert.equal(reply.status, 200)
  const { effect, exception } = (await reply.json()) as {
    effect: { alerts: { id: string }[] } & Record<string, unknown>
    exception: Record<string, unknown>
  }
  const { alerts, ...counts } = effect
  assert.deepEqual(counts, { since: '2026-02-07T12:00:00.000Z', looked_at: 3, hidden: 2, hidden_real: 1, smaller: 0 })
  assert.deepEqual(
    alerts.map(({ id }) => id),
    ['a', 'b'],
  )
  assert.equal(exception.expire_time, '2026-04-08T12:00:00.000Z')
  assert.deepEqual(deps.exceptions.items, [])
})

test('an exception is made once, listed, and taken away again', async () => {
  const { deps, call } = await withAlerts()
  const reply = await post(call, { alert: 'a', scope: ['program', 'user'], for: '1d', note: 'known change' })
  assert.equal(reply.status, 201)
  assert.equal((await post(call, { alert: 'a', scope: ['program', 'user'], for: '1d', note: 'again' })).status, 200)
  const [item, ...others] = deps.exceptions.items
  assert.deepEqual(others, [])
  assert.deepEqual(item!.entries, [
    { type: 'match', field: 'oddsock.program', operator: 'included', value: '/tmp/xmrig' },
    { type: 'match', field: 'user.name', operator: 'included', value: 'www-data' },
  ])
  assert.equal(item!.expire_time, NOW + DAY)
  const list = (await (await call('/api/v1/exceptions')).json()) as { items: Record<string, unknown>[] }
  assert.equal(list.items[0]!.expired, false)
  assert.equal(list.items[0]!.description, 'known change')
  assert.deepEqual(list.items[0]!.covers_any, ['host'])
  const path = `/api/v1/exceptions/${item!.item_id}`
  assert.equal((await call(path, { method: 'DELETE' })).status, 204)
  assert.equal((await call(path, { method: 'DELETE' })).status, 404)
  assert.deepEqual(deps.exceptions.items, [])
})

test('an exception of an alert whose events name no user says that it covers any, and so does its dry run', async () => {
  const { deps, call } = await stored()
  const facets = [{ field: 'oddsock.program', values: [{ value: '/tmp/x', count: 1 }], others: 0 }]
  await deps.storage.alerts.create(alertOf('a', 5, { oddsock: { evidence: { count: 1, events: [], facets } } }))
  for (const dry_run of [true, false]) {
    const { exception } = (await (await post(call, { alert: 'a', dry_run })).json()) as {
      exception: Record<string, unknown>
    }
    assert.deepEqual(exception.covers_any, ['user'])
  }
  const { items } = (await (await call('/api/v1/exceptions')).json()) as { items: Record<string, unknown>[] }
  assert.deepEqual(items[0]!.covers_any, ['user'])
})

test('an exception that would have hidden what somebody judged as real is refused, unless that is said to be meant', async () => {
  const { deps, call } = await withAlerts('real')
  const refused = await post(call, { alert: 'a' })
  assert.equal(refused.status, 409)
  const { code, title } = (await refused.json()) as { code: string; title: string }
  assert.equal(code, 'EXCEPTION_HIDES_REAL')
  assert.match(title, /would have hidden 1 alert that somebody judged as real$/)
  assert.deepEqual(deps.exceptions.items, [])
  assert.equal((await post(call, { alert: 'a', hide_real: true })).status, 201)
  assert.equal(deps.exceptions.items.length, 1)
})

const CLOSED_REAL = { 'kibana.alert.workflow_status': 'closed', 'kibana.alert.workflow_reason': 'real' } as const
const MALICIOUS = judged(alertOf('a', 5), { status: 'acknowledged', teaches: 'malicious' }, NOW)

for (const [alert, status, why] of [
  [alertOf('a', 40 * 24 * 60, CLOSED_REAL), 409, 'was closed as real before the 30 days that are looked at'],
  [MALICIOUS, 409, 'was called malicious, and is not closed yet'],
  [judged(MALICIOUS, { status: 'closed', reason: 'test' }, NOW), 201, 'was called malicious, and then a test'],
] as const)
  test(`an exception of an alert answers ${status} where that ${why}`, async () => {
    const { deps, call } = await stored()
    await deps.storage.alerts.create(alert)
    assert.equal((await post(call, { alert: 'a' })).status, status)
  })

test('an exception for ever has no end', async () => {
  const { deps, call } = await withAlerts()
  await post(call, { alert: 'a', for: 'ever' })
  assert.equal(deps.exceptions.items[0]!.expire_time, undefined)
})

for (const [body, status, code] of [
  [{ alert: 'x' }, 404, 'HTTP_NOT_FOUND'],
  [{ alert: 'a', for: 'a while' }, 400, 'DURATION_UNREADABLE'],
  [{ alert: 'a', for: '99999999999d' }, 400, 'DURATION_UNREADABLE'],
  [{ alert: 'a', for: '0d' }, 400, 'DURATION_UNREADABLE'],
  [{ alert: 'a', scope: ['planet'] }, 400, 'HTTP_BODY_INVALID'],
  [{ alert: 'other', scope: ['user'] }, 400, 'EXCEPTION_TOO_VAGUE'],
] as const)
  test(`no exception comes of ${JSON.stringify(body)}`, async () => {
    const { deps, call } = await withAlerts()
    const reply = await post(call, body)
    assert.equal(reply.status, status)
    assert.equal(((await reply.json()) as { code: string }).code, code)
    assert.deepEqual(deps.exceptions.items, [])
  })
