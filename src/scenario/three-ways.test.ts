import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HOUR, isoTime, MINUTE } from '../domain/time.ts'
import { castOf } from './cast.ts'
import { type Arrival, eventsOf } from './events.ts'
import { parseStory } from './parse.ts'
import { runAsScan } from './run-as-scan.ts'
import { runLive } from './run-live.ts'
import { comparable } from './testdata/comparable.ts'

/** A day of quiet, and whatever comes then. */
const { story } = parseStory(
  `start 2026-01-06T00:00:00Z
job  linux_anomalous_network_activity
rule unusual_linux_network  anomaly_threshold=2 max_signals=3
  except host.name=b process.name=y
events every 15m from 0h to 36h
  network/start  process.name=nginx  host.name=a  user.name=root
run to 48h
`,
  'three-ways.scenario',
)
const START = story!.start
const quiet = eventsOf(story!)
const cast = await castOf(story!)

/** An event that comes in some minutes after the quiet day, and happened some time before, or in far future. */
const arrival: fc.Arbitrary<Arrival> = fc
  .record({
    id: fc.integer({ min: 0, max: 40 }),
    arriving: fc.integer({ min: 24 * 60, max: 36 * 60 }),
    delay: fc.constantFrom(0, 0, 0, 1, 14, 50, 300, 20 * 60, -1, -3 * 24 * 60),
    host: fc.constantFrom('a', 'b', '__proto__'),
    name: fc.constantFrom('x', 'y', 'z', 'nginx', '__proto__'),
    user: fc.constantFrom(undefined, 'root', 'www'),
    ip: fc.constantFrom('203.0.113.7', '198.51.100.9'),
  })
  .map(({ id, arriving, delay, host, name, user, ip }) => ({
    at: START + arriving * MINUTE,
    event: {
      '@timestamp': isoTime(START + (arriving - delay) * MINUTE),
      event: { id: `random-${id}`, category: 'network', type: 'start', ingested: isoTime(START + arriving * MINUTE) },
      host: { name: host, os: { type: 'linux' } },
      process: { name },
      destination: { ip },
      ...(user && { user: { name: user } }),
    },
  }))

/** What may have led to an alert: an installation, a login, a service, and one that was tried in vain. */
const landmark: fc.Arbitrary<Arrival> = fc
  .record({
    id: fc.integer({ min: 0, max: 40 }),
    arriving: fc.integer({ min: 24 * 60, max: 36 * 60 }),
    delay: fc.constantFrom(0, 0, 0, 5, 30, 90, 20 * 60, -3 * 24 * 60),
    host: fc.constantFrom('a', 'b', '__proto__'),
    what: fc.constantFrom(
      { event: { category: 'process', type: 'start', action: 'executed' }, process: { name: 'apt-get' } },
      { event: { category: 'session', type: 'start', action: 'started-session' }, source: { ip: '198.51.100.4' } },
      { event: { category: 'process', type: 'start', action: 'started-service' }, auditd: { data: { unit: 'cups' } } },
      { event: { category: 'authentication', type: 'start', outcome: 'failure' }, user: { name: '__proto__' } },
    ),
  })
  .map(({ id, arriving, delay, host, what }) => ({
    at: START + arriving * MINUTE,
    event: {
      ...what,
      '@timestamp': isoTime(START + (arriving - delay) * MINUTE),
      event: { ...what.event, id: `landmark-${id}`, ingested: isoTime(START + arriving * MINUTE) },
      host: { name: host },
    },
  }))

test('whatever comes in, a scan, an engine on storage and one that crashes say the same', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 2, arbitrary: arrival }, landmark), { maxLength: 60 }),
      fc.array(fc.integer({ min: 20, max: 36 }), { maxLength: 3 }),
      async (random, crashes) => {
        const arrivals = [...quiet, ...random].sort((a, b) => a.at - b.at)
        const scanned = comparable(await runAsScan(cast, arrivals))
        assert.deepEqual(comparable(await runLive(cast, arrivals)), scanned)
        const times = crashes.map((hour) => START + hour * HOUR)
        assert.deepEqual(comparable(await runLive(cast, arrivals, times)), scanned)
      },
    ),
    { numRuns: 25 },
  ))

test('the random stories have something to compare', async () => {
  const [at, event] = [
    START + 30 * HOUR,
    { '@timestamp': isoTime(START + 30 * HOUR), 'process.name': 'x', 'host.name': 'c' },
  ]
  const network = {
    'event.category': 'network',
    'event.type': 'start',
    'host.os.type': 'linux',
    'destination.ip': '203.0.113.7',
  }
  const arrivals = [...quiet, { at, event: { ...event, ...network, 'event.ingested': isoTime(at) } }]
  const { records, alerts } = await runLive(
    cast,
    arrivals.sort((a, b) => a.at - b.at),
  )
  assert.deepEqual([records.length, alerts.length], [1, 1])
})
