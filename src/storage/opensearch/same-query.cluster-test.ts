import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { compileDatafeed, type Datafeed } from '../../datafeed/datafeed.ts'
import { deriveFields } from '../../domain/derive.ts'
import type { EcsEvent } from '../../domain/event.ts'
import { text } from '../../domain/field.ts'
import { type EpochMs, HOUR, isoTime, MINUTE, SECOND } from '../../domain/time.ts'
import { openEmbedded } from '../embedded/open-embedded.ts'
import { openMemory } from '../memory/open-memory.ts'
import type { EventStore, Storage } from '../storage.ts'
import { IndexEvents } from './index-events.ts'
import { createEcsIndex, ship } from './testing/ecs-index.ts'
import { openFresh } from './testing/fresh.ts'
import { QUERIES } from './testing/queries.ts'

/** The same query on every engine: what it is compiled to stands in `compile-query.test.ts`, what it finds here. */

const START: EpochMs = Date.UTC(2026, 0, 6)
const LONG = `/opt/${'x'.repeat(1500)}`

/** What an event of this history differs in from an ordinary one. */
const EVENTS: readonly EcsEvent[] = [
  { process: { name: 'nginx', executable: '/usr/sbin/nginx', pid: 4 }, destination: { ip: '10.1.2.3', port: 443 } },
  { process: { name: 'nginx', executable: '/usr/sbin/nginx', pid: 5 }, destination: { ip: '10.200.0.1', port: 80 } },
  { process: { name: 'NGINX' }, user: { name: '' }, destination: { ip: '::1', port: 443 } },
  {
    process: { name: 'curl', executable: '/usr/bin/curl', args: ['curl', '-s', 'x'] },
    destination: { ip: 'fe80::1', port: 8443 },
  },
  { process: { name: 'python3', executable: '/usr/bin/python3.11', args: ['python3', '/srv/b.py', '/srv/a'] } },
  { process: { name: 'python3', executable: '/usr/bin/python3.11', args: ['python3', '/srv/a.py'] } },
  { process: { name: 'python3', executable: '/usr/bin/python3.11', title: 'python3 -m http.server' } },
  {
    process: { name: 'cron', executable: '/usr/sbin/cron' },
    auditd: { data: { tty: '(none)' } },
    user: { name: 'root', audit: { id: 'unset' } },
  },
  { process: { name: ['sh', 'bash'] } },
  { process: { name: 'long', executable: LONG } },
  { process: { name: 'long', executable: `${LONG}y` } },
  { process: { name: '__proto__' }, user: { name: '__proto__' }, host: { name: '__proto__' } },
  { process: { name: 'ärger' }, user: null },
  { process: { name: 'a*b' }, host: { id: 'only-id' } },
  { process: { name: 'axb' }, event: { category: 'process' }, message: 'Connection refused at the door' },
  { 'process.name': 'dotted', 'user.name': 'root', message: 'refused connection' },
  {
    event: { category: ['network', 'file'] },
    network: { direction: 'ingress' },
    source: { ip: '10.9.9.9', port: 5 },
    destination: { ip: '10.0.0.1', port: 22 },
  },
]

/** Every kind comes three times: within a row, on another host and in the next bucket. */
const HISTORY: readonly EcsEvent[] = EVENTS.flatMap((own, i) =>
  [0, 7, 20].map((minute, copy) => ({
    '@timestamp': isoTime(START + minute * MINUTE + i * SECOND),
    ...own,
    event: { category: 'network', ...(own.event as object), id: `${i}.${copy}`, ingested: isoTime(START + HOUR) },
    ...(!own.host && { host: { name: copy === 1 ? 'b' : 'a' } }),
  })),
).sort((a, b) => (text(a, '@timestamp')! < text(b, '@timestamp')! ? -1 : 1))

const folder = mkdtempSync(join(tmpdir(), 'oddsock-same-'))
const engines = new Map<string, EventStore>()
let embedded: Storage

before(async () => {
  const derived = HISTORY.map((event) => deriveFields(event))
  const cluster = await openFresh()
  embedded = await openEmbedded(folder)
  for (const [name, { events }] of Object.entries({ memory: openMemory(), embedded, cluster })) {
    await events.append(derived)
    engines.set(name, events)
  }
  const index = `${cluster.prefix}-logs-test`
  await createEcsIndex(cluster.connection, index)
  await ship(cluster.connection, index, HISTORY)
  const options = { indices: [`${cluster.prefix}-logs-*`], now: () => START + 2 * HOUR }
  engines.set('index', new IndexEvents(cluster.connection, cluster.state, options))
})

after(async () => {
  await embedded?.close()
  rmSync(folder, { recursive: true })
})

for (const { name, query } of QUERIES)
  test(`the query for ${name} finds the same on every engine`, async () => {
    const [reference, ...others] = await Promise.all(
      [...engines].map(([engine, events]) => answersOf(engine, events, feedOf(query))),
    )
    assert.ok(engines.size === 4)
    for (const { engine, answer } of others) assert.deepEqual(answer, reference!.answer, engine)
  })

test('the queries tell the engines apart: most of them find something, and none but one finds all', async () => {
  const found = await Promise.all(QUERIES.map(({ query }) => answersOf('', engines.get('memory')!, feedOf(query))))
  const sizes = found.map(({ answer }) => answer.counts.reduce((sum, [, count]) => sum + count, 0))
  assert.ok(sizes.filter((size) => size > 0).length > 20, `${sizes}`)
  assert.ok(sizes.filter((size) => size === HISTORY.length).length <= 3, `${sizes}`)
})

function feedOf(query: Datafeed['query']): Datafeed {
  const job = {
    job_id: 'same',
    analysis_config: { bucket_span: '15m', detectors: [{ function: 'novelty' }], influencers: ['process.executable'] },
  }
  return { ...compileDatafeed(job, {}, { profile: 'elastic-exact' }), query }
}

async function answersOf(engine: string, events: EventStore, feed: Datafeed) {
  const upTo = (await events.last())!.seq
  const counts = await events.counts(feed, { from: START, to: START + HOUR }, upTo)
  const rows = []
  for (const start of [START, START + 15 * MINUTE])
    for await (const { events: places, ...row } of events.observe(feed, { start, end: start + 15 * MINUTE }, upTo))
      rows.push({ ...row, events: (await events.read(places)).map((event) => text(event!, 'event.id')) })
  return { engine, answer: { counts: [...counts].sort(([a], [b]) => a - b), rows } }
}
