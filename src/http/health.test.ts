import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CLOCK } from '../domain/stamps.ts'
import { DAY, HOUR, isoTime, MINUTE } from '../domain/time.ts'
import { FakeClock } from '../engine/clock.ts'
import type { EngineHealth } from '../engine/engine.ts'
import { Leases } from '../engine/lease.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import type { HealthDocument } from './health.ts'
import { NOW, someEvents, stored } from './testing/stored.ts'

const HEALTH: EngineHealth = {
  state: 'running',
  clock: NOW,
  events: 12,
  setAside: 2,
  lastSeq: 12,
  lastCommit: NOW,
  rejects: new Map([['no "audit(…)" header\n', 3]]),
  tooOld: new Map([['bulk', 6]]),
  problems: ['file-tail: Cannot read'],
  jobs: [
    { job_id: 'j', buckets: 4, lateEvents: 1, openFrom: NOW, warnings: [] },
    { job_id: '__proto__', buckets: 0, lateEvents: 0, openFrom: Number.NaN, warnings: [] },
  ],
  sources: [{ name: 'file-tail', bytesRead: 100, bytesBehind: 7, problem: 'Cannot read' }],
}
const ENGINE = {
  started: NOW - 1000,
  health: () => HEALTH,
  historyOf: () => undefined,
  sinks: () => [{ name: 'hook', delivered: 5, given_up: 1, waiting: 2, problem: 'no answer', problem_since: NOW }],
}

test('without a running engine health says so, and tells what is stored', async () => {
  const { deps, call } = await stored()
  await deps.storage.events.append(someEvents())
  const health = (await (await call('/api/v1/health')).json()) as Record<string, unknown>
  assert.equal(health.status, 'stopped')
  assert.equal(health.stored, 49)
  assert.equal(health.clock, '2026-03-09T11:59:00.000Z')
  assert.equal((await call('/readyz')).status, 503)
  assert.equal((await call('/healthz')).status, 200)
})

test('a store in which nothing is yet has no clock', async () => {
  const { call } = await stored()
  const health = (await (await call('/api/v1/health')).json()) as Record<string, unknown>
  assert.equal(health.clock, null)
  assert.match(await (await call('/metrics')).text(), /^oddsock_clock_seconds Nan$/m)
})

test('a running engine tells of its sources, jobs and sinks, and of all that is wrong', async () => {
  const { call } = await stored({ engine: ENGINE })
  const health = (await (await call('/api/v1/health')).json()) as Record<string, unknown>
  assert.equal(health.status, 'running')
  assert.equal(health.set_aside, 2)
  assert.deepEqual(health.too_old, [{ source: 'bulk', count: 6 }])
  assert.deepEqual(health.problems, ['file-tail: Cannot read', 'Sink hook: no answer'])
  assert.deepEqual(health.jobs, [
    { job_id: 'j', buckets: 4, late_events: 1, open_from: '2026-03-09T12:00:00.000Z' },
    { job_id: '__proto__', buckets: 0, late_events: 0, open_from: null },
  ])
  assert.equal((await call('/readyz')).status, 200)
})

test('a server is ready while one source is open, and tells which are not', async () => {
  const ready = async (...closedSince: readonly (number | undefined)[]) => {
    const sources = closedSince.map((since, i) => ({
      name: `source-${i}`,
      bytesRead: 0,
      ...(since !== undefined && { closedSince: since }),
    }))
    const { call } = await stored({ engine: { ...ENGINE, health: () => ({ ...HEALTH, sources }) } })
    const reply = await call('/readyz')
    return [reply.status, await reply.text()]
  }
  assert.deepEqual(await ready(undefined, undefined), [200, 'running\n'])
  assert.deepEqual(await ready(NOW, undefined), [200, 'running\nnot open: source-0, since 2026-03-09T12:00:00.000Z\n'])
  const [status] = await ready(NOW, NOW)
  assert.equal(status, 503)
})

/** A host that sends every quarter of an hour over ten hours, the last time so long before `NOW`. */
function heard(host: string, ago: number, every = HOUR / 4) {
  const events = []
  for (let time = NOW - ago - 10 * HOUR; time <= NOW - ago; time += every)
    events.push({
      '@timestamp': isoTime(time),
      [CLOCK]: isoTime(NOW),
      event: { category: ['network'], id: `${host} ${time}` },
      host: { name: host },
      process: { name: 'nginx' },
    })
  return events
}

test('hosts that sent regularly and have stopped are told, those silent for longest first, and are no problem', async () => {
  const { deps, call } = await stored()
  const silent = async () => {
    const { silent_hosts, problems } = (await (await call('/api/v1/health')).json()) as HealthDocument
    assert.deepEqual(problems, [])
    return silent_hosts
  }
  await deps.storage.events.append([
    ...heard('talks', HOUR),
    ...heard('at the limit', 6 * HOUR),
    ...heard('seldom', 30 * HOUR, 5 * HOUR),
    ...heard('quiet', 6 * HOUR + 1),
    ...heard('quieter', 20 * HOUR),
    ...heard('long forgotten', 9 * DAY),
  ])
  assert.deepEqual(await silent(), {
    count: 2,
    longest: [
      { name: 'quieter', since: '2026-03-08T16:00:00.000Z' },
      { name: 'quiet', since: '2026-03-09T05:59:59.999Z' },
    ],
  })
})

test('where nothing comes at all the clock of the engine goes on, and all hosts are silent', async () => {
  const later = { ...ENGINE, health: () => ({ ...HEALTH, clock: NOW + 7 * HOUR }) }
  const { deps, call } = await stored({ engine: later })
  await deps.storage.events.append(heard('web-1', 0))
  const { silent_hosts } = (await (await call('/api/v1/health')).json()) as HealthDocument
  assert.deepEqual(silent_hosts, { count: 1, longest: [{ name: 'web-1', since: '2026-03-09T12:00:00.000Z' }] })
})

test('raw audit lines that lie in indices of others are told, the first indices by name', async () => {
  const storage = openMemory()
  const indices = Array.from({ length: 12 }, (_, i) => `filebeat-${i}`)
  const unjoinedLines = async () => ({ count: 12_345, isMore: true, indices })
  const { call } = await stored({ storage: { ...storage, unjoinedLines } })
  const { raw_audit_lines, problems } = (await (await call('/api/v1/health')).json()) as HealthDocument
  assert.deepEqual(raw_audit_lines, { count: 12_345, more: true, indices: indices.slice(0, 10) })
  assert.deepEqual(problems, [])
})

test('health answers while the store waits for its cluster, and leaves out what only the store knows', {
  timeout: 20_000,
}, async () => {
  const storage = openMemory()
  const waiting = () => new Promise<never>(() => {})
  const stuck = {
    ...storage,
    events: { ...storage.events, last: waiting },
    state: { ...storage.state, keys: waiting },
    shares: waiting,
    unjoinedLines: waiting,
    trouble: () => ({ what: 'Cannot reach OpenSearch', since: isoTime(NOW) }),
  }
  const { call } = await stored({ storage: stuck, engine: ENGINE })
  const health = (await (await call('/api/v1/health')).json()) as HealthDocument
  assert.equal(health.status, 'running')
  assert.equal(health.stored, 12)
  assert.deepEqual(health.shared_work, [])
  assert.equal((await call('/metrics')).status, 200)
})

test('where servers share the work, health and jobs tell who has what', async () => {
  const storage = openMemory()
  const shares = async () => ({ ...storage, async abandon() {}, async dropOld() {} })
  const leases = new Leases({ state: storage.state, clock: new FakeClock(NOW), holder: 'east-1' })
  for (const name of ['job/linux_anomalous_network_activity', 'sinks']) await leases.take(name)
  await (await leases.take('job/other'))!.release()
  const { call } = await stored({ storage: { ...storage, shares }, engine: { ...ENGINE, server: 'west-2' } })
  const health = (await (await call('/api/v1/health')).json()) as Record<string, unknown>
  assert.equal(health.server, 'west-2')
  assert.deepEqual(health.shared_work, [
    { name: 'job/linux_anomalous_network_activity', server: 'east-1' },
    { name: 'job/other', server: null },
    { name: 'sinks', server: 'east-1' },
  ])
  const { items } = (await (await call('/api/v1/jobs')).json()) as { items: Record<string, unknown>[] }
  assert.deepEqual(
    items.map(({ job_id, server }) => [job_id, server]),
    [['linux_anomalous_network_activity', 'east-1']],
  )
})

const JOB_ID = 'linux_anomalous_network_activity'

/** An engine whose only job, with buckets of a quarter of an hour, is so far behind the clock. */
function behind(distance: number, more: Partial<EngineHealth> = {}) {
  const jobs = [{ job_id: JOB_ID, buckets: 4, lateEvents: 0, openFrom: NOW - distance, warnings: [] }]
  return { ...ENGINE, health: () => ({ ...HEALTH, jobs, ...more }) }
}

for (const [why, engine, status, catchingUp] of [
  [
    'ten days behind the clock, its sources long open',
    behind(10 * DAY),
    'catching up',
    { at: '2026-02-27T12:00:00.000Z', of: '2026-03-09T12:00:00.000Z' },
  ],
  ['waiting for late events of its last bucket', behind(16 * MINUTE), 'running', null],
  [
    'not behind while backlogs are still read',
    behind(0, { state: 'catching up' }),
    'catching up',
    { at: '2026-03-09T12:00:00.000Z', of: '2026-03-09T12:00:00.000Z' },
  ],
  ['at the beginning of everything', behind(Number.NaN, { clock: Number.NaN }), 'running', null],
] as const)
  test(`health tells whether history is gone through, of a job that is ${why}`, async () => {
    const { call } = await stored({ engine })
    const health = (await (await call('/api/v1/health')).json()) as Record<string, unknown>
    assert.equal(health.status, status)
    assert.deepEqual(health.catching_up, catchingUp)
  })

test('a page made while history is gone through says how far that is', async () => {
  const { call } = await stored({ engine: behind(10 * DAY) })
  const html = await (await call('/', { headers: { accept: 'text/html' } })).text()
  assert.match(html, /Catching up: 2026-02-27 12:00 UTC of 2026-03-09 12:00 UTC\./)
})

test('how far a job is that stores no results is told by the engine', async () => {
  const lastBucket = async (openFrom: number, buckets: number) => {
    const jobs = [{ job_id: JOB_ID, buckets, lateEvents: 0, openFrom, warnings: [] }]
    const { call } = await stored({ engine: { ...ENGINE, health: () => ({ ...HEALTH, jobs }) } })
    const { items } = (await (await call('/api/v1/jobs')).json()) as { items: { last_bucket: string | null }[] }
    return items[0]!.last_bucket
  }
  assert.equal(await lastBucket(NOW, 3), '2026-03-09T11:45:00.000Z')
  assert.equal(await lastBucket(NOW, 0), null)
  assert.equal(await lastBucket(Number.NaN, 0), null)
})

test('metrics are in the format of Prometheus, and labels of any kind break no line', async () => {
  const { call } = await stored({ engine: ENGINE })
  for (let round = 0; round < 2; round++) {
    const reply = await call('/metrics')
    assert.match(reply.headers.get('content-type')!, /^text\/plain; version=0.0.4/)
    const lines = (await reply.text()).split('\n').filter((line) => line.startsWith('oddsock_'))
    assert.deepEqual(lines, [
      'oddsock_events_total 12',
      'oddsock_set_aside_events_total 2',
      'oddsock_rejects_total{reason="no \\"audit(…)\\" header\\n"} 3',
      'oddsock_too_old_events_total{source="bulk"} 6',
      'oddsock_stored_events 0',
      'oddsock_clock_seconds 1773057600',
      'oddsock_last_commit_seconds 1773057600',
      'oddsock_problems 2',
      'oddsock_job_buckets_total{job="j"} 4',
      'oddsock_job_buckets_total{job="__proto__"} 0',
      'oddsock_job_late_events_total{job="j"} 1',
      'oddsock_job_late_events_total{job="__proto__"} 0',
      'oddsock_job_open_from_seconds{job="j"} 1773057600',
      'oddsock_source_bytes_total{source="file-tail"} 100',
      'oddsock_source_bytes_behind{source="file-tail"} 7',
      'oddsock_source_problem{source="file-tail"} 1',
      'oddsock_sink_delivered_total{sink="hook"} 5',
      'oddsock_sink_given_up_total{sink="hook"} 1',
      'oddsock_sink_waiting{sink="hook"} 2',
    ])
  }
})

test('a job tells what it saw in the last day, and a blind one that it saw nothing', async () => {
  const { deps, call } = await stored()
  const jobs = async () =>
    ((await (await call('/api/v1/jobs')).json()) as { items: Record<string, unknown>[] }).items[0]!
  await deps.storage.events.append([{ '@timestamp': '2026-03-09T11:00:00Z', [CLOCK]: '2026-03-09T11:00:00.000Z' }])
  assert.equal((await jobs()).events_last_day, 0)
  await deps.storage.events.append(someEvents())
  const { job_id, functions, anomaly_threshold, last_bucket, events_last_day } = await jobs()
  assert.deepEqual(
    { job_id, functions, anomaly_threshold, last_bucket, events_last_day },
    {
      job_id: 'linux_anomalous_network_activity',
      functions: ['rare'],
      anomaly_threshold: 50,
      last_bucket: null,
      events_last_day: 49,
    },
  )
})
