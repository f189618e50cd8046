import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileDatafeed, type Datafeed } from '../datafeed/datafeed.ts'
import type { Alert } from '../domain/alert.ts'
import type { AnomalyRecord, AnomalyResult, BucketResult, InfluencerResult } from '../domain/anomaly-record.ts'
import { deriveFields } from '../domain/derive.ts'
import type { EcsEvent } from '../domain/event.ts'
import { text } from '../domain/field.ts'
import { compareObservations, EVENTS_KEPT, type Observation, uniteObservations } from '../domain/observation.ts'
import { CLOCK } from '../domain/stamps.ts'
import { type EpochMs, isoTime, MINUTE, SECOND, type Seq } from '../domain/time.ts'
import { ALL, equals, NONE } from '../query/ast.ts'
import type { AlertStore, Notice } from './alert-store.ts'
import type { Page, SeqRange } from './page.ts'
import type { StateStore } from './state-store.ts'
import type { EventReader, EventStore, ResultStore } from './storage.ts'

/**
 * What every storage engine owes. An adapter's test calls these with a way to open a store of its own; expected values come from
 * the made-up histories below, counted in the plainest way, and never from another engine.
 */

const START: EpochMs = Date.UTC(2026, 0, 6)
const SPAN = 15 * MINUTE

/** The datafeed of these tests: network events, by host, user, destination and process name. */
const FEED = compileDatafeed(
  {
    job_id: 'contract',
    analysis_config: { bucket_span: '15m', detectors: [{ function: 'rare', by_field_name: 'process.name' }] },
  },
  { query: { term: { 'event.category': 'network' } } },
  { profile: 'elastic-exact' },
)
/** A second job on the same events, with longer buckets and another field. */
const OTHER_FEED = compileDatafeed(
  {
    job_id: 'other',
    analysis_config: { bucket_span: '1h', detectors: [{ function: 'rare', by_field_name: 'event.action' }] },
  },
  {},
  { profile: 'elastic-exact' },
)

/** An event of a made-up history. `id` is its identity; what is left out is missing in the event. */
interface Sight {
  readonly id: string
  /** Minutes after the start. */
  readonly minute: number
  readonly host: string
  readonly name?: string | readonly string[] | undefined
  readonly user?: string | undefined
  readonly category?: string
}

function eventOf({ id, minute, host, name, user, category = 'network' }: Sight): EcsEvent {
  return deriveFields({
    '@timestamp': isoTime(START + minute * MINUTE),
    event: { id, category, action: category === 'network' ? 'connected-to' : 'executed' },
    host: { name: host },
    ...(name !== undefined && { process: { name } }),
    ...(user !== undefined && { user: { name: user } }),
  })
}

/** A store that takes in batches one after another, as it does in life. `take` answers the place of its last event. */
export interface OpenReader {
  readonly reader: EventReader
  take(events: readonly EcsEvent[]): Promise<Seq>
  close(): Promise<void>
}

/**
 * @param open a new store for these datafeeds that will be given these batches, in this order; those that keep their events
 *   elsewhere need to know them beforehand
 */
export type OpenEvents = (batches: readonly (readonly EcsEvent[])[], feeds: readonly Datafeed[]) => Promise<OpenReader>

/** @param runs made-up histories to go through: fewer where each takes seconds */
export function eventReaderContract(name: string, open: OpenEvents, runs = 60): void {
  async function withEvents(batches: readonly Sight[][], look: (opened: OpenReader, seqs: Seq[]) => Promise<void>) {
    const events = batches.map((batch) => batch.map(eventOf))
    const opened = await open(events, [FEED, OTHER_FEED])
    try {
      const seqs: Seq[] = []
      for (const batch of events) seqs.push(await opened.take(batch))
      await look(opened, seqs)
    } finally {
      await opened.close()
    }
  }

  const rowsAt = async ({ reader }: OpenReader, bucket: number, upTo: Seq) =>
    collect(reader.observe(FEED, bucketAt(bucket), upTo))
  const EVERYTHING = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

  test(`${name} gives one row for each combination, and the events behind it`, () =>
    withEvents(
      [
        [
          { id: '1', minute: 3, host: 'b', name: 'nginx', user: 'www' },
          { id: '2', minute: 1, host: 'b', name: 'nginx', user: 'www' },
          { id: '3', minute: 1, host: 'a', name: 'nginx', user: 'www' },
        ],
      ],
      async (opened, [upTo]) => {
        const rows = await rowsAt(opened, 0, upTo!)
        assert.deepEqual(rows.map(plainRow), [
          { host: 'a', name: 'nginx', count: 1, first: 1, last: 1 },
          { host: 'b', name: 'nginx', count: 2, first: 1, last: 3 },
        ])
        const ids = await Promise.all(rows.map(async (row) => (await opened.reader.read(row.events)).map(idOf)))
        assert.deepEqual(ids, [['3'], ['1', '2']])
      },
    ))

  test(`${name} admits what the query of the datafeed admits, and keeps buckets apart by their edges`, () =>
    withEvents(
      [
        [
          { id: '1', minute: 0, host: 'a', name: 'first' },
          { id: '2', minute: 14.999, host: 'a', name: 'last' },
          { id: '3', minute: 15, host: 'a', name: 'next' },
          { id: '4', minute: 5, host: 'a', name: 'no', category: 'process' },
        ],
      ],
      async (opened, [upTo]) => {
        assert.deepEqual(await opened.reader.counts(FEED, EVERYTHING, upTo!), countsOf([0, 1], [2, 1]))
        assert.deepEqual((await rowsAt(opened, 0, upTo!)).map(nameOf), ['first', 'last'])
        assert.deepEqual((await rowsAt(opened, 1, upTo!)).map(nameOf), ['next'])
        assert.deepEqual(await rowsAt(opened, 2, upTo!), [])
      },
    ))

  test(`${name} counts the buckets that start in the range, end left out`, () =>
    withEvents(
      [[0, 15, 16, 30, 45].map((minute) => ({ id: `${minute}`, minute, host: 'a' }))],
      async (opened, [upTo]) => {
        const range = { from: bucketAt(1).start, to: bucketAt(3).start }
        assert.deepEqual(await opened.reader.counts(FEED, range, upTo!), countsOf([1, 2], [2, 1]))
      },
    ))

  test(`${name} takes a missing value for a value, and an empty one for another`, () =>
    withEvents(
      [
        [
          { id: '1', minute: 1, host: 'a', name: 'x', user: '' },
          { id: '2', minute: 1, host: 'a', name: 'x' },
          { id: '3', minute: 1, host: 'a', user: 'root' },
        ],
      ],
      async (opened, [upTo]) => {
        const [program, user, process] = ['oddsock.program', 'user.name', 'process.name'].map((f) =>
          FEED.fields.indexOf(f),
        )
        const rows = await rowsAt(opened, 0, upTo!)
        assert.deepEqual(
          rows.map(({ values }) => [values[program!], values[user!], values[process!]]),
          [
            [null, 'root', null],
            ['x', null, 'x'],
            ['x', '', 'x'],
          ],
        )
      },
    ))

  test(`${name} joins several values by a comma`, () =>
    withEvents([[{ id: '1', minute: 1, host: 'a', name: ['sh', 'bash'] }]], async (opened, [upTo]) => {
      assert.deepEqual((await rowsAt(opened, 0, upTo!)).map(nameOf), ['sh,bash'])
    }))

  test(`${name} is not misled by names that programs have for themselves`, () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '\u0000', '"', ',', '😀']
    const sights = names.map((name, i) => ({ id: `${i}`, minute: 1 + i, host: '__proto__', name, user: name }))
    return withEvents([sights], async (opened, [upTo]) => {
      const rows = await rowsAt(opened, 0, upTo!)
      assert.deepEqual(rows.map(nameOf), names)
      const events = await opened.reader.read(rows.flatMap((row) => row.events))
      assert.deepEqual(events, sights.map(eventOf))
    })
  })

  test(`${name} keeps the first version of an event, and counts no copy`, () =>
    withEvents(
      [
        [
          { id: 'same', minute: 1, host: 'a', name: 'first' },
          { id: 'same', minute: 1, host: 'a', name: 'first' },
        ],
        [
          { id: 'same', minute: 20, host: 'a', name: 'second' },
          { id: 'other', minute: 2, host: 'a', name: 'first' },
        ],
      ],
      async (opened, seqs) => {
        assert.deepEqual(seqs, [1, 2])
        assert.deepEqual(await opened.reader.counts(FEED, EVERYTHING, 2), countsOf([0], [2]))
        assert.deepEqual((await rowsAt(opened, 0, 2)).map(nameOf), ['first'])
        const { items } = await opened.reader.scan(ALL, { after: 0, limit: 10 })
        assert.deepEqual(
          items.map(({ doc }) => idOf(doc)),
          ['same', 'other'],
        )
      },
    ))

  test(`${name} keeps places of the first ${EVENTS_KEPT} events of a row and counts them all`, () => {
    const sights = Array.from({ length: EVENTS_KEPT + 5 }, (_, i) => ({
      id: `${i}`,
      minute: 14 - i / 10,
      host: 'a',
      name: 'x',
    }))
    return withEvents([sights], async (opened, [upTo]) => {
      const [row] = await rowsAt(opened, 0, upTo!)
      assert.equal(row!.count, sights.length)
      const events = await opened.reader.read(row!.events)
      assert.deepEqual(
        events.map(idOf),
        sights.slice(0, EVENTS_KEPT).map(({ id }) => id),
      )
    })
  })

  test(`${name} reads events in the order in which they are asked for, and says which it has not`, () =>
    withEvents(
      [[1, 2, 3].map((minute) => ({ id: `${minute}`, minute, host: 'a', name: `p${minute}` }))],
      async (opened, [upTo]) => {
        const [one, two, three] = (await rowsAt(opened, 0, upTo!)).map((row) => row.events[0]!)
        const nowhere = { input: 7, from: 0, to: 1 }
        const events = await opened.reader.read([three!, nowhere, one!, one!, two!])
        assert.deepEqual(events.map(idOf), ['3', 'none', '1', '1', '2'])
        assert.deepEqual(await opened.reader.read([]), [])
      },
    ))

  pagesContract(`events of ${name}`, async (look) =>
    withEvents(
      [[1, 2, 3, 4, 5].map((minute) => ({ id: `${minute}`, minute, host: minute % 2 ? 'odd' : 'even' }))],
      ({ reader }) =>
        look(
          (query, range) => reader.scan(query, range),
          (event) => idOf(event as EcsEvent),
        ),
    ),
  )

  test(`${name} answers any history as counting by hand does, whichever way it is observed`, () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anySight, { maxLength: 8 }), { minLength: 1, maxLength: 6 }),
        async (batches) => {
          const opened = await open(
            batches.map((batch) => batch.map(eventOf)),
            [FEED, OTHER_FEED],
          )
          try {
            await followHistory(opened, batches)
          } finally {
            await opened.close()
          }
        },
      ),
      { numRuns: runs },
    ))
}

const anySight: fc.Arbitrary<Sight> = fc.record({
  id: fc.integer({ min: 0, max: 30 }).map(String),
  minute: fc.integer({ min: 0, max: 59 }),
  host: fc.constantFrom('a', 'b', '__proto__'),
  name: fc.constantFrom(undefined, 'x', 'y', '__proto__', ['x', 'y'], 'x,y'),
  user: fc.constantFrom(undefined, '', 'root'),
  category: fc.constantFrom('network', 'network', 'network', 'process'),
})

/** Takes in batch after batch and observes what has grown, as a job does; at each step all must be as counted by hand. */
async function followHistory(opened: OpenReader, batches: readonly Sight[][]): Promise<void> {
  const { reader } = opened
  const known: Sight[] = []
  const rows = new Map<string, Observation[]>()
  const seen = new Map<string, number>()
  for (const batch of batches) {
    const before = known.length
    for (const sight of batch) if (!known.some(({ id }) => id === sight.id)) known.push(sight)
    const upTo = await opened.take(batch.map(eventOf))
    assert.equal(upTo, known.length)
    for (const feed of [FEED, OTHER_FEED]) {
      const hour = { from: START, to: START + 60 * MINUTE }
      const counts = await reader.counts(feed, hour, upTo)
      assert.deepEqual(sorted(counts), sorted(countByHand(feed, known)))
      const grown = await reader.counts(feed, hour, upTo, before)
      assert.deepEqual(sorted(grown), sorted(countByHand(feed, known.slice(before))))
      for (const [start, count] of counts) {
        const key = `${feed.job_id} ${start}`
        if (seen.get(key) === count) continue
        seen.set(key, count)
        const now = await collect(reader.observe(feed, { start, end: start + feed.bucketSpan }, upTo))
        assert.deepEqual([...now].sort(compareObservations), now, 'rows stand in their order')
        rows.set(key, uniteObservations(rows.get(key) ?? [], now))
        await sameAsByHand(reader, rows.get(key)!, feed, start, known)
      }
      if (!reader.capabilities.observesAgain) continue
      for (const start of grown.keys()) {
        const since = await collect(reader.observe(feed, { start, end: start + feed.bucketSpan }, upTo, before))
        await sameAsByHand(reader, since, feed, start, known.slice(before))
      }
    }
  }
  if (!reader.capabilities.observesAgain) return
  for (let upTo = 0; upTo <= known.length; upTo++)
    for (let start = START; start < START + 60 * MINUTE; start += SPAN) {
      const then = await collect(reader.observe(FEED, { start, end: start + SPAN }, upTo))
      await sameAsByHand(reader, then, FEED, start, known.slice(0, upTo))
      const counts = await reader.counts(FEED, { from: start, to: start + SPAN }, upTo)
      assert.equal(counts.get(start) ?? 0, countByHand(FEED, known.slice(0, upTo)).get(start) ?? 0)
    }
}

function admits(feed: Datafeed, { category }: Sight): boolean {
  return feed === OTHER_FEED || category === 'network'
}

function countByHand(feed: Datafeed, sights: readonly Sight[]): Map<EpochMs, number> {
  const counts = new Map<EpochMs, number>()
  for (const sight of sights) {
    const start = START + Math.floor((sight.minute * MINUTE) / feed.bucketSpan) * feed.bucketSpan
    if (admits(feed, sight)) counts.set(start, (counts.get(start) ?? 0) + 1)
  }
  return counts
}

async function sameAsByHand(
  reader: EventReader,
  rows: readonly Observation[],
  feed: Datafeed,
  start: EpochMs,
  sights: readonly Sight[],
): Promise<void> {
  const [from, to] = [(start - START) / MINUTE, (start - START + feed.bucketSpan) / MINUTE]
  const inside = sights.filter((sight) => admits(feed, sight) && sight.minute >= from && sight.minute < to)
  const groups = new Map<string, Sight[]>()
  for (const sight of inside) {
    const action = feed === OTHER_FEED ? sight.category : null
    const name = sight.name === undefined ? null : [sight.name].flat().join(',')
    const key = JSON.stringify([sight.host, name, sight.user ?? null, [sight.name].flat()[0] ?? null, action])
    groups.set(key, [...(groups.get(key) ?? []), sight])
  }
  const answer = await Promise.all(
    rows.map(async (row) => ({
      count: row.count,
      first: (row.first - START) / MINUTE,
      last: (row.last - START) / MINUTE,
      events: (await reader.read(row.events)).map(idOf),
    })),
  )
  const byHand = [...groups.values()].map((group) => ({
    count: group.length,
    first: Math.min(...group.map(({ minute }) => minute)),
    last: Math.max(...group.map(({ minute }) => minute)),
    events: group.slice(0, EVENTS_KEPT).map(({ id }) => id),
  }))
  const byFirstEvent = (list: typeof byHand) => list.toSorted((a, b) => (a.events[0]! < b.events[0]! ? -1 : 1))
  assert.deepEqual(byFirstEvent(answer as typeof byHand), byFirstEvent(byHand))
}

/** Beyond reading: what a store owes that events are appended to. */
export function eventStoreContract(name: string, open: () => Promise<EventStore>, runs?: number): void {
  const openReader = async () => {
    const reader = await open()
    return { reader, take: (events: readonly EcsEvent[]) => reader.append(events), close: async () => {} }
  }
  eventReaderContract(name, openReader, runs)

  const bare = (ingested?: string): EcsEvent => ({
    '@timestamp': isoTime(START),
    host: { name: 'a' },
    ...(ingested && { event: { ingested } }),
  })

  test(`${name} tells events without an identity apart by content and by how often they come in one request`, async () => {
    const store = await open()
    assert.equal(await store.append([bare(), bare()]), 2)
    assert.equal(await store.append([bare(), bare(), bare()]), 3)
  })

  test(`${name} takes what is sent again with another event.ingested for a copy`, async () => {
    const store = await open()
    assert.equal(await store.append([{ ...bare(), event: { kind: 'event', ingested: isoTime(START) } }]), 1)
    assert.equal(await store.append([{ ...bare(), event: { kind: 'event', ingested: isoTime(START + 1) } }]), 1)
    assert.equal(await store.append([{ ...bare(), event: { kind: 'event' }, 'event.ingested': isoTime(START) }]), 1)
    assert.equal(await store.append([{ ...bare(), event: { kind: 'other', ingested: isoTime(START) } }]), 2)
  })

  test(`${name} recognises audit events by host, time and serial, whatever else they say`, async () => {
    const store = await open()
    const audit = (host: string, serial: number, at = START) => ({
      '@timestamp': isoTime(at),
      host: { name: host },
      event: { module: 'auditd', sequence: serial },
    })
    assert.equal(await store.append([audit('a', 1), { ...audit('a', 1), user: { name: 'root' } }]), 1)
    assert.equal(await store.append([audit('b', 1), audit('a', 2), audit('a', 1, START + 1)]), 4)
  })

  test(`${name} counts an event that was set aside for the bucket of the clock, and keeps its own time`, async () => {
    const store = await open()
    const future = START + 400 * 96 * SPAN
    const event = { ...eventOf({ id: '1', minute: 0, host: 'a', name: 'x' }), '@timestamp': isoTime(future) }
    const upTo = await store.append([{ ...event, 'oddsock.set_aside_at': isoTime(START + SPAN) }])
    const range = { from: START, to: START + 4 * SPAN }
    assert.deepEqual(await store.counts(FEED, range, upTo), countsOf([1], [1]))
    const [row] = await collect(store.observe(FEED, bucketAt(1), upTo))
    assert.deepEqual([row!.first, row!.last], [future, future])
  })

  test(`${name} tells where its clock reached a time, and where it stands`, async () => {
    const store = await open()
    const at = (seconds: number): EpochMs => START + seconds * SECOND
    assert.equal(await store.last(), undefined)
    assert.equal(await store.reached(START, 0), undefined)
    const stamps = [0, undefined, 10, 10, 30]
    await store.append(
      stamps.map((seconds, i) => ({
        ...eventOf({ id: `${i}`, minute: 5 - i, host: 'a' }),
        ...(seconds !== undefined && { [CLOCK]: isoTime(at(seconds)) }),
      })),
    )
    const cases: readonly (readonly [time: number, after: Seq, seq: Seq | undefined, clock: number])[] = [
      [-1, 0, 1, 0],
      [0, 0, 1, 0],
      [0, 1, 3, 10],
      [1, 0, 3, 10],
      [10, 3, 4, 10],
      [11, 0, 5, 30],
      [30, 0, 5, 30],
      [31, 0, undefined, 0],
      [0, 5, undefined, 0],
      [0, 99, undefined, 0],
    ]
    for (const [time, after, seq, clock] of cases) {
      const expected = seq === undefined ? undefined : { seq, clock: at(clock) }
      assert.deepEqual(await store.reached(at(time), after), expected, `${time} s after ${after}`)
    }
    assert.deepEqual(await store.last(), { seq: 5, clock: at(30) })
  })
}

/** Pages of five documents `1` to `5`, of which `host.name` is `odd` or `even`. */
function pagesContract<T>(
  name: string,
  withStore: (
    look: (
      scan: (query: Parameters<EventReader['scan']>[0], range: SeqRange) => Promise<Page<T>>,
      id: (doc: T) => string,
    ) => Promise<void>,
  ) => Promise<void>,
): void {
  test(`${name} come in pages, oldest first, and each once`, () =>
    withStore(async (scan, id) => {
      for (const limit of [1, 2, 3, 5, 9]) {
        const found: [Seq, string][] = []
        let after = 0
        for (
          let page = await scan(ALL, { after, limit });
          page.items.length > 0;
          page = await scan(ALL, { after, limit })
        ) {
          assert.ok(page.items.length <= limit)
          for (const { seq, doc } of page.items) found.push([seq, id(doc)])
          after = page.next
        }
        assert.deepEqual(
          found,
          [1, 2, 3, 4, 5].map((n) => [n, `${n}`]),
          `limit ${limit}`,
        )
      }
    }))

  test(`${name} come in pages of those that match, and the cursor passes the others`, () =>
    withStore(async (scan, id) => {
      const even = equals('host.name', 'even')
      const first = await scan(even, { after: 0, limit: 1 })
      assert.deepEqual(
        first.items.map(({ seq, doc }) => [seq, id(doc)]),
        [[2, '2']],
      )
      const second = await scan(even, { after: first.next, limit: 9 })
      assert.deepEqual(
        second.items.map(({ seq, doc }) => [seq, id(doc)]),
        [[4, '4']],
      )
      assert.deepEqual(await scan(even, { after: second.next, limit: 9 }), { items: [], next: 5 })
      assert.deepEqual(await scan(NONE, { after: 0, limit: 9 }), { items: [], next: 5 })
    }))
}

export function resultStoreContract(name: string, open: () => Promise<ResultStore>): void {
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

  pagesContract(`results of ${name}`, async (look) => {
    const store = await open()
    for (const n of [1, 2, 3, 4, 5])
      await store.append([{ ...recordOf(`${n}`, 1), 'host.name': n % 2 ? 'odd' : 'even' } as AnomalyRecord])
    await look(
      (query, range) => store.scan(query, range),
      (doc) => (doc as AnomalyRecord).record_id,
    )
  })
}

export function alertStoreContract(name: string, open: () => Promise<AlertStore>): void {
  const alertOf = (id: string, minute = 0, more: object = {}): Alert => ({
    '@timestamp': isoTime(START + minute * MINUTE),
    'kibana.alert.uuid': id,
    'kibana.alert.workflow_status': 'open',
    process: { name: '__proto__' },
    ...more,
  })

  test(`${name} creates an alert once`, async () => {
    const store = await open()
    assert.equal(await store.get('a'), undefined)
    assert.equal(await store.create(alertOf('a')), 'created')
    assert.equal(await store.create(alertOf('a', 1)), 'exists')
    assert.deepEqual(await store.get('a'), { version: 1, doc: alertOf('a') })
  })

  test(`${name} updates an alert by the version that was seen, and refuses any other`, async () => {
    const store = await open()
    const closed = alertOf('a', 0, { 'kibana.alert.workflow_status': 'closed' })
    assert.equal(await store.update(closed, 1), 'missing')
    await store.create(alertOf('a'))
    assert.equal(await store.update(closed, 2), 'conflict')
    assert.equal(await store.update(closed, 1), 'updated')
    assert.equal(await store.update(alertOf('a'), 1), 'conflict')
    assert.deepEqual(await store.get('a'), { version: 2, doc: closed })
  })

  test(`${name} finds alerts in the order of their time, then id`, async () => {
    const store = await open()
    for (const alert of [
      alertOf('c', 2),
      alertOf('b', 1),
      alertOf('a', 2),
      alertOf('__proto__', 3, { process: { name: 'x' } }),
    ])
      await store.create(alert)
    const ids = async (...args: Parameters<AlertStore['search']>) =>
      (await store.search(...args)).map(({ doc }) => doc['kibana.alert.uuid'])
    assert.deepEqual(await ids(ALL, 9), ['b', 'a', 'c', '__proto__'])
    assert.deepEqual(await ids(ALL, 2), ['b', 'a'])
    assert.deepEqual(await ids(equals('process.name', '__proto__'), 9), ['b', 'a', 'c'])
    assert.deepEqual(await ids(NONE, 9), [])
  })

  test(`${name} keeps what was given, whatever becomes of the caller's object or of an answer`, async () => {
    const store = await open()
    const process = { name: 'nginx' }
    await store.create(alertOf('a', 0, { process }))
    process.name = 'changed'
    const answer = await store.get('a')
    ;(answer!.doc.process as { name: string }).name = 'changed too'
    assert.deepEqual((await store.get('a'))!.doc.process, { name: 'nginx' })
  })

  outboxContract(name, open)
}

/** What an outbox owes its sinks. */
function outboxContract(name: string, open: () => Promise<AlertStore>): void {
  const alert: Alert = {
    '@timestamp': isoTime(START),
    'kibana.alert.uuid': 'a',
    'kibana.alert.workflow_status': 'open',
  }
  const notice = (id: string, reason: Notice['reason'] = 'created'): Notice => ({ id, alert_id: 'a', reason })
  const kept = async (store: AlertStore, after: Seq = 0) => {
    const { items } = await store.notices({ after, limit: 99 })
    return items.map(({ doc }) => doc)
  }

  test(`${name} keeps a notice with the change that it tells of, and none without one`, async () => {
    const store = await open()
    await store.update(alert, 1, notice('missing'))
    await store.create(alert, notice('1'))
    await store.create(alert, notice('exists'))
    await store.update(alert, 2, notice('conflict'))
    await store.update(alert, 1)
    await store.update(alert, 2, notice('__proto__', 'worse'))
    assert.deepEqual(await kept(store), [notice('1'), notice('__proto__', 'worse')])
  })

  test(`${name} keeps a notice once, done with or not`, async () => {
    const store = await open()
    await store.create(alert, notice('1'))
    await store.create({ ...alert, 'kibana.alert.uuid': 'b' }, { ...notice('1'), alert_id: 'b' })
    await store.update(alert, 1, notice('2', 'confirmed'))
    assert.deepEqual(await kept(store), [notice('1'), notice('2', 'confirmed')])
    const { next } = await store.notices({ after: 0, limit: 9 })
    await store.forgetNotices(next)
    await store.update(alert, 2, notice('1'))
    await store.update(alert, 3, notice('2', 'worse'))
    assert.deepEqual(await kept(store), [])
    await store.update(alert, 4, notice('3'))
    await store.forgetNotices(0)
    assert.deepEqual(await kept(store), [notice('3')])
    assert.equal((await store.get('a'))!.version, 5, 'a notice that is known keeps no change from its alert')
  })

  test(`${name} gives notices in pages, each once`, async () => {
    const store = await open()
    const all = ['1', '2', '3', '4', '5'].map((id) => notice(id))
    for (const each of all) await store.create({ ...alert, 'kibana.alert.uuid': each.id }, each)
    const found: Notice[] = []
    let after = 0
    for (let page = await store.notices({ after, limit: 2 }); page.items.length > 0; ) {
      found.push(...page.items.map(({ doc }) => doc))
      after = page.next
      page = await store.notices({ after, limit: 2 })
    }
    assert.deepEqual(found, all)
    assert.deepEqual(await store.notices({ after, limit: 2 }), { items: [], next: after })
    const [, second] = (await store.notices({ after: 0, limit: 9 })).items
    await store.forgetNotices(second!.seq)
    assert.deepEqual(await kept(store), all.slice(2))
    assert.deepEqual(await kept(store, second!.seq + 1), all.slice(3))
  })
}

export function stateStoreContract(name: string, open: () => Promise<StateStore>, runs = 50): void {
  test(`${name} writes a value by the version that was seen, and refuses any other`, async () => {
    const store = await open()
    assert.equal(await store.get('k'), undefined)
    assert.equal(await store.put('k', { a: 1 }, 1), 'conflict')
    assert.equal(await store.put('k', { a: 1 }, 0), 'written')
    assert.equal(await store.put('k', { a: 2 }, 0), 'conflict')
    assert.deepEqual(await store.get('k'), { version: 1, doc: { a: 1 } })
    assert.equal(await store.put('k', null, 1), 'written')
    assert.deepEqual(await store.get('k'), { version: 2, doc: null })
  })

  test(`${name} lists keys by what they begin with, in order`, async () => {
    const store = await open()
    for (const key of ['job/b', 'rule/a', 'job/a', '__proto__', 'job/a/1']) await store.put(key, key, 0)
    assert.deepEqual(await store.keys('job/'), ['job/a', 'job/a/1', 'job/b'])
    assert.deepEqual(await store.keys('__'), ['__proto__'])
    assert.deepEqual(await store.keys('x'), [])
    assert.equal((await store.get('__proto__'))!.doc, '__proto__')
  })

  test(`${name} removes values, and takes their keys for new ones afterwards`, async () => {
    const store = await open()
    for (const key of ['a', 'b', '__proto__']) await store.put(key, key, 0)
    await store.put('a', 'changed', 1)
    await store.remove(['a', '__proto__', 'not there'])
    assert.deepEqual(await store.keys(''), ['b'])
    assert.equal(await store.get('a'), undefined)
    assert.equal(await store.put('a', 'again', 2), 'conflict')
    assert.equal(await store.put('a', 'again', 0), 'written')
    assert.deepEqual(await store.get('a'), { version: 1, doc: 'again' })
    await store.remove([])
  })

  test(`${name} keeps values that are too long for one document or row, and replaces and removes them whole`, async () => {
    const store = await open()
    // Ten million digits that nothing packs to less than half: a model of many hosts.
    const [first, second] = ['first', 'second'].map((seed) => noise(seed, 10_000_000))
    assert.equal(await store.put('long', { rows: first }, 0), 'written')
    assert.equal(await store.put('long', { rows: second }, 0), 'conflict')
    assert.deepEqual(await store.get('long'), { version: 1, doc: { rows: first } })
    assert.equal(await store.put('long', { rows: second }, 1), 'written')
    assert.deepEqual(await store.get('long'), { version: 2, doc: { rows: second } })
    assert.deepEqual(await store.keys(''), ['long'])
    assert.equal(await store.put('long', 'short', 2), 'written')
    assert.deepEqual(await store.get('long'), { version: 3, doc: 'short' })
    await store.put('long', first, 3)
    await store.remove(['long'])
    assert.equal(await store.get('long'), undefined)
    assert.deepEqual(await store.keys(''), [])
  })

  test(`${name} keeps every bit of a number, and nothing of the caller's object`, () =>
    fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.double({ noNaN: true, noDefaultInfinity: true }), async (json, number) => {
        const store = await open()
        const inner = [number]
        const value = [json, number, { inner }]
        const before = JSON.parse(JSON.stringify(value))
        await store.put('k', value, 0)
        inner.push(1)
        assert.deepEqual((await store.get('k'))!.doc, before)
      }),
      { numRuns: runs },
    ))
}

/** Hexadecimal digits of a hash of hashes. */
function noise(seed: string, length: number): string {
  let text = ''
  for (let n = 0; text.length < length; n++) text += createHash('sha512').update(`${seed} ${n}`).digest('hex')
  return text.slice(0, length)
}

function bucketAt(index: number) {
  return { start: START + index * SPAN, end: START + (index + 1) * SPAN }
}

function countsOf(buckets: readonly number[], counts: readonly number[]): Map<EpochMs, number> {
  return new Map(buckets.map((bucket, i) => [bucketAt(bucket).start, counts[i]!]))
}

function sorted(counts: ReadonlyMap<EpochMs, number>): [EpochMs, number][] {
  return [...counts].sort(([a], [b]) => a - b)
}

function idOf(event: EcsEvent | undefined): string {
  return event === undefined ? 'none' : text(event, 'event.id')!
}

function nameOf(row: Observation): string | null | undefined {
  return row.values[FEED.fields.indexOf('process.name')]
}

function plainRow(row: Observation) {
  const { count, first, last } = row
  const host = row.values[FEED.fields.indexOf('host.name')]
  return { host, name: nameOf(row), count, first: (first - START) / MINUTE, last: (last - START) / MINUTE }
}

async function collect<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
