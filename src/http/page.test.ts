import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HOUR, MINUTE } from '../domain/time.ts'
import { reportFromStore } from './report-from-store.ts'
import { alertOf, NOW, someEvents, stored } from './testing/stored.ts'
import { Week } from './week.ts'

const HTML = { headers: { accept: 'text/html,application/xhtml+xml' } }

test('a browser is shown the page of the last seven days, and machines are not', async () => {
  const { deps, call } = await stored()
  await deps.storage.events.append(someEvents())
  await deps.storage.alerts.create(alertOf('a', 5))
  const reply = await call('/', HTML)
  assert.equal(reply.status, 200)
  assert.match(reply.headers.get('content-type')!, /^text\/html/)
  const html = await reply.text()
  assert.match(html, /xmrig on web-1 used the network/)
  assert.match(html, /web-2/)
  assert.equal((await call('/')).status, 404)
})

test('what hosts send stands in the page as text', async () => {
  const { deps, call } = await stored()
  const evil = '<script>alert(1)</script>'
  await deps.storage.events.append(someEvents(evil))
  await deps.storage.alerts.create(
    alertOf('a', 5, { process: { name: evil }, by_field_value: evil, oddsock: { sentence: evil } }),
  )
  const html = await (await call('/', HTML)).text()
  assert.doesNotMatch(html, /<script/)
  assert.match(html, /&lt;script/)
})

test('an empty store makes a page that says so', async () => {
  const { call } = await stored()
  const html = await (await call('/', HTML)).text()
  assert.match(html, /Nothing to judge/)
})

test('the report holds alerts to be judged, when each process spoke, and how much each host sent', async () => {
  const { deps } = await stored()
  await deps.storage.events.append(someEvents())
  await deps.storage.alerts.create(alertOf('open', 5))
  await deps.storage.alerts.create(alertOf('real', 5, closed('real')))
  await deps.storage.alerts.create(alertOf('noise', 5, closed('noise')))
  await deps.storage.alerts.create(alertOf('old', 8 * 24 * 60))
  const report = await reportFromStore(deps, [new Week(deps.storage.events, deps.jobs[0]!)])
  assert.deepEqual(
    report.alerts.map((alert) => alert['kibana.alert.uuid']),
    ['open', 'real'],
  )
  assert.ok(report.warnings.some((line) => line.startsWith('1 alert of this time is closed')))
  assert.deepEqual(report.range, { from: NOW - 6 * HOUR, to: NOW - MINUTE })
  // The last quarter of an hour is still open: its events are not in yet.
  assert.deepEqual(
    report.hosts.map(({ name, events }) => [name, events]),
    [
      ['web-1', 23],
      ['web-2', 23],
    ],
  )
  assert.deepEqual(report.presence.get('xmrig'), undefined)
})

test('a page that is looked at again counts nothing twice', async () => {
  const { deps } = await stored()
  await deps.storage.events.append(someEvents())
  const week = new Week(deps.storage.events, deps.jobs[0]!)
  await reportFromStore(deps, [week])
  await deps.storage.events.append([
    {
      ...someEvents()[0]!,
      '@timestamp': '2026-03-09T12:20:00.000Z',
      'oddsock.clock': '2026-03-09T12:20:00.000Z',
      event: { id: 'new' },
    },
  ])
  const report = await reportFromStore(deps, [week])
  const once = await reportFromStore(deps, [new Week(deps.storage.events, deps.jobs[0]!)])
  assert.deepEqual(report.hosts, once.hosts)
  assert.equal(report.counts.matched, 49)
})

function closed(reason: string) {
  return { 'kibana.alert.workflow_status': 'closed', 'kibana.alert.workflow_reason': reason }
}
