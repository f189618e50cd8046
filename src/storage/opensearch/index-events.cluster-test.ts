import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileDatafeed } from '../../datafeed/datafeed.ts'
import type { EcsEvent } from '../../domain/event.ts'
import { text } from '../../domain/field.ts'
import { type EpochMs, HOUR, isoTime, MINUTE, SECOND, type Seq } from '../../domain/time.ts'
import { ALL } from '../../query/ast.ts'
import { IndexEvents } from './index-events.ts'
import { createIndex } from './indices.ts'
import { createEcsIndex, ship } from './testing/ecs-index.ts'
import { openFresh } from './testing/fresh.ts'

const START: EpochMs = Date.UTC(2026, 0, 6)
const SPAN = 15 * MINUTE
const BUCKET = { start: START, end: START + SPAN }
const FEED = compileDatafeed(
  {
    job_id: 'index',
    analysis_config: { bucket_span: '15m', detectors: [{ function: 'rare', by_field_name: 'process.name' }] },
  },
  {},
  { profile: 'elastic-exact' },
)
const NAME = FEED.fields.indexOf('process.name')

/** An event at so many minutes, taken in by the cluster at so many. */
function event(id: string, minute: number, ingested?: number, more: EcsEvent = {}): EcsEvent {
  return {
    '@timestamp': isoTime(START + minute * MINUTE),
    event: { id, ...(ingested !== undefined && { ingested: isoTime(START + ingested * MINUTE) }) },
    host: { name: 'a' },
    process: { name: `p${id}` },
    ...more,
  }
}

/** A store on an index of its own, looked at from `minute` on. */
async function watched(minute: number, options: { readonly from?: EpochMs } = {}) {
  const store = await openFresh()
  const clock = { minute }
  const index = `${store.prefix}-logs-a`
  await createEcsIndex(store.connection, index)
  const now = () => START + clock.minute * MINUTE + 10 * SECOND
  const open = () =>
    new IndexEvents(store.connection, store.state, { indices: [`${store.prefix}-logs-*`], now, ...options })
  return { ...store, clock, index, open, put: (events: EcsEvent[]) => ship(store.connection, index, events) }
}

const timeOf = (minute: number): EpochMs => START + minute * MINUTE
const placeOf = (minute: number): Seq => Number(timeOf(minute))

async function names(events: IndexEvents, upTo: Seq, bucket = BUCKET) {
  const rows = []
  for await (const row of events.observe(FEED, bucket, upTo)) rows.push(row)
  return rows.map(({ values, count }) => `${values[NAME]} ${count}`)
}

test('a bucket is observed up to what the cluster had taken in by then', async () => {
  const { open, put } = await watched(0)
  const events = open()
  await put([event('1', 1, 2), event('2', 2, 17), event('3', 3, 18), event('untold', 4)])
  assert.deepEqual(await names(events, placeOf(17)), ['p1 1', 'p2 1', 'puntold 1'])
  assert.deepEqual(await names(events, placeOf(30)), ['p1 1', 'p2 1', 'p3 1', 'puntold 1'])
})

test('what is taken in after a bucket was observed has grown it', async () => {
  const { open, put } = await watched(0)
  const events = open()
  await put([event('1', 1, 2)])
  await names(events, placeOf(17))
  await put([event('2', 2, 20), event('3', 20, 21)])
  const grown = await events.counts(FEED, { from: START, to: START + SPAN }, placeOf(32), placeOf(17))
  assert.deepEqual([...grown], [[START, 1]])
})

test('what becomes visible late is found by counting, though the cluster says that it had it before', async () => {
  const { open, put } = await watched(0)
  const events = open()
  await put([event('1', 1, 2)])
  assert.deepEqual(await names(events, placeOf(17)), ['p1 1'])
  await put([event('2', 2, 3), event('untold', 4)])
  const range = { from: START, to: START + SPAN }
  assert.deepEqual([...(await events.counts(FEED, range, placeOf(32), placeOf(17)))], [[START, 2]])
  assert.deepEqual(await names(events, placeOf(32)), ['p1 1', 'p2 1', 'puntold 1'])
  assert.deepEqual([...(await events.counts(FEED, range, placeOf(47), placeOf(32)))], [])
})

test('what was seen of a bucket is remembered by the next process', async () => {
  const { open, put } = await watched(0)
  const first = open()
  await put([event('1', 1, 2)])
  await names(first, placeOf(17))
  const range = { from: START, to: START + SPAN }
  await first.counts(FEED, range, placeOf(32), placeOf(17))
  await put([event('2', 2, 3)])
  assert.deepEqual([...(await open().counts(FEED, range, placeOf(47), placeOf(17)))], [[START, 1]])
})

test('the sequence goes on with the time of day, a little behind it', async () => {
  const { open, clock } = await watched(60)
  const events = open()
  assert.deepEqual(await events.last(), { seq: placeOf(60), clock: timeOf(60) })
  assert.deepEqual(
    await events.reached(timeOf(17), 0),
    { seq: placeOf(60), clock: timeOf(60) },
    'history was there when we came',
  )
  assert.equal(await events.reached(timeOf(61), placeOf(60)), undefined)
  clock.minute = 62
  assert.deepEqual(await events.reached(timeOf(61), placeOf(60)), { seq: placeOf(61), clock: timeOf(61) })
  assert.deepEqual(
    await open().reached(timeOf(17), 0),
    { seq: placeOf(60), clock: timeOf(60) },
    'at the next start too',
  )
})

test('history goes by the times of its own events', async () => {
  const { open, put } = await watched(60)
  await put([event('1', 1, 2), event('2', 30, 31)])
  assert.deepEqual(await open().reached(timeOf(17), 0), { seq: placeOf(60), clock: timeOf(30) })
  assert.deepEqual(await open().reached(timeOf(31), placeOf(60)), { seq: placeOf(60), clock: timeOf(60) })
})

test('events are read again by their places, whoever found them', async () => {
  const { open, put } = await watched(60)
  await put([event('1', 1, 2), event('2', 1, 2), event('3', 2, 3)])
  const places = []
  for await (const row of open().observe(FEED, BUCKET, placeOf(60))) places.push(...row.events)
  const nowhere = { input: 0, from: START, to: 1 }
  const found = await open().read([places[2]!, nowhere, places[0]!, places[2]!])
  assert.deepEqual(
    found.map((each) => each && text(each, 'event.id')),
    ['3', undefined, text(found[2]!, 'event.id'), '3'],
  )
  assert.equal(text(found[0]!, 'oddsock.program'), 'p#')
  assert.ok(text(found[0]!, '_id'))
})

test('events come in pages in the order in which they were taken in', async () => {
  const { open, put } = await watched(60)
  await put([event('1', 9, 10), event('2', 8, 11), event('3', 7, 11), event('4', 6, 12)])
  const events = open()
  const found: string[] = []
  let after = 0
  for (
    let page = await events.scan(ALL, { after, limit: 2 });
    page.items.length > 0;
    page = await events.scan(ALL, { after, limit: 2 })
  ) {
    found.push(...page.items.map(({ doc }) => text(doc, 'event.id')!).sort())
    after = page.next
  }
  assert.deepEqual(found, ['1', '2', '3', '4'])
})

test('events of a range of time are found, whether they say when they were taken in or not', async () => {
  const { open, put } = await watched(60)
  await put([event('1', 14), event('2', 16), event('3', 15, 40), event('4', 30, 31)])
  const events = open()
  const within = { from: timeOf(15), to: timeOf(30) }
  const first = await events.scan(ALL, { after: 0, limit: 1, within })
  const second = await events.scan(ALL, { after: first.next, limit: 9, within })
  const ids = [first, second].map(({ items }) => items.map(({ doc }) => text(doc, 'event.id')))
  assert.deepEqual(ids, [['3'], ['2']])
})

test('events from before the time that was asked for are not looked at', async () => {
  const { open, put } = await watched(60, { from: START + 5 * MINUTE })
  await put([event('1', 1, 6), event('2', 6, 7)])
  assert.deepEqual([...(await open().counts(FEED, { from: START, to: START + HOUR }, placeOf(60)))], [[START, 1]])
})

test('an index with the mapping that OpenSearch makes by itself is grouped by its keywords', async () => {
  const { connection, prefix, state } = await watched(60)
  await createIndex(connection, `${prefix}-logs-b`, { properties: { '@timestamp': { type: 'date' } } }, {})
  await ship(connection, `${prefix}-logs-b`, [
    event('1', 1, undefined, { process: { name: 'Two Words' } }),
    event('2', 2),
  ])
  const events = new IndexEvents(connection, state, { indices: [`${prefix}-logs-b`] })
  assert.deepEqual(await names(events, placeOf(60)), ['Two Words 1', 'p2 1'])
})

test('indices that keep a field in two ways are named, and nothing is guessed', async () => {
  const { open, connection, prefix } = await watched(60)
  await createIndex(
    connection,
    `${prefix}-logs-c`,
    { properties: { process: { properties: { name: { type: 'long' } } } } },
    {},
  )
  await createIndex(
    connection,
    `${prefix}-logs-d`,
    { properties: { process: { properties: { name: { type: 'keyword' } } } } },
    {},
  )
  await assert.rejects(names(open(), placeOf(60)), {
    code: 'MAPPING_CONFLICT',
    message: new RegExp(`"process.name".*long in ${prefix}-logs-c`),
  })
})

test('an index of other documents, without the times of events, disturbs nothing', async () => {
  const { open, put, connection, prefix } = await watched(60)
  await put([event('1', 1, 2), event('2', 2, 3)])
  await createIndex(connection, `${prefix}-logs-other`, { properties: { message: { type: 'text' } } }, {})
  await ship(connection, `${prefix}-logs-other`, [{ message: 'no event' }])
  const events = open()
  const { items } = await events.scan(ALL, { after: 0, limit: 10 })
  assert.deepEqual(
    items.map(({ doc }) => text(doc, 'event.id')),
    ['1', '2'],
  )
  assert.deepEqual(await names(events, placeOf(60)), ['p1 1', 'p2 1'])
  assert.deepEqual([...(await events.counts(FEED, { from: START, to: START + HOUR }, placeOf(60)))], [[START, 2]])
  assert.deepEqual(await open().reached(timeOf(17), 0), { seq: placeOf(60), clock: timeOf(60) })
})

test('events cannot be given to an index that others write to', async () => {
  const { open } = await watched(60)
  await assert.rejects(open().append(), { code: 'STORAGE_READ_ONLY' })
})
