import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileDatafeed } from '../../datafeed/datafeed.ts'
import type { EcsEvent } from '../../domain/event.ts'
import type { Observation } from '../../domain/observation.ts'
import { CLOCK, REVISION } from '../../domain/stamps.ts'
import { isoTime, MINUTE, type Seq } from '../../domain/time.ts'
import { ALL, equals } from '../../query/ast.ts'
import type { EventStore } from '../storage.ts'
import { bucketAt, START } from './history.ts'

const BUCKET = bucketAt(0)
/** Every event, by process name. */
const ALL_EVENTS = compileDatafeed(
  {
    job_id: 'contract',
    analysis_config: { bucket_span: '15m', detectors: [{ function: 'rare', by_field_name: 'process.name' }] },
  },
  {},
  { profile: 'elastic-exact' },
)

/** An audit event that our joiner tells again, with more of its records, stands for the one before (`time-and-order.md` §4, §8). */
export function takesRevisionsOfJoinings(name: string, open: () => Promise<EventStore>): void {
  const joined = (serial: number, program: string, revision?: number): EcsEvent => ({
    '@timestamp': isoTime(START),
    host: { name: 'a' },
    event: { module: 'auditd', sequence: serial },
    process: { name: program },
    ...(revision !== undefined && { [REVISION]: revision }),
  })

  async function programs(store: EventStore, upTo: Seq): Promise<[string | null, number][]> {
    const rows: Observation[] = []
    for await (const row of store.observe(ALL_EVENTS, BUCKET, upTo)) rows.push(row)
    const column = ALL_EVENTS.fields.indexOf('process.name')
    return rows.map(({ values, count }) => [values[column] ?? null, count])
  }

  const countOf = async (store: EventStore, upTo: Seq, after?: Seq) =>
    (await store.counts(ALL_EVENTS, { from: BUCKET.start, to: BUCKET.end }, upTo, after)).get(BUCKET.start) ?? 0

  test(`${name} lets a more complete joining of an audit event stand for the one before, from its place on`, async () => {
    const store = await open()
    assert.equal(await store.append([joined(1, 'half', 2), joined(2, 'other', 3)]), 2)
    assert.equal(await store.append([joined(1, 'whole', 4)]), 3)
    assert.deepEqual(await programs(store, 2), [
      ['half', 1],
      ['other', 1],
    ])
    assert.deepEqual(await programs(store, 3), [
      ['other', 1],
      ['whole', 1],
    ])
    assert.equal(await countOf(store, 2), 2)
    assert.equal(await countOf(store, 3), 3, 'a revision counts, so that its bucket is looked at again')
    assert.equal(await countOf(store, 3, 2), 1)
    const { items } = await store.scan(ALL, { after: 0, limit: 9 })
    assert.deepEqual(
      items.map(({ seq, doc }) => [seq, doc]),
      [
        [2, joined(2, 'other', 3)],
        [3, joined(1, 'whole', 4)],
      ],
    )
    assert.deepEqual((await store.scan(equals('process.name', 'half'), { after: 0, limit: 9 })).items, [])
  })

  test(`${name} shows no event that was revised, however long afterwards`, async () => {
    const store = await open()
    const others = Array.from({ length: 5_000 }, (_, i) => joined(i + 2, 'other', 3))
    for (const events of [[joined(1, 'half', 2)], others, [joined(1, 'whole', 4)]]) await store.append(events)
    const { items } = await store.scan(ALL, { after: 0, limit: 9_999 })
    assert.equal(items.length, 5_001)
    assert.deepEqual((await store.scan(equals('process.name', 'half'), { after: 0, limit: 9 })).items, [])
    assert.deepEqual((await store.scan(ALL, { after: 0, limit: 1 })).items[0]?.doc, joined(2, 'other', 3))
  })

  test(`${name} takes a joining with as many audit records, or fewer, for a copy`, async () => {
    const store = await open()
    assert.equal(await store.append([joined(1, 'first', 3), joined(1, 'same', 3), joined(1, 'less', 2)]), 1)
    assert.equal(await store.append([joined(1, 'same', 3)]), 1)
    assert.equal(await store.append([joined(1, 'less', 2), joined(1, 'more', 4), joined(1, 'most', 5)]), 3)
    assert.deepEqual(await programs(store, 3), [['most', 1]])
    assert.deepEqual(await programs(store, 2), [['more', 1]])
  })

  test(`${name} revises an event without a time as any other`, async () => {
    const store = await open()
    const event = (program: string, revision: number) => ({
      event: { id: 'x' },
      process: { name: program },
      [REVISION]: revision,
    })
    assert.equal(await store.append([event('half', 2)]), 1)
    assert.equal(await store.append([event('whole', 4)]), 2)
    const { items } = await store.scan(ALL, { after: 0, limit: 9 })
    assert.deepEqual(
      items.map(({ doc }) => doc),
      [event('whole', 4)],
    )
  })

  test(`${name} keeps the first version of what comes from elsewhere, and lets it revise nothing`, async () => {
    const store = await open()
    assert.equal(await store.append([joined(1, 'from outside'), joined(2, 'ours', 2)]), 2)
    assert.equal(await store.append([joined(1, 'ours', 9), joined(2, 'from outside')]), 2)
  })

  test(`${name} knows an event without an identity again, whatever the clock shows by then`, async () => {
    const store = await open()
    const event = { '@timestamp': isoTime(START), message: 'hello' }
    assert.equal(await store.append([{ ...event, [CLOCK]: isoTime(START) }]), 1)
    assert.equal(await store.append([{ ...event, [CLOCK]: isoTime(START + MINUTE), oddsock: { program: 'x' } }]), 1)
  })
}
