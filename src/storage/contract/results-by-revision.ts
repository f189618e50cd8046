import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnomalyRecord, AnomalyResult, BucketResult, InfluencerResult } from '../../domain/anomaly-record.ts'
import { ALL, equals } from '../../query/ast.ts'
import type { ResultStore } from '../storage.ts'
import { SPAN, START } from './history.ts'
import { comesInPages } from './in-pages.ts'

const recordOf = (id: string, score: number): AnomalyRecord => ({
  result_type: 'record',
  record_id: id,
  job_id: 'contract',
  timestamp: START,
  bucket_span: 900,
  detector_index: 0,
  is_interim: false,
  function: 'rare',
  function_description: 'rare',
  by_field_name: 'process.name',
  by_field_value: '__proto__',
  probability: 0.01,
  actual: [1],
  typical: [1],
  multi_bucket_impact: 0,
  initial_record_score: 50,
  record_score: score,
  influencers: [],
})
const common = { job_id: 'contract', timestamp: START, bucket_span: 900, is_interim: false }
const bucketResult = (event_count: number): BucketResult => ({
  ...common,
  result_type: 'bucket',
  event_count,
  anomaly_score: 0,
  initial_anomaly_score: 0,
  bucket_influencers: [],
})
const influencer = (value: string): InfluencerResult => ({
  ...common,
  result_type: 'influencer',
  influencer_field_name: 'host.name',
  influencer_field_value: value,
  influencer_score: 1,
  initial_influencer_score: 1,
  probability: 0.1,
})

/** A result stands under its derived id, the newest revision of it counts, and what a job wrote can be taken back. */
export function keepsResultsByRevision(name: string, open: () => Promise<ResultStore>): void {
  test(`${name} writes a revision under the old id, and a copy of the newest not at all`, async () => {
    const store = await open()
    const [a, risen, b] = [recordOf('a', 50), recordOf('a', 60), recordOf('b', 50)]
    assert.equal(await store.append([a, b]), 2)
    assert.equal(await store.append([structuredClone(a)]), 2)
    assert.equal(await store.append([risen, risen]), 3)
    assert.equal(await store.append([a]), 4, 'what went back to an older version is a revision')
    const { items } = await store.scan(ALL, { after: 0, limit: 9 })
    assert.deepEqual(
      items.map(({ doc }) => doc),
      [a, b, risen, a],
    )
  })

  test(`${name} tells results of all kinds apart, whatever their values are called`, async () => {
    const store = await open()
    const results: AnomalyResult[] = [bucketResult(1), influencer('a'), influencer('__proto__'), recordOf('bucket', 1)]
    assert.equal(await store.append(results), 4)
    assert.equal(await store.append(results), 4)
    assert.equal(await store.append([bucketResult(2)]), 5)
    assert.equal(await store.append([{ ...bucketResult(2), job_id: 'other' }]), 6)
    const { items } = await store.scan(equals('result_type', 'influencer'), { after: 0, limit: 9 })
    assert.deepEqual(
      items.map(({ doc }) => doc),
      [influencer('a'), influencer('__proto__')],
    )
  })

  test(`${name} tells the newest revision of each result of a job, from a bucket on, in the order of the first ones`, async () => {
    const store = await open()
    const early = { ...recordOf('early', 1), timestamp: START - SPAN }
    await store.append([early, recordOf('a', 1), bucketResult(1), { ...recordOf('b', 1), job_id: 'other' }])
    await store.append([recordOf('c', 1), recordOf('a', 2), bucketResult(2)])
    assert.deepEqual(await store.newest('contract', START), [recordOf('a', 2), bucketResult(2), recordOf('c', 1)])
    assert.deepEqual(await store.newest('contract', START - SPAN), [
      early,
      recordOf('a', 2),
      bucketResult(2),
      recordOf('c', 1),
    ])
    assert.deepEqual(await store.newest('contract', START + 1), [])
    assert.deepEqual(await store.newest('__proto__', START), [])
  })

  test(`${name} forgets what a job wrote after a place, and nothing else`, async () => {
    const store = await open()
    assert.equal(await store.last('contract'), 0)
    const other = { ...recordOf('other', 1), job_id: 'other' }
    const [a, risen, b] = [recordOf('a', 1), recordOf('a', 2), recordOf('b', 1)]
    await store.append([a])
    const place = await store.last('contract')
    await store.append([risen, other, b])
    assert.equal(place, 1)
    assert.equal(await store.last('contract'), 4)
    assert.equal(await store.last('other'), 3)

    await store.rewind('contract', place)
    assert.equal(await store.last('contract'), place)
    assert.equal(await store.last('other'), 3)
    assert.deepEqual(await store.newest('contract', START), [a])
    assert.deepEqual(await store.newest('other', START), [other])
    const kept = await store.scan(ALL, { after: 0, limit: 9 })
    assert.deepEqual(
      kept.items.map(({ seq, doc }) => [seq, doc]),
      [
        [1, a],
        [3, other],
      ],
    )
  })

  test(`${name} writes anew what was forgotten, at places that nobody has passed`, async () => {
    const store = await open()
    const [a, risen, b] = [recordOf('a', 1), recordOf('a', 2), recordOf('b', 1)]
    await store.append([a])
    const passed = await store.append([risen, b])
    await store.rewind('contract', 1)
    await store.append([a, risen, b])
    const { items, next } = await store.scan(ALL, { after: passed, limit: 9 })
    assert.deepEqual(
      items.map(({ doc }) => doc),
      [risen, b],
    )
    assert.equal(await store.last('contract'), next)
    await store.rewind('contract', 0)
    assert.equal(await store.last('contract'), 0)
    assert.deepEqual(await store.newest('contract', START), [])
    await store.rewind('nobody', 0)
  })

  comesInPages(`results of ${name}`, async (look) => {
    const store = await open()
    for (const n of [1, 2, 3, 4, 5])
      await store.append([{ ...recordOf(`${n}`, 1), 'host.name': n % 2 ? 'odd' : 'even' } as AnomalyRecord])
    await look(
      (query, range) => store.scan(query, range),
      (doc) => (doc as AnomalyRecord).record_id,
    )
  })
}
