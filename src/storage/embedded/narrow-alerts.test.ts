import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Alert } from '../../domain/alert.ts'
import type { Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import { anyAlert, anyBounds, anyQuery, anyStatus } from '../memory/contract.ts'
import { columnsOf, narrowing } from './narrow-alerts.ts'
import { Sqlite } from './sqlite.ts'

const db = await Sqlite.open(':memory:')
db.script('CREATE TABLE alerts (at INTEGER, status TEXT) STRICT')

/** Whether SQLite would let an alert through to the query. */
function letsThrough(query: Query, alert: Alert): boolean {
  const narrow = narrowing(query)
  if (!narrow) return true
  db.run('DELETE FROM alerts')
  db.run('INSERT INTO alerts VALUES (?, ?)', ...columnsOf(alert))
  return db.value<number>(`SELECT count(*) FROM alerts WHERE ${narrow.sql}`, ...narrow.values) === 1
}

const STATUS = 'kibana.alert.workflow_status'

/** Queries about the columns alone, where narrowing has most to do. */
const { query: aboutColumns } = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 2 },
    anyStatus.map((text): Query => ({ kind: 'match', field: STATUS, text })),
    anyBounds.map((bounds): Query => ({ kind: 'range', field: '@timestamp', ...bounds })),
    fc.array(tie('query'), { maxLength: 2 }).map((of): Query => ({ kind: 'and', of })),
    fc
      .tuple(fc.array(tie('query'), { maxLength: 2 }), fc.integer({ min: 0, max: 2 }))
      .map(([of, atLeast]): Query => ({ kind: 'or', of, atLeast })),
    anyQuery,
  ),
}))

test('narrowing lets through every alert for which the query holds', () =>
  fc.assert(
    fc.property(anyAlert, aboutColumns, (alert, query) => {
      fc.pre(matches(query, alert))
      assert.ok(letsThrough(query, alert), JSON.stringify(narrowing(query)))
    }),
    { numRuns: 3000 },
  ))

const day = { '@timestamp': '2026-01-06T12:00:00.000Z', 'kibana.alert.uuid': 'a', [STATUS]: 'closed' } as Alert

const CASES: readonly { readonly query: Query; readonly through: boolean; readonly why: string }[] = [
  { query: { kind: 'equals', field: STATUS, values: ['open'] }, through: false, why: 'another status' },
  { query: { kind: 'match', field: STATUS, text: 'closed' }, through: true, why: 'its status' },
  {
    query: { kind: 'range', field: '@timestamp', gte: '2026-01-07' },
    through: true,
    why: 'a bound without a time of day',
  },
  { query: { kind: 'range', field: '@timestamp', gte: '2026-01-07T00:00:00Z' }, through: false, why: 'before' },
  { query: { kind: 'range', field: '@timestamp', lt: '2026-01-06T00:00:00Z' }, through: false, why: 'after' },
  {
    query: { kind: 'range', field: '@timestamp', gt: '2026-01-06T00:00:00Z', lte: '2026-01-06T12:00:00Z' },
    through: true,
    why: 'within',
  },
  {
    query: {
      kind: 'and',
      of: [
        { kind: 'exists', field: 'process.name' },
        { kind: 'phrase', field: STATUS, text: 'open' },
      ],
    },
    through: false,
    why: 'one condition of several is enough',
  },
  {
    query: {
      kind: 'or',
      of: [
        { kind: 'match', field: STATUS, text: 'open' },
        { kind: 'match', field: STATUS, text: 'acknowledged' },
      ],
    },
    through: false,
    why: 'neither status',
  },
]

for (const { query, through, why } of CASES)
  test(`narrowing ${through ? 'lets an alert through' : 'leaves an alert unread'}: ${why}`, () =>
    assert.equal(letsThrough(query, day), through))
