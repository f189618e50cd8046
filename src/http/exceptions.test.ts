import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY } from '../domain/time.ts'
import { alertOf, type Call, NOW, stored } from './testing/stored.ts'

function post(call: Call, body: object): Promise<Response> {
  return call('/api/v1/exceptions', { method: 'POST', body: JSON.stringify(body) })
}

async function withAlerts() {
  const made = await stored()
  const { alerts } = made.deps.storage
  await alerts.create(alertOf('a', 60))
  await alerts.create(
    alertOf('b', 50, { 'kibana.alert.workflow_status': 'closed', 'kibana.alert.workflow_reason': 'real' }),
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
  const { deps, call } = await withAlerts()
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
