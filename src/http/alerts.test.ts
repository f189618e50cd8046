import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Alert } from '../domain/alert.ts'
import { alertOf, type Call, stored } from './testing/stored.ts'

async function ids(call: Call, query = ''): Promise<string[]> {
  const reply = await call(`/api/v1/alerts${query}`)
  assert.equal(reply.status, 200)
  const { items } = (await reply.json()) as { items: Alert[] }
  return items.map((alert) => alert['kibana.alert.uuid'])
}

function change(call: Call, id: string, version: string | undefined, body: unknown): Promise<Response> {
  return call(`/api/v1/alerts/${encodeURIComponent(id)}`, {
    method: 'PATCH',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: version === undefined ? {} : { 'if-match': version },
  })
}

test('alerts are listed oldest first, filtered by a query as everywhere', async () => {
  const { deps, call } = await stored()
  await deps.storage.alerts.create(alertOf('b', 10))
  await deps.storage.alerts.create(alertOf('a', 20, { process: { name: '__proto__' } }))
  assert.deepEqual(await ids(call), ['a', 'b'])
  assert.deepEqual(await ids(call, `?query=${encodeURIComponent('process.name: __proto__')}`), ['a'])
  assert.deepEqual(await ids(call, `?query=${encodeURIComponent('not kibana.alert.workflow_status: open')}`), [])
})

test('pages follow one another without a gap or a repetition, however many alerts are of one moment', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.string({ minLength: 1, maxLength: 4 })), {
        selector: ([, id]) => id,
        maxLength: 12,
      }),
      fc.integer({ min: 1, max: 5 }),
      async (given, limit) => {
        const { deps, call } = await stored()
        for (const [minute, id] of given) await deps.storage.alerts.create(alertOf(id, minute))
        const seen: string[] = []
        let after = ''
        for (let pages = 0; pages < 20; pages++) {
          const reply = await call(`/api/v1/alerts?limit=${limit}${after}`)
          const { items, next } = (await reply.json()) as { items: Alert[]; next: string | null }
          seen.push(...items.map((alert) => alert['kibana.alert.uuid']))
          if (next === null) break
          assert.equal(items.length, limit)
          after = `&after=${encodeURIComponent(next)}`
        }
        const order = [...given].sort(([m, a], [n, b]) => n - m || (a < b ? -1 : 1)).map(([, id]) => id)
        assert.deepEqual(seen, order)
      },
    ),
    { numRuns: 50 },
  )
})

test('a verdict is taken by the version that was seen, and remembered', async () => {
  const { deps, call } = await stored()
  await deps.storage.alerts.create(alertOf('a', 1))
  const seen = await call('/api/v1/alerts/a')
  assert.equal(seen.headers.get('etag'), '"1"')
  const reply = await change(call, 'a', '"1"', { status: 'closed', reason: 'noise', by: 'ann' })
  assert.equal(reply.status, 200)
  assert.equal(reply.headers.get('etag'), '"2"')
  const alert = (await (await call('/api/v1/alerts/a')).json()) as Alert
  assert.equal(alert['kibana.alert.workflow_status'], 'closed')
  assert.equal(alert['kibana.alert.workflow_reason'], 'noise')
  assert.equal(alert._version, 2)
  assert.deepEqual(await reply.json(), alert)
})

test('who changes an alert that was changed meanwhile is shown how it is now', async () => {
  const { deps, call } = await stored()
  await deps.storage.alerts.create(alertOf('a', 1))
  await change(call, 'a', '1', { status: 'acknowledged', by: 'ann' })
  const reply = await change(call, 'a', '1', { status: 'closed', by: 'bob' })
  assert.equal(reply.status, 409)
  assert.equal(reply.headers.get('content-type'), 'application/problem+json')
  const { code, current } = (await reply.json()) as { code: string; current: Alert }
  assert.equal(code, 'HTTP_CONFLICT')
  assert.equal(current['kibana.alert.workflow_user'], 'ann')
  assert.equal(current._version, 2)
})

const REFUSED: readonly { why: string; version?: string; body: unknown; status: number; code: string; id?: string }[] =
  [
    { why: 'no version', body: { status: 'closed' }, status: 428, code: 'HTTP_VERSION_MISSING' },
    { why: 'no such alert', id: 'x', version: '1', body: { status: 'closed' }, status: 404, code: 'HTTP_NOT_FOUND' },
    { why: 'an unknown status', version: '1', body: { status: 'done' }, status: 400, code: 'HTTP_BODY_INVALID' },
    {
      why: 'a reason for what is not closed',
      version: '1',
      body: { status: 'open', reason: 'noise' },
      status: 400,
      code: 'HTTP_BODY_INVALID',
    },
    { why: 'an unknown field', version: '1', body: { status: 'open', x: 1 }, status: 400, code: 'HTTP_BODY_INVALID' },
    { why: 'no JSON', version: '1', body: '{', status: 400, code: 'HTTP_BODY_INVALID' },
    {
      why: 'a body without end',
      version: '1',
      body: { status: 'open', note: 'x'.repeat(70_000) },
      status: 413,
      code: 'HTTP_BODY_TOO_LARGE',
    },
  ]
for (const { why, version, body, status, code, id = 'a' } of REFUSED)
  test(`a change is refused, and the alert stays as it is: ${why}`, async () => {
    const { deps, call } = await stored()
    await deps.storage.alerts.create(alertOf('a', 1))
    const reply = await change(call, id, version, body)
    assert.equal(reply.status, status)
    assert.equal(((await reply.json()) as { code: string }).code, code)
    assert.equal((await deps.storage.alerts.get('a'))!.version, 1)
  })

for (const [query, code] of [
  ['?query=((', 'QUERY_UNREADABLE'],
  ['?limit=0', 'HTTP_PARAMETER_INVALID'],
  ['?limit=9999', 'HTTP_PARAMETER_INVALID'],
  ['?after=x', 'HTTP_PARAMETER_INVALID'],
] as const)
  test(`a list that cannot be made says why: ${query}`, async () => {
    const { call } = await stored()
    const reply = await call(`/api/v1/alerts${query}`)
    assert.equal(reply.status, 400)
    assert.equal(((await reply.json()) as { code: string }).code, code)
  })

test('over TCP without a key alerts can be looked at and not changed', async () => {
  const { deps, call } = await stored()
  await deps.storage.alerts.create(alertOf('a', 1))
  assert.equal((await call('/api/v1/alerts', { door: 'tcp' })).status, 200)
  const reply = await call('/api/v1/alerts/a', {
    method: 'PATCH',
    body: '{"status":"closed"}',
    headers: { 'if-match': '1' },
    door: 'tcp',
  })
  assert.equal(reply.status, 403)
})
