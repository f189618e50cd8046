import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnomalyResult } from '../../domain/anomaly-record.ts'
import { CLOCK } from '../../domain/stamps.ts'
import { ALL } from '../../query/ast.ts'
import { openOpenSearch } from './open-opensearch.ts'
import { NODES, openFresh } from './testing/fresh.ts'

const event = (id: string) => ({ '@timestamp': '2026-01-06T00:00:00.000Z', event: { id }, host: { name: 'a' } })

const result = (timestamp: number, event_count: number): AnomalyResult => ({
  result_type: 'bucket',
  job_id: 'j',
  timestamp,
  bucket_span: 900,
  event_count,
  is_interim: false,
  anomaly_score: 0,
  initial_anomaly_score: 0,
  bucket_influencers: [],
})

/** A store, and another process that opens the same. */
async function twoProcesses() {
  const first = await openFresh()
  const second = await openOpenSearch({ nodes: NODES, prefix: first.prefix })
  return { first, second }
}

test('a writer that was followed by another is refused by the cluster, and what it had written stays', async () => {
  const { first, second } = await twoProcesses()
  try {
    assert.equal(await first.events.append([event('1'), event('2')]), 2)
    assert.equal(await second.events.append([event('2'), event('3')]), 3)
    await assert.rejects(first.events.append([event('4')]), { code: 'STORAGE_FENCED' })
    assert.equal(await second.events.append([event('4')]), 4)
    const { items } = await second.events.scan(ALL, { after: 0, limit: 9 })
    assert.deepEqual(
      items.map(({ seq, doc }) => [seq, (doc.event as { id: string }).id]),
      [
        [1, '1'],
        [2, '2'],
        [3, '3'],
        [4, '4'],
      ],
    )
  } finally {
    await second.connection.close()
  }
})

test('a writer that was followed by another is refused also where it makes an index of its own', async () => {
  const { first, second } = await twoProcesses()
  // An index holds a day of the clock.
  const nextDay = (id: string) => ({ ...event(id), [CLOCK]: '2026-01-07T00:00:00.000Z' })
  try {
    assert.equal(await first.events.append([event('1')]), 1)
    assert.equal(await second.events.append([event('2')]), 2)
    await assert.rejects(first.events.append([nextDay('3')]), { code: 'STORAGE_FENCED' })
    assert.equal(await second.events.append([nextDay('3')]), 3)
    const { items } = await second.events.scan(ALL, { after: 0, limit: 9 })
    assert.deepEqual(
      items.map(({ seq }) => seq),
      [1, 2, 3],
    )
  } finally {
    await second.connection.close()
  }
})

test('a writer follows one that died after it had followed another', async () => {
  const { first, second } = await twoProcesses()
  const third = await openOpenSearch({ nodes: NODES, prefix: first.prefix })
  try {
    assert.equal(await first.events.append([event('1')]), 1)
    assert.equal(await second.events.append([event('2')]), 2)
    assert.equal(await third.events.append([event('3')]), 3)
    for (const before of [first, second])
      await assert.rejects(before.events.append([event('4')]), { code: 'STORAGE_FENCED' })
  } finally {
    await Promise.all([second, third].map(({ connection }) => connection.close()))
  }
})

test('results of a paused writer are refused, and places are given once', async () => {
  const { first, second } = await twoProcesses()
  try {
    await first.results.append([result(0, 1), result(900, 1)])
    await second.results.rewind('j', 1)
    await assert.rejects(first.results.append([result(1800, 1)]), { code: 'STORAGE_FENCED' })
    assert.equal(await second.results.append([result(900, 1)]), 3)
    assert.deepEqual(await second.results.newest('j', 0), [result(0, 1), result(900, 1)])
  } finally {
    await second.connection.close()
  }
})

test('a writer that ended in good order leaves its indices to the next one', async () => {
  const first = await openFresh()
  await first.events.append([event('1')])
  const before = await indexCount(first)
  await first.close()
  const second = await openOpenSearch({ nodes: NODES, prefix: first.prefix })
  try {
    assert.equal(await second.events.append([event('1'), event('2')]), 2)
    assert.equal(await indexCount(second), before)
  } finally {
    await second.close()
  }

  async function indexCount({ connection }: { connection: typeof first.connection }) {
    const { body } = await connection.request<unknown[]>('GET', `/_cat/indices/${first.prefix}-*`, {
      query: { format: 'json' },
    })
    return body.length
  }
})

test('while the cluster takes nothing in, the store waits and says why and since when; then it goes on', async () => {
  const store = await openFresh()
  await store.events.append([event('1')])
  const block = (value: boolean | null) =>
    store.connection.request('PUT', `/${store.prefix}-events-*/_settings`, {
      body: { 'index.blocks.read_only_allow_delete': value },
    })
  await block(true)
  const begun = Date.now()
  const appended = store.events.append([event('2')])
  while (!store.trouble?.()) await new Promise((resolve) => setTimeout(resolve, 20))
  const trouble = store.trouble!()!
  assert.match(trouble.what, /OpenSearch does not take|did not take/)
  assert.ok(Date.parse(trouble.since) >= begun - 1)
  await block(null)
  assert.equal(await appended, 2)
  assert.equal(store.trouble!(), undefined)
})

test('where servers share the jobs, each reads the results of all, and only who has a job writes them', async () => {
  const store = await openFresh({ reads: { indices: ['nothing-there-*'] } })
  const first = await store.shares!('j')
  await first.results.append([result(0, 1), result(900, 1)])
  assert.deepEqual(await store.results.newest('j', 0), [result(0, 1), result(900, 1)])
  assert.deepEqual(await store.results.newest('other', 0), [])
  await assert.rejects(store.results.append([result(900, 2)]), { code: 'STORAGE_SHARED' })
  await first.abandon()
  const second = await store.shares!('j')
  await second.results.rewind('j', 1)
  assert.deepEqual(await store.results.newest('j', 0), [result(0, 1)])
  assert.equal(await second.results.append([result(900, 2)]), 3)
  assert.deepEqual(await store.results.newest('j', 0), [result(0, 1), result(900, 2)])
  await assert.rejects(first.results.append([result(1800, 1)]), { code: 'STORAGE_CLOSED' })
  await second.close()
})
