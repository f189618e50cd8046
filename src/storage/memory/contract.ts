import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Alert } from '../../domain/alert.ts'
import type { AnomalyRecord } from '../../domain/anomaly-record.ts'
import { isoTime, MINUTE, type Seq } from '../../domain/time.ts'
import { ALL, type Bounds, type Query } from '../../query/ast.ts'
import type { AlertStore, Notice } from '../alert-store.ts'
import type { StateStore } from '../state-store.ts'
import type { ResultStore } from '../storage.ts'
import { openMemory } from './open-memory.ts'

/**
 * Memory is the reference: whatever is done to another engine, closing and opening it in between included, it answers as memory does.
 * Places in a journal may differ, so steps name them by what stands there.
 */

/** A store, and a way to close it and open it again with what it holds. */
export interface Reopening<T> {
  readonly store: T
  reopen(): Promise<T>
  close(): Promise<void>
}

/** One thing that is done to a store. What it answers is compared. */
type Step<T> = (store: T) => Promise<unknown>

/** How it is shown when a sequence of steps fails. */
const named = <T>(name: string, step: Step<T>): Step<T> =>
  Object.assign(step, { [fc.toStringMethod]: () => name, toString: () => name })

async function sameAnswers<T>(opened: Reopening<T>, reference: T, steps: readonly (Step<T> | 'reopen')[]) {
  let { store } = opened
  try {
    for (const step of steps)
      if (step === 'reopen') store = await opened.reopen()
      else assert.deepEqual(await step(store), await step(reference))
  } finally {
    await opened.close()
  }
}

const steps = <T>(step: fc.Arbitrary<Step<T>>) =>
  fc.array(fc.oneof({ weight: 15, arbitrary: step }, { weight: 1, arbitrary: fc.constant('reopen' as const) }), {
    size: '+1',
  })

/** Texts that SQL, JSON and byte orders are known to get wrong. */
const anyName = fc.constantFrom('a', 'b', '', '__proto__', '\0', 'a\0', '😀', '\ud83d', '\ude00', '\uffff', "'", '%')

const START = Date.UTC(2026, 0, 6)
export const anyTime = fc.oneof(
  fc.integer({ min: 0, max: 5 }).map((minute) => isoTime(START + minute * MINUTE)),
  fc.constantFrom(
    '2026-01-06T00:01:00Z',
    '2026-01-06T02:02+02:00',
    '2026-01-06T00:01:00.0009Z',
    '1767657660000',
    'never',
  ),
  anyName,
)
export const anyStatus = fc.constantFrom('open', 'acknowledged', 'closed', 'OPEN', 'open\0')

export const anyBounds: fc.Arbitrary<Bounds> = fc.record(
  Object.fromEntries(['gt', 'gte', 'lt', 'lte'].map((bound) => [bound, fc.oneof(anyTime, fc.constant(START))])),
  { requiredKeys: [] },
)

/** Any filter over alerts, with values that occur in them. */
export const { query: anyQuery } = fc.letrec<{ query: Query }>((tie) => {
  const field = fc.constantFrom('@timestamp', 'kibana.alert.workflow_status', 'kibana.alert.uuid', 'process.name')
  const value = fc.oneof(anyTime, anyStatus, anyName)
  const several = fc.array(tie('query'), { maxLength: 3 })
  const ignoreCase = fc.constantFrom({}, { ignoreCase: true as const })
  return {
    query: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constant(ALL),
      fc
        .tuple(field, fc.array(value, { maxLength: 2 }), ignoreCase)
        .map(([field, values, more]): Query => ({ kind: 'equals', field, values, ...more })),
      fc
        .tuple(field, value, fc.constantFrom('match' as const, 'phrase' as const))
        .map(([field, text, kind]): Query => ({ kind, field, text })),
      fc.tuple(field, anyBounds).map(([field, bounds]): Query => ({ kind: 'range', field, ...bounds })),
      fc.tuple(field, value).map(([field, prefix]): Query => ({ kind: 'prefix', field, prefix })),
      field.map((field): Query => ({ kind: 'exists', field })),
      several.map((of): Query => ({ kind: 'and', of })),
      fc.tuple(several, fc.integer({ min: 0, max: 2 })).map(([of, atLeast]): Query => ({ kind: 'or', of, atLeast })),
      tie('query').map((of): Query => ({ kind: 'not', of })),
    ),
  }
})

export const anyAlert: fc.Arbitrary<Alert> = fc
  .record({ id: anyName, time: anyTime, status: anyStatus, name: anyName, nested: fc.boolean(), long: fc.boolean() })
  .map(({ id, time, status, name, nested, long }) => ({
    '@timestamp': time,
    'kibana.alert.uuid': id,
    'kibana.alert.workflow_status': status as Alert['kibana.alert.workflow_status'],
    process: { name, ...(long && { args: Array.from({ length: 3000 }, (_, i) => `${name}${i}`) }) },
    ...(nested && { kibana: { alert: { workflow_status: 'closed' } } }),
  }))

const anyNotice: fc.Arbitrary<Notice> = fc.record({
  id: anyName,
  alert_id: anyName,
  reason: fc.constantFrom('created', 'confirmed', 'withdrawn', 'worse'),
})

/** The place of the `nth` notice that waits; 0 before the first. */
async function placeOf(store: AlertStore, nth: number): Promise<Seq> {
  const { items } = await store.notices({ after: 0, limit: 999 })
  return items[Math.min(nth, items.length) - 1]?.seq ?? 0
}

const show = (value: unknown) => JSON.stringify(value)

const alertStep: fc.Arbitrary<Step<AlertStore>> = fc.oneof(
  fc
    .tuple(anyAlert, fc.option(anyNotice, { nil: undefined }))
    .map(([alert, notice]) =>
      named<AlertStore>(`create ${show([alert, notice])}`, (store) => store.create(alert, notice)),
    ),
  fc
    .tuple(anyAlert, fc.integer({ min: 1, max: 3 }), fc.option(anyNotice, { nil: undefined }))
    .map(([alert, version, notice]) =>
      named<AlertStore>(`update ${show([alert, version, notice])}`, (store) => store.update(alert, version, notice)),
    ),
  anyName.map((id) => named<AlertStore>(`get ${show(id)}`, (store) => store.get(id))),
  fc
    .tuple(anyQuery, fc.integer({ min: 0, max: 9 }))
    .map(([query, limit]) =>
      named<AlertStore>(`search ${show([query, limit])}`, (store) => store.search(query, limit)),
    ),
  fc.tuple(fc.nat({ max: 5 }), fc.integer({ min: 1, max: 4 })).map(([nth, limit]) =>
    named<AlertStore>(`${limit} notices after the ${nth}th`, async (store) => {
      const { items } = await store.notices({ after: await placeOf(store, nth), limit })
      return items.map(({ doc }) => doc)
    }),
  ),
  fc
    .nat({ max: 3 })
    .map((nth) =>
      named<AlertStore>(`forget the first ${nth} notices`, async (store) =>
        store.forgetNotices(await placeOf(store, nth)),
      ),
    ),
)

export function alertsAsInMemory(name: string, open: () => Promise<Reopening<AlertStore>>): void {
  test(`${name} answers whatever is done to alerts as memory does`, () =>
    fc.assert(
      fc.asyncProperty(steps(alertStep), async (steps) => sameAnswers(await open(), openMemory().alerts, steps)),
      { numRuns: 60 },
    ))
}

const anyValue = fc.oneof(
  fc.jsonValue(),
  fc.tuple(anyName, fc.nat({ max: 5000 })).map(([name, times]) => ({ [name]: name.repeat(times) })),
)

const stateStep: fc.Arbitrary<Step<StateStore>> = fc.oneof(
  fc
    .tuple(anyName, anyValue, fc.nat({ max: 2 }))
    .map(([key, value, version]) =>
      named<StateStore>(`put ${show([key, value, version])}`, (store) => store.put(key, value, version)),
    ),
  fc
    .tuple(anyName, anyValue)
    .map(([key, value]) =>
      named<StateStore>(`overwrite ${show([key, value])}`, async (store) =>
        store.put(key, value, (await store.get(key))?.version ?? 0),
      ),
    ),
  anyName.map((key) => named<StateStore>(`get ${show(key)}`, (store) => store.get(key))),
  anyName.map((prefix) => named<StateStore>(`keys ${show(prefix)}`, (store) => store.keys(prefix))),
  fc
    .array(anyName, { maxLength: 3 })
    .map((keys) => named<StateStore>(`remove ${show(keys)}`, (store) => store.remove(keys))),
)

export function stateAsInMemory(name: string, open: () => Promise<Reopening<StateStore>>): void {
  test(`${name} answers whatever is done to state as memory does`, () =>
    fc.assert(
      fc.asyncProperty(steps(stateStep), async (steps) => sameAnswers(await open(), openMemory().state, steps)),
      { numRuns: 60 },
    ))
}

const anyJob = fc.constantFrom('a', 'b', '__proto__')

const anyRecord: fc.Arbitrary<AnomalyRecord> = fc
  .record({ job: anyJob, id: fc.constantFrom('1', '2', '3'), bucket: fc.nat({ max: 2 }), score: fc.nat({ max: 2 }) })
  .map(({ job, id, bucket, score }) => ({
    result_type: 'record',
    record_id: `${job} ${bucket} ${id}`,
    job_id: job,
    timestamp: START + bucket * 15 * MINUTE,
    bucket_span: 900,
    detector_index: 0,
    is_interim: false,
    function: 'rare',
    function_description: 'rare',
    by_field_name: 'process.name',
    by_field_value: id,
    probability: 0.01,
    actual: [1],
    typical: [1],
    multi_bucket_impact: 0,
    initial_record_score: 50,
    record_score: score,
    influencers: [],
  }))

const docsOf = async (store: ResultStore, query: Query = ALL, after: Seq = 0) => {
  const { items } = await store.scan(query, { after, limit: 999 })
  return items.map(({ doc }) => doc)
}

const resultStep: fc.Arbitrary<Step<ResultStore>> = fc.oneof(
  fc.array(anyRecord, { maxLength: 4 }).map((records) =>
    named<ResultStore>(`append ${show(records)}`, async (store) => {
      await store.append(records)
      return docsOf(store)
    }),
  ),
  fc.tuple(anyJob, fc.nat({ max: 6 })).map(([job, nth]) =>
    named<ResultStore>(`rewind ${job} to its ${nth}th result`, async (store) => {
      const { items } = await store.scan({ kind: 'equals', field: 'job_id', values: [job] }, { after: 0, limit: 999 })
      const places = [0, ...items.map(({ seq }) => seq)]
      assert.equal(await store.last(job), places.at(-1))
      await store.rewind(job, places[Math.min(nth, places.length - 1)]!)
      return docsOf(store)
    }),
  ),
  fc
    .tuple(anyJob, fc.nat({ max: 3 }))
    .map(([job, bucket]) =>
      named<ResultStore>(`newest of ${job} from bucket ${bucket} on`, (store) =>
        store.newest(job, START + bucket * 15 * MINUTE),
      ),
    ),
  fc
    .tuple(fc.constantFrom('record_score', 'job_id', 'by_field_value'), fc.constantFrom('a', '1', '2'))
    .map(([field, value]) =>
      named<ResultStore>(`scan ${field}: ${value}`, (store) =>
        docsOf(store, { kind: 'equals', field, values: [value] }),
      ),
    ),
)

export function resultsAsInMemory(name: string, open: () => Promise<Reopening<ResultStore>>): void {
  test(`${name} answers whatever is done to results as memory does`, () =>
    fc.assert(
      fc.asyncProperty(steps(resultStep), async (steps) => sameAnswers(await open(), openMemory().results, steps)),
      { numRuns: 15 },
    ))
}
