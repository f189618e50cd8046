import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnomalyResult } from '../../domain/anomaly-record.ts'
import { CLOCK } from '../../domain/stamps.ts'
import { DAY, type EpochMs, HOUR, isoTime } from '../../domain/time.ts'
import { ALL } from '../../query/ast.ts'
import { indicesOf } from './indices.ts'
import { openOpenSearch } from './open-opensearch.ts'
import { NODES, openFresh } from './testing/fresh.ts'

const START: EpochMs = Date.UTC(2026, 0, 1)
const atDay = (day: number): EpochMs => START + day * DAY

const event = (day: number) => ({
  '@timestamp': isoTime(atDay(day) + HOUR),
  [CLOCK]: isoTime(atDay(day) + HOUR),
  event: { id: `e${day}` },
  host: { name: 'a' },
})

const result = (day: number, job_id = 'j'): AnomalyResult => ({
  result_type: 'bucket',
  job_id,
  timestamp: atDay(day),
  bucket_span: 900,
  event_count: 1,
  is_interim: false,
  anomaly_score: 0,
  initial_anomaly_score: 0,
  bucket_influencers: [],
})

const daysOf = (results: readonly AnomalyResult[]) => results.map(({ timestamp }) => (timestamp - START) / DAY)

/** A store with an event and a result of each of these days. */
async function lived(days: readonly number[], keep: { readonly time?: number; readonly bytes?: number }) {
  const store = await openFresh({ keep })
  for (const day of days) {
    await store.events.append([event(day)])
    await store.results.append([result(day)])
  }
  return { ...store, again: () => openOpenSearch({ nodes: NODES, prefix: store.prefix, keep }) }
}

test('events and results that are older than they are to be kept are dropped, alerts stay, and places go on', async () => {
  const { alerts, events, results, tend, close, again } = await lived([0, 1, 2, 20, 21, 22], { time: 10 * DAY })
  await alerts.create({
    'kibana.alert.uuid': 'a1',
    '@timestamp': isoTime(START),
    'kibana.alert.workflow_status': 'open',
  } as never)
  await tend!(atDay(23))
  const page = await events.scan(ALL, { after: 0, limit: 9 })
  assert.deepEqual(
    page.items.map(({ seq }) => seq),
    [4, 5, 6],
  )
  assert.deepEqual(daysOf(await results.newest('j', 0)), [20, 21, 22])
  assert.deepEqual(await events.read([{ input: 0, from: 1, to: 2 }]), [undefined])
  await close()
  const store = await again()
  try {
    // A year later all is old. What holds the last places stays, so that none is given twice.
    await store.tend!(atDay(400))
    assert.equal((await store.events.scan(ALL, { after: 0, limit: 9 })).items.length, 1)
    assert.equal(await store.events.append([event(400)]), 7)
    assert.equal(await store.results.append([result(400)]), 7)
    await store.tend!(atDay(401))
    assert.deepEqual(daysOf(await store.results.newest('j', 0)), [400])
    assert.equal((await store.alerts.get('a1'))?.version, 1)
  } finally {
    await store.close()
  }
})

test('the oldest days go when the store is larger than it may be, and the newest stay', async () => {
  const { events, results, tend } = await lived([0, 1, 2], { bytes: 1 })
  await tend!(atDay(3))
  const { items } = await events.scan(ALL, { after: 0, limit: 9 })
  assert.deepEqual(
    items.map(({ seq }) => seq),
    [3],
  )
  assert.deepEqual(daysOf(await results.newest('j', 0)).at(-1), 2)
})

test('with room for all nothing goes', async () => {
  const { events, tend } = await lived([0, 1, 2], { time: 90 * DAY, bytes: 2 ** 40 })
  await tend!(atDay(3))
  assert.equal((await events.scan(ALL, { after: 0, limit: 9 })).items.length, 3)
})

test('late results are kept with the newest, and what a writer that died has left is dropped too', async () => {
  const store = await openFresh({ keep: { time: 10 * DAY } })
  await store.results.append([result(0), result(1)])
  const second = await openOpenSearch({ nodes: NODES, prefix: store.prefix, keep: { time: 10 * DAY } })
  try {
    // The first has not ended in good order: its indices are closed to writers.
    await second.results.rewind('j', 1)
    assert.equal(await second.results.append([result(30)]), 3)
    assert.equal(await second.results.append([result(2)]), 4)
    await second.tend!(atDay(31))
    assert.deepEqual(daysOf(await second.results.newest('j', 0)), [30, 2])
    const left = await indicesOf(second.connection, `${store.prefix}-results-*`)
    assert.deepEqual(left, [`${store.prefix}-results-all-2026.01.31-000002`])
  } finally {
    await second.close()
  }
})

test('where servers share the jobs, who holds the lease drops the old results of all, also of jobs that run no more', async () => {
  const store = await openFresh({ reads: { indices: ['nothing-there-*'] }, keep: { time: 10 * DAY } })
  for (const job of ['net', 'net-prod']) {
    const share = await store.shares!(job)
    for (const day of [0, 20]) await share.results.append([result(day, job)])
    await share.close()
  }
  await store.tend!(atDay(21))
  assert.deepEqual(daysOf(await store.results.newest('net', 0)), [0, 20], 'no server does it without the lease')
  const share = await store.shares!('retention')
  await share.dropOld(atDay(21))
  for (const job of ['net', 'net-prod']) assert.deepEqual(daysOf(await store.results.newest(job, 0)), [20])
  await share.abandon()
  await assert.rejects(share.dropOld(atDay(90)), { code: 'STORAGE_CLOSED' })
})

test('a job is not disturbed by one whose name goes on where its own ends', async () => {
  const store = await openFresh({ reads: { indices: ['nothing-there-*'] } })
  const [long, short] = [await store.shares!('net-prod'), await store.shares!('net')]
  assert.equal(await long.results.append([result(0, 'net-prod'), result(1, 'net-prod')]), 2)
  assert.equal(await short.results.append([result(0, 'net')]), 1)
  await short.abandon()
  // Who follows the dead writer of one closes its indices, and not those of the other.
  const next = await store.shares!('net')
  assert.equal(await next.results.append([result(1, 'net')]), 2)
  assert.equal(await long.results.append([result(2, 'net-prod')]), 3)
  for (const share of [long, next]) await share.close()
})
