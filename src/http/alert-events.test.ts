import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deriveFields } from '../domain/derive.ts'
import type { EcsEvent } from '../domain/event.ts'
import { text } from '../domain/field.ts'
import { CLOCK } from '../domain/stamps.ts'
import { isoTime, SECOND } from '../domain/time.ts'
import type { AlertEventsDocument } from './alert-events.ts'
import { alertOf, type Call, NOW, stored } from './testing/stored.ts'

/** Start of a bucket of the job. */
const BUCKET = Date.parse('2026-03-09T11:30:00Z')

function eventOf(id: string, second: number, host = 'web-1', name = 'xmrig'): EcsEvent {
  const time = isoTime(BUCKET + second * SECOND)
  return {
    ...deriveFields({
      '@timestamp': time,
      event: { category: ['network'], id },
      host: { name: host, os: { type: 'linux' } },
      process: { name },
      destination: { ip: '203.0.113.7', port: 3333 },
    }),
    [CLOCK]: time,
  }
}

/** An alert of three events, of which the oldest is gone. */
async function withAlert(more: object = {}): Promise<Call> {
  const { deps, call } = await stored()
  await deps.storage.events.append([
    eventOf('1', 1),
    eventOf('other', 2, 'web-2'),
    eventOf('nginx', 3, 'web-1', 'nginx'),
    eventOf('2', 4),
    eventOf('next bucket', 15 * 60),
  ])
  await deps.storage.alerts.create(alertOf('a', (NOW - BUCKET) / (60 * SECOND), { bucket_span: 900, ...more }))
  return call
}

async function page(call: Call, query = ''): Promise<AlertEventsDocument> {
  const reply = await call(`/api/v1/alerts/a/events${query}`)
  assert.equal(reply.status, 200)
  return (await reply.json()) as AlertEventsDocument
}

const idsOf = ({ items }: AlertEventsDocument) => items.map((event) => text(event, 'event.id'))

test('the events of an alert are listed oldest first, and how many of them are still kept', async () => {
  const call = await withAlert()
  const found = await page(call)
  assert.deepEqual(idsOf(found), ['1', '2'])
  assert.deepEqual([found.next, found.count, found.kept], [null, 3, 2])
  assert.equal(CLOCK in found.items[0]!, false)
})

test('they come in pages', async () => {
  const call = await withAlert()
  const first = await page(call, '?limit=1')
  assert.deepEqual(idsOf(first), ['1'])
  const second = await page(call, `?limit=1&after=${encodeURIComponent(first.next!)}`)
  assert.deepEqual([idsOf(second), second.next, second.kept], [['2'], null, 2])
})

for (const [why, path, status, code] of [
  ['no such alert', 'b/events', 404, 'HTTP_NOT_FOUND'],
  ['a limit that is none', 'a/events?limit=0', 400, 'HTTP_PARAMETER_INVALID'],
  ['a cursor of another list', 'a/events?after=2026-03-09T12:00:00.000Z~a', 400, 'HTTP_PARAMETER_INVALID'],
] as const)
  test(`events that cannot be listed: ${why}`, async () => {
    const reply = await (await withAlert())(`/api/v1/alerts/${path}`)
    assert.equal(reply.status, status)
    assert.equal(((await reply.json()) as { code: string }).code, code)
  })

test('of a job that runs no more it is not known which events it looked at', async () => {
  const reply = await (await withAlert({ job_id: 'retired' }))('/api/v1/alerts/a/events')
  assert.equal(reply.status, 400)
  const { code, title, hint } = (await reply.json()) as { code: string; title: string; hint: string }
  assert.equal(code, 'JOB_UNKNOWN')
  assert.match(title, /its job "retired" runs no more/)
  assert.match(hint, /linux_anomalous_network_activity/)
})

test('they may be looked at over TCP without a key, as the alert itself', async () => {
  const call = await withAlert()
  assert.equal((await call('/api/v1/alerts/a/events', { door: 'tcp' })).status, 200)
})
