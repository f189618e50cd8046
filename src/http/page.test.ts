import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import { CLOCK } from '../domain/stamps.ts'
import { DAY, HOUR, isoTime, MINUTE } from '../domain/time.ts'
import type { EngineHealth } from '../engine/engine.ts'
import { History } from '../triage/history.ts'
import { reportFromStore } from './report-from-store.ts'
import { alertOf, NOW, someEvents, stored } from './testing/stored.ts'

const HTML = { headers: { accept: 'text/html,application/xhtml+xml' } }

test('a browser is shown the page of the last seven days, and machines are not', async () => {
  const { deps, call } = await stored()
  await deps.storage.events.append(someEvents())
  await deps.storage.alerts.create(alertOf('a', 5))
  const reply = await call('/', HTML)
  assert.equal(reply.status, 200)
  assert.match(reply.headers.get('content-type')!, /^text\/html/)
  assert.equal(reply.headers.get('content-security-policy'), "frame-ancestors 'none'")
  assert.equal(reply.headers.get('cache-control'), 'no-store')
  const html = await reply.text()
  assert.match(html, /xmrig on web-1 used the network/)
  assert.match(html, /web-2/)
  assert.equal((await call('/')).status, 404)
})

test('the page shows the alerts of all jobs, and of which each is', async () => {
  const first = (await stored()).deps.jobs[0]!
  const other = { ...first, job: { ...first.job, job_id: 'another_job' }, threshold: 30 }
  const { deps, call } = await stored({ jobs: [first, other] })
  await deps.storage.events.append(someEvents())
  await deps.storage.alerts.create(alertOf('a', 5))
  await deps.storage.alerts.create(alertOf('b', 5, { job_id: 'another_job' }))
  const html = await (await call('/', HTML)).text()
  assert.equal(html.match(/<article class="story"/g)!.length, 2)
  for (const id of ['linux_anomalous_network_activity', 'another_job'])
    assert.ok(html.includes(`<span>job ${id}</span>`))
  assert.match(html, /threshold of 50/)
  assert.match(html, /threshold of 30/)
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
  const report = await reportFromStore(deps)
  assert.deepEqual(
    report.alerts.map((alert) => alert['kibana.alert.uuid']),
    ['open', 'real'],
  )
  assert.ok(report.warnings.some((line) => line.startsWith('1 alert of this time is closed')))
  assert.deepEqual(report.range, { from: NOW - 6 * HOUR, to: NOW - MINUTE })
  assert.deepEqual(
    report.hosts.map(({ name, events, activity }) => [name, events, activity!.size]),
    [
      ['web-1', 25, 24],
      ['web-2', 24, 24],
    ],
  )
  assert.equal(report.counts.matched, 49)
})

test('a host that was heard regularly and fell silent is told', async () => {
  const { deps } = await stored()
  const events = someEvents()
  await deps.storage.events.append(events)
  const later = isoTime(NOW + 7 * HOUR)
  await deps.storage.events.append([
    { ...events[0]!, event: { ...(events[0]!.event as object), id: 'later' }, '@timestamp': later, [CLOCK]: later },
  ])
  const { hosts } = await reportFromStore(deps)
  assert.deepEqual(
    hosts.map(({ name, silentSince }) => [name, silentSince]),
    [
      ['web-1', undefined],
      ['web-2', NOW - 15 * MINUTE],
    ],
  )
})

/** A finding of the job, with one piece of evidence. */
function finding(program: string, score: number, more: object = {}): AnomalyRecord {
  return {
    result_type: 'record',
    record_id: program,
    job_id: 'linux_anomalous_network_activity',
    timestamp: NOW - HOUR,
    by_field_value: program,
    partition_field_value: 'web-1',
    record_score: score,
    influencers: [],
    oddsock: { user: 'root', shown: false, terms: [{ nats: 3, sentence: `${program} is new.` }], ...more },
  } as unknown as AnomalyRecord
}

test('in its first seven days a server lists whatever a person could look at, and later what deserves a weekly look', async () => {
  for (const [age, listed] of [
    [7 * DAY, ['nc']],
    [7 * DAY - 1, ['nc', 'socat']],
  ] as const) {
    const { deps, call } = await stored()
    const [one] = someEvents()
    const [early, late] = [NOW - age, NOW].map((time) => ({
      ...one!,
      event: { ...(one!.event as object), id: `${time}` },
      '@timestamp': isoTime(time),
      [CLOCK]: isoTime(time),
    }))
    await deps.storage.events.append([early!, late!])
    await deps.storage.results.append([
      finding('socat', 20, { band: 'hunt' }),
      finding('nc', 40, { learning: true, band: 'weekly' }),
      finding('an alert', 60, { shown: true }),
      finding('usual', 30, { expected: 'x', band: 'weekly' }),
    ])
    const { review } = await reportFromStore(deps)
    assert.deepEqual(
      review?.map(({ program }) => program),
      listed,
    )
    const html = await (await call('/', HTML)).text()
    assert.ok(html.includes('nc is new.'))
    assert.equal(html.includes('socat is new.'), listed.length > 1)
  }
})

test('when a process spoke is told by the memory of its job', async () => {
  const { deps } = await stored()
  await deps.storage.alerts.create(alertOf('a', 5))
  const { feed } = deps.jobs[0]!
  const history = new History(feed.fields, 'process.name')
  const values = feed.fields.map((field) => (field === 'process.name' ? 'xmrig' : null))
  const row = { values, count: 1, first: NOW, last: NOW, events: [] }
  for (const start of [NOW - 8 * 24 * HOUR, NOW - HOUR]) history.learn({ start, end: start + 15 * MINUTE }, [row])
  const engine = { started: NOW, health: () => HEALTH, historyOf: () => history, sinks: () => [] }
  const report = await reportFromStore({ ...deps, engine })
  assert.deepEqual(report.presence.get('xmrig'), { starts: [NOW - HOUR], buckets: 1 })
})

const HEALTH: EngineHealth = {
  state: 'running',
  clock: NOW,
  events: 0,
  setAside: 0,
  lastSeq: 0,
  lastCommit: NOW,
  rejects: new Map(),
  tooOld: new Map(),
  problems: [],
  jobs: [],
  sources: [],
}

function closed(reason: string) {
  return { 'kibana.alert.workflow_status': 'closed', 'kibana.alert.workflow_reason': reason }
}
