import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { compileDatafeed, type Datafeed } from '../../datafeed/datafeed.ts'
import type { EcsEvent } from '../../domain/event.ts'
import type { FieldValue } from '../../domain/field.ts'
import type { Observation } from '../../domain/observation.ts'
import { CLOCK, REVISION } from '../../domain/stamps.ts'
import { DAY, type EpochMs, HOUR, isoTime, MINUTE, type Seq } from '../../domain/time.ts'
import type { Query } from '../../query/ast.ts'
import { MemoryEvents } from '../memory/events.ts'
import type { EventStore } from '../storage.ts'
import { openDuckStore } from './duck-store.ts'
import { fieldsOfFeed } from './kinds.ts'
import type { DuckStore } from './reopening.ts'

/**
 * The embedded store against the one in memory: events with odd values, revisions and copies, any query, days sealed and the store closed and opened again in
 * between; each answer must be the same.
 */

const folder = mkdtempSync(join(tmpdir(), 'oddsock-random-'))
after(() => rmSync(folder, { recursive: true }))

const START: EpochMs = Date.UTC(2026, 0, 6)

/** Fields that are part of every kind, one that may become part of it, one that never is, and one that hangs from another. */
const FIELDS = [
  'host.name',
  'process.name',
  'user.name',
  'destination.ip',
  'destination.port',
  'event.category',
  'process.args',
  'process.working_directory',
  'message',
  'process.name.text',
  '__proto__',
  'user',
] as const

const anyText = fc.constantFrom(
  '',
  'a',
  'A',
  'nginx',
  'sh -c',
  '__proto__',
  'constructor',
  ',',
  '"',
  "it's",
  '\u0000',
  '😀',
  '\ud800',
  '10.0.0.1',
  '::1',
  '0:0:0:0:0:0:0:1',
  '10.0.0.0/8',
  '5',
  '05',
  'true',
  '2026-01-06T00:00:00Z',
  '1767657600000',
)
const anyNumber = fc.constantFrom(0, 5, -1.5, 1e21, 2 ** 53, 1767657600000)
const anyValue: fc.Arbitrary<FieldValue> = fc.oneof({ weight: 4, arbitrary: anyText }, anyNumber, fc.boolean())
const anyLeaf = fc.oneof(
  { weight: 5, arbitrary: anyValue },
  fc.array(fc.oneof(anyValue, fc.constant(null)), { maxLength: 3 }),
  fc.constant(null),
  fc.constant(0).map(() => ({})),
  fc.constant(0).map(() => [{ name: 'inside' }]),
)

/** A document with these fields, each nested or under its dotted name. */
const anyFields = fc
  .array(fc.tuple(fc.constantFrom(...FIELDS), anyLeaf, fc.boolean()), { maxLength: 6 })
  .map((fields) => {
    const event: Record<string, unknown> = {}
    for (const [field, value, dotted] of fields) put(event, dotted ? [field] : field.split('.'), value)
    return event
  })

function put(node: Record<string, unknown>, [name, ...rest]: readonly string[], value: unknown): void {
  const own = Object.hasOwn(node, name!) ? node[name!] : undefined
  const inner = typeof own === 'object' && own !== null && !Array.isArray(own) ? own : {}
  if (rest.length > 0) put(inner as Record<string, unknown>, rest, value)
  Object.defineProperty(node, name!, {
    value: rest.length > 0 ? inner : value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

const anyIdentity = fc.oneof(
  fc.constant({}),
  fc.integer({ min: 0, max: 15 }).map((id) => ({ event: { id: `${id}` } })),
  fc
    .record({ serial: fc.integer({ min: 0, max: 9 }), revision: fc.option(fc.integer({ min: 1, max: 4 })) })
    .map(({ serial, revision }) => ({
      event: { module: 'auditd', sequence: serial },
      ...(revision && { [REVISION]: revision }),
    })),
)

/** Times are told in minutes after the start: over three days, some much earlier, some none. */
const anyMinute = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 3 * 24 * 4 }).map((n) => n * 15) },
  fc.integer({ min: -60 * 24 * 40, max: 0 }),
  fc.constant(undefined),
)
const anyEvent = fc.record({ fields: anyFields, identity: anyIdentity, minute: anyMinute, aside: fc.boolean() }).map(
  ({ fields, identity, minute, aside }): EcsEvent => ({
    ...fields,
    ...('event' in identity && { event: { ...(fields.event as object), ...identity.event } }),
    ...(REVISION in identity && { [REVISION]: identity[REVISION] }),
    ...(minute !== undefined && { '@timestamp': isoTime(START + minute * MINUTE) }),
    ...(minute !== undefined && aside && minute > 60 * 60 && { 'oddsock.set_aside_at': isoTime(START + 60 * MINUTE) }),
  }),
)

const bound = fc.oneof(fc.constantFrom(0, 5, 100), anyText)
const leafQuery: fc.Arbitrary<Query> = fc.constantFrom(...FIELDS).chain((field) =>
  fc.oneof<fc.Arbitrary<Query>[]>(
    fc.constant({ kind: 'exists', field }),
    fc.array(anyValue, { maxLength: 3 }).map((values) => ({ kind: 'equals', field, values })),
    fc
      .array(anyValue, { maxLength: 3 })
      .map((values) => ({ kind: 'equals', field, values, ignoreCase: true as const })),
    anyValue.map((text) => ({ kind: 'match', field, text })),
    anyValue.map((text) => ({ kind: 'phrase', field, text })),
    fc.constantFrom('*', 'n*', '?', '\\*', '__*').map((pattern) => ({ kind: 'wildcard', field, pattern })),
    anyText.map((prefix) => ({ kind: 'prefix', field, prefix })),
    bound.map((gte) => ({ kind: 'range', field, gte })),
    bound.map((lt) => ({ kind: 'range', field, lt })),
  ),
)
const anyQuery: fc.Arbitrary<Query> = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leafQuery,
    fc.constant<Query>({ kind: 'all' }),
    fc.constant<Query>({ kind: 'none' }),
    tie('query').map((of): Query => ({ kind: 'not', of })),
    fc.array(tie('query'), { maxLength: 3 }).map((of): Query => ({ kind: 'and', of })),
    fc
      .tuple(fc.array(tie('query'), { maxLength: 3 }), fc.integer({ min: 0, max: 3 }))
      .map(([of, atLeast]): Query => ({ kind: 'or', of, atLeast })),
  ),
})).query

const JOB = {
  job_id: 'random',
  analysis_config: { bucket_span: '15m', detectors: [{ function: 'rare', by_field_name: 'process.name' }] },
}
const anyFeed: fc.Arbitrary<Datafeed> = fc
  .tuple(
    anyQuery,
    fc.subarray(['destination.port', 'process.args', 'process.working_directory', '__proto__']),
    fc.constantFrom(15, 60, 7),
  )
  .map(([query, extraFields, minutes]) => ({
    ...compileDatafeed(JOB, {}, { profile: 'elastic-exact', extraFields }),
    query,
    bucketSpan: minutes * MINUTE,
  }))

type Step =
  | { readonly do: 'append'; readonly events: readonly EcsEvent[] }
  | { readonly do: 'tend'; readonly hour: number }
  | { readonly do: 'reopen'; readonly withArgs: boolean }
  | { readonly do: 'ask'; readonly query: Query; readonly feed: Datafeed; readonly at: number }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(anyEvent, { minLength: 1, maxLength: 12 }).map((events): Step => ({ do: 'append', events })),
  },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 24 * 9 }).map((hour): Step => ({ do: 'tend', hour })) },
  { weight: 1, arbitrary: fc.boolean().map((withArgs): Step => ({ do: 'reopen', withArgs })) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      query: anyQuery,
      feed: anyFeed,
      at: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
)

async function run(steps: readonly Step[], most: number, dir: string): Promise<void> {
  const open = (withArgs: boolean) =>
    openDuckStore(dir, {
      threads: 1,
      sealing: { fewest: 1, most },
      fields: withArgs ? fieldsOfFeed(compileDatafeed(JOB, {}, { extraFields: ['process.args'] })) : [],
    })
  const memory = new MemoryEvents()
  let store: DuckStore = await open(false)
  let clock = START
  let taken = 0
  try {
    for (const step of steps)
      if (step.do === 'append') {
        // As JSON has it: memory keeps the objects themselves.
        const events: EcsEvent[] = JSON.parse(JSON.stringify(step.events)).map((event: EcsEvent) => {
          clock += 7 * MINUTE
          return taken++ % 3 === 0 ? event : { ...event, [CLOCK]: isoTime(clock) }
        })
        assert.equal(await store.events.append(events), await memory.append(events))
      } else if (step.do === 'tend') await store.tend(START + step.hour * HOUR)
      else if (step.do === 'reopen') {
        await store.close()
        store = await open(step.withArgs)
      } else await sameAnswers(store.events, memory, step)
  } finally {
    await store.close()
  }
}

async function sameAnswers(
  store: EventStore,
  memory: EventStore,
  { query, feed, at }: Step & { do: 'ask' },
): Promise<void> {
  const last = await memory.last()
  assert.deepEqual(await store.last(), last)
  const end = last?.seq ?? 0
  const upTo: Seq = Math.round(at * (end + 2))
  for (const limit of [1, 3, 1000]) {
    const range = { after: Math.min(upTo, end), limit }
    assert.deepEqual(await store.scan(query, range), await memory.scan(query, range))
    for (const within of [
      { from: START + 100 * MINUTE, to: START + DAY + 100 * MINUTE },
      { from: Number.NEGATIVE_INFINITY, to: START },
    ])
      assert.deepEqual(await store.scan(query, { ...range, within }), await memory.scan(query, { ...range, within }))
  }
  const all = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
  const some = { from: START + 100 * MINUTE, to: START + DAY + 100 * MINUTE }
  for (const range of [all, some])
    for (const after of [0, Math.floor(upTo / 2)]) {
      const [ours, theirs] = [
        await store.counts(feed, range, upTo, after),
        await memory.counts(feed, range, upTo, after),
      ]
      assert.deepEqual(new Map([...ours].sort()), new Map([...theirs].sort()))
    }
  const buckets = [...(await memory.counts(feed, all, end)).keys()]
  for (const start of [...buckets.slice(0, 3), ...buckets.slice(-3), START - DAY]) {
    const bucket = { start, end: start + feed.bucketSpan }
    const [ours, theirs] = [
      await collect(store.observe(feed, bucket, upTo)),
      await collect(memory.observe(feed, bucket, upTo)),
    ]
    assert.deepEqual(ours.map(withoutPlaces), theirs.map(withoutPlaces))
    for (const [i, row] of ours.entries())
      assert.deepEqual(await store.read(row.events), await memory.read(theirs[i]!.events))
  }
  for (const hours of [0, 1, 5, 1000])
    assert.deepEqual(await store.reached(START + hours * HOUR, upTo), await memory.reached(START + hours * HOUR, upTo))
}

function withoutPlaces({ events: _, ...row }: Observation) {
  return row
}

async function collect<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

test('embedded answers as memory does, whatever comes, is asked, sealed and opened again', () => {
  let runs = 0
  return fc.assert(
    fc.asyncProperty(
      fc.array(anyStep, { minLength: 4, maxLength: 14 }),
      fc.constantFrom(2, 5, 1000),
      async (steps, most) => {
        const dir = join(folder, `${runs++}`)
        await run(steps, most, dir)
        rmSync(dir, { recursive: true })
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 40) },
  )
})
