import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { compileDatafeed } from '../datafeed/datafeed.ts'
import type { Alert, Evidence } from '../domain/alert.ts'
import { deriveFields } from '../domain/derive.ts'
import type { EcsEvent } from '../domain/event.ts'
import { text } from '../domain/field.ts'
import type { Job } from '../domain/job.ts'
import { SILENT } from '../domain/log.ts'
import { CLOCK } from '../domain/stamps.ts'
import { isoTime, MINUTE } from '../domain/time.ts'
import { ALL } from '../query/ast.ts'
import { ruleForJob } from '../rules/rule-for-job.ts'
import { openDuckStore } from '../storage/embedded/duck-store.ts'
import { MemoryEvents } from '../storage/memory/events.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import type { EventStore } from '../storage/storage.ts'
import { FakeClock } from './clock.ts'
import { Engine } from './engine.ts'
import { type AlertEventCursor, eventsOfAlert } from './events-of-alert.ts'
import { feedOf, type JobToRun } from './job-to-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'oddsock-alert-events-'))
const closing: (() => Promise<void>)[] = []
after(async () => {
  for (const close of closing) await close()
  rmSync(folder, { recursive: true })
})

const START = Date.UTC(2026, 2, 9, 11, 45)
const QUERY = { query: { term: { 'event.category': 'network' } } }
const jobOf = (detector: Job['analysis_config']['detectors'][number]): Job => ({
  job_id: 'job',
  analysis_config: { bucket_span: '15m', detectors: [detector] },
})
const RARE = compileDatafeed(jobOf({ function: 'rare', by_field_name: 'process.name' }), QUERY)
const NOVELTY = compileDatafeed(
  jobOf({ function: 'novelty', by_field_name: 'oddsock.program', partition_field_name: 'host.name' }),
  QUERY,
)

interface Sight {
  readonly id: string
  readonly minute: number
  readonly host?: object
  readonly name?: string
  readonly user?: object
  readonly category?: string
}

/** As its sender tells it. */
function raw({ id, minute, host = { name: 'web-1' }, name = 'nc', user, category = 'network' }: Sight): EcsEvent {
  return {
    '@timestamp': isoTime(START + minute * MINUTE),
    event: { id, category },
    host,
    process: { name, executable: `/usr/bin/${name}` },
    ...(user && { user }),
    destination: { ip: '203.0.113.7' },
  }
}

const alertOf = (record: object, oddsock: object = {}, host: string | null = 'web-1'): Alert => ({
  '@timestamp': isoTime(START + 15 * MINUTE),
  'kibana.alert.uuid': 'a',
  'kibana.alert.workflow_status': 'open',
  timestamp: START,
  bucket_span: 900,
  ...record,
  ...(host !== null && { host: { name: host } }),
  oddsock,
})
const BY_NAME = { by_field_name: 'process.name', by_field_value: 'nc' }
const BY_PROGRAM = {
  by_field_name: 'oddsock.program',
  by_field_value: '/usr/bin/nc',
  partition_field_name: 'host.name',
  partition_field_value: 'web-1',
}

/** Events in a store that takes them in, with what we derive and the stamp of the engine. */
async function taken(store: EventStore, sights: readonly Sight[]): Promise<EventStore> {
  await store.append(sights.map((sight) => ({ ...deriveFields(raw(sight)), [CLOCK]: isoTime(START) })))
  return store
}

/**
 * Events that others keep as their sender told them, read as indices of a cluster are: a place is a moment that events may share, and what
 * we derive is derived when they are read. To observe them is for jobs alone.
 */
function ofOthers(sights: readonly Sight[]): EventStore {
  const refuse = () => {
    throw new Error('only a job may')
  }
  const memory = new MemoryEvents()
  const filled = memory.append(sights.map(raw))
  return {
    capabilities: { observesAgain: true, movesByItself: true },
    async scan(query, { after, limit, within }) {
      await filled
      const { items } = await memory.scan(query, { after: 0, limit: 9_999, ...(within && { within }) })
      const placed = items.map(({ doc }) => ({
        seq: Math.floor(Date.parse(text(doc, '@timestamp')!)),
        doc: deriveFields(doc),
      }))
      const rest = placed.filter(({ seq }) => seq > after).sort((a, b) => a.seq - b.seq)
      const last = rest[Math.min(limit, rest.length) - 1]?.seq ?? after
      const page = rest.filter(({ seq }) => seq <= last)
      return { items: page, next: last }
    },
    append: refuse,
    observe: refuse,
    counts: refuse,
    reached: refuse,
    last: refuse,
    read: refuse,
  }
}

const STORES: readonly (readonly [name: string, open: (sights: readonly Sight[]) => Promise<EventStore>])[] = [
  ['memory', (sights) => taken(new MemoryEvents(), sights)],
  [
    'embedded',
    async (sights) => {
      const store = await openDuckStore(mkdtempSync(join(folder, 'store-')))
      closing.push(() => store.close())
      return taken(store.events, sights)
    },
  ],
  ['indices of others', async (sights) => ofOthers(sights)],
]

const idsOf = (items: readonly EcsEvent[]) => items.map((event) => text(event, 'event.id'))

test('an alert that the engine has written finds as many events as it counts, among them those that it shows', async () => {
  const job = jobOf({ function: 'rare', by_field_name: 'process.name' })
  const rule = { ...ruleForJob(job), anomaly_threshold: 20 }
  const toRun: JobToRun = { job, datafeed: QUERY, rules: [{ rule, exceptions: [] }] }
  const [storage, clock] = [openMemory(), new FakeClock(START - 24 * 60 * MINUTE)]
  const engine = new Engine({ storage, jobs: [toRun], clock, log: SILENT })
  await engine.start([])
  const push = (sights: readonly Sight[]) =>
    engine.intake.take({ source: 'test', clock: 'receipt', events: sights.map((sight) => deriveFields(raw(sight))) })
  for (let minute = -24 * 60; minute < 0; minute += 15) {
    await push(['web-1', 'web-2'].map((name) => ({ id: `${minute} ${name}`, minute, name: 'nginx', host: { name } })))
    await clock.advance(15 * MINUTE)
  }
  await push([
    ...Array.from({ length: 25 }, (_, i) => ({ id: `odd ${i}`, minute: i / 5, name: 'xmrig' })),
    ...Array.from({ length: 3 }, (_, i) => ({ id: `there ${i}`, minute: i, name: 'xmrig', host: { name: 'web-2' } })),
    { id: 'usual', minute: 1, name: 'nginx' },
  ])
  await clock.advance(30 * MINUTE)
  const alerts = (await storage.alerts.search(ALL, 9)).map(({ doc }) => doc)
  await engine.stop()
  assert.deepEqual(alerts.map((alert) => text(alert, 'host.name')).sort(), ['web-1', 'web-2'])
  for (const alert of alerts) {
    const { items, kept } = await eventsOfAlert(storage.events, feedOf(toRun), alert, { limit: 99 })
    const { evidence } = alert.oddsock as { readonly evidence: Evidence }
    assert.equal(kept, text(alert, 'host.name') === 'web-1' ? 25 : 3)
    assert.deepEqual([evidence.count, items.length], [kept, kept])
    for (const shown of evidence.events) assert.ok(items.some((event) => isDeepStrictEqual(event, shown)))
  }
})

for (const [store, open] of STORES) {
  test(`${store}: the events of an alert are those of its record, on its host, in its bucket`, async () => {
    const events = await open([
      { id: 'early', minute: -0.001 },
      { id: '1', minute: 0 },
      { id: 'other-host', minute: 1, host: { name: 'web-2' } },
      { id: 'other-name', minute: 2, name: 'curl' },
      { id: 'other-category', minute: 3, category: 'process' },
      { id: '2', minute: 14.999 },
      { id: 'late', minute: 15 },
    ])
    const { items, next, kept } = await eventsOfAlert(events, RARE, alertOf(BY_NAME), { limit: 9 })
    assert.deepEqual(idsOf(items), ['1', '2'])
    assert.deepEqual([next, kept], [undefined, 2])
    assert.ok(
      items.every((event) => !(CLOCK in event)),
      'marks of the engine are not shown',
    )
    const anywhere = await eventsOfAlert(events, RARE, alertOf(BY_NAME, {}, null), { limit: 9 })
    assert.deepEqual([idsOf(anywhere.items), anywhere.kept], [['1', 'other-host', '2'], 3])
  })

  test(`${store}: an alert about an account has its events, those that name nobody, and no others`, async () => {
    const events = await open([
      { id: 'ann', minute: 1, user: { name: 'ann', id: '1001' } },
      { id: 'bob', minute: 2, user: { name: 'bob', id: '1002' } },
      { id: 'nobody', minute: 3 },
    ])
    const { items, kept } = await eventsOfAlert(events, NOVELTY, alertOf(BY_PROGRAM, { user: 'ann' }), { limit: 9 })
    assert.deepEqual([idsOf(items), kept], [['ann', 'nobody'], 2])
  })

  test(`${store}: where no event names the account, all of them are shown rather than none`, async () => {
    const events = await open([{ id: 'bob', minute: 2, user: { name: 'bob' } }])
    const { items } = await eventsOfAlert(events, NOVELTY, alertOf(BY_PROGRAM, { user: 'ann' }), { limit: 9 })
    assert.deepEqual(idsOf(items), ['bob'])
  })

  test(`${store}: what joined an alert is shown with it, each event once, and is not counted as its own`, async () => {
    const user = { name: 'ann' }
    const events = await open([
      { id: '1', minute: 1, user },
      { id: 'curl', minute: 2, name: 'curl', user },
      { id: 'bob', minute: 31, name: 'curl', user: { name: 'bob' } },
      { id: '2', minute: 32, name: 'curl', user },
      { id: 'elsewhere', minute: 33, name: 'curl', user, host: { name: 'web-2' } },
      { id: '3', minute: 61, user },
      { id: 'after', minute: 75, user },
    ])
    const entry = { host: 'web-1', user: 'ann', buckets: 1, record_score: 60, peers: [] }
    const bucket = (n: number) => isoTime(START + n * 15 * MINUTE)
    const joined = [
      { ...entry, program: '/usr/bin/curl', first: bucket(2), last: bucket(2) },
      { ...entry, program: '/usr/bin/nc', first: bucket(0), last: bucket(4) },
    ]
    const alert = alertOf(BY_PROGRAM, { user: 'ann', joined })
    const { items, kept } = await eventsOfAlert(events, NOVELTY, alert, { limit: 9 })
    assert.deepEqual([idsOf(items), kept], [['1', '2', '3'], 1])
  })

  test(`${store}: a value that a row joins of several, or has none of, is found`, async () => {
    const sights = [
      { id: 'none', minute: 1, user: {} },
      { id: 'two', minute: 2, user: { name: ['ann', 'root'] } },
      { id: 'one', minute: 3, user: { name: 'ann' } },
    ]
    const events = await open(sights)
    const found = async (over_field_value: string) => {
      const alert = alertOf({ ...BY_NAME, over_field_name: 'user.name', over_field_value })
      return idsOf((await eventsOfAlert(events, RARE, alert, { limit: 9 })).items)
    }
    assert.deepEqual(await found('ann,root'), ['two'])
    assert.deepEqual(await found('ann'), ['one'])
    assert.deepEqual(await found(''), ['none'])
  })

  test(`${store}: a host that events tell by its id alone is found`, async () => {
    const events = await open([
      { id: '1', minute: 1, host: { id: '4711' } },
      { id: '2', minute: 1, host: { id: '4712' } },
    ])
    const { items, kept } = await eventsOfAlert(events, RARE, alertOf(BY_NAME, {}, '4711'), { limit: 9 })
    assert.deepEqual([idsOf(items), kept], [['1'], 1])
  })

  test(`${store}: pages follow one another without a gap or a repetition, through buckets and days`, async () => {
    const user = { name: 'ann' }
    // 1,200 events, more than are read at once; two at each moment; 600 of them joined, up to the next day.
    const sights = Array.from({ length: 1_200 }, (_, i) => ({
      id: `${i}`,
      minute: i < 600 ? Math.floor(i / 2) / 60 : 14 * 60 + Math.floor(i / 2),
      user,
    }))
    const events = await open(sights)
    const joined = [
      {
        ...{ program: '/usr/bin/nc', host: 'web-1', user: 'ann', buckets: 80, record_score: 60, peers: [] },
        first: isoTime(START + 15 * MINUTE),
        last: isoTime(START + 24 * 60 * MINUTE),
      },
    ]
    const alert = alertOf(BY_PROGRAM, { user: 'ann', joined })
    const seen: (string | undefined)[] = []
    let after: AlertEventCursor | undefined
    let pages = 0
    do {
      const page = await eventsOfAlert(events, NOVELTY, alert, { limit: 175, ...(after && { after }) })
      assert.equal(page.kept, 600)
      assert.ok(page.items.length <= 176)
      seen.push(...idsOf(page.items))
      after = page.next
      pages++
    } while (after !== undefined)
    assert.deepEqual(
      seen,
      sights.map(({ id }) => id),
    )
    // 1,200 by 175, or by 176 where two stand at one place.
    assert.equal(pages, 7)
  })
}
