import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { Observation } from '../domain/observation.ts'
import { RowFinder } from './rows-of-record.ts'

const FIELDS = ['host.name', 'process.name', 'user.name']

/** Each row is told by its place in the list: `host process user`, a dash for nothing. */
const ROWS: readonly Observation[] = [
  ['web', 'curl', 'root'],
  ['web', 'curl', 'www'],
  ['web', 'curl', null],
  ['db', 'curl', 'root'],
  ['web', null, 'root'],
  ['db', '__proto__', 'root'],
].map((values, i) => ({ values, count: 1, first: i, last: i, events: [] }))

const record = (split: Partial<AnomalyRecord>): AnomalyRecord => split as AnomalyRecord
const byProcess = (name: string) => ({ by_field_name: 'process.name', by_field_value: name })
const ofAccount = (user: string) => ({ oddsock: { user } as NonNullable<AnomalyRecord['oddsock']> })

const cases: readonly [why: string, split: Partial<AnomalyRecord>, rows: readonly number[]][] = [
  ['a job without a split is about all rows', {}, [0, 1, 2, 3, 4, 5]],
  ['by a field', byProcess('curl'), [0, 1, 2, 3]],
  ['a missing value is the empty one', byProcess(''), [4]],
  ['a name that every object has', byProcess('__proto__'), [5]],
  ['a value that no row has', byProcess('nc'), []],
  ['within a partition', { ...byProcess('curl'), partition_field_name: 'host.name', partition_field_value: 'db' }, [3]],
  ['over a field', { ...byProcess('curl'), over_field_name: 'user.name', over_field_value: 'www' }, [1]],
  ['over a missing value', { ...byProcess('curl'), over_field_name: 'user.name', over_field_value: '' }, [2]],
  ['an account takes rows that name none', { ...byProcess('curl'), ...ofAccount('www') }, [1, 2]],
  [
    'where no row names the account, all are shown rather than none',
    { ...byProcess('curl'), partition_field_name: 'host.name', partition_field_value: 'db', ...ofAccount('www') },
    [3],
  ],
]

for (const [why, split, expected] of cases)
  test(`rows of a record: ${why}`, () => {
    const found = new RowFinder(ROWS, FIELDS).rowsOf(record(split))
    assert.deepEqual(
      found.map(({ first }) => first),
      expected,
    )
  })

/** The connections of one program as raw logs tell them: numbers, seldom names, and now and then neither. */
const NUMBERED: readonly Observation[] = [
  [null, '33'],
  [null, '1001'],
  ['33', '33'],
  [null, '0'],
  ['www', '33'],
  [null, null],
].map((values, i) => ({ values: ['web', 'curl', ...values], count: 1, first: i, last: i, events: [] }))

const accounts: readonly [account: string, rows: readonly number[], why: string][] = [
  ['uid:33', [0, 2, 5], 'a number is the user, under a name that is the number too'],
  ['uid:1001', [1, 5], 'the numbers of others are others'],
  ['root', [3, 5], 'nobody but root has the number 0'],
  ['www', [4, 5], 'a row with a name is of that name, whatever its number'],
  ['<uid>', [0, 1, 2, 5], 'where users have names, all numbers but 0 are one'],
]

for (const [account, expected, why] of accounts)
  test(`rows of a record about ${account}: ${why}`, () => {
    const finder = new RowFinder(NUMBERED, [...FIELDS, 'user.id'])
    const found = finder.rowsOf(record({ ...byProcess('curl'), ...ofAccount(account) }))
    assert.deepEqual(
      found.map(({ first }) => first),
      expected,
    )
  })

test('a finder is asked again and again, by one field and by another', () => {
  const finder = new RowFinder(ROWS, FIELDS)
  const count = (split: Partial<AnomalyRecord>) => finder.rowsOf(record(split)).length
  assert.equal(count(byProcess('curl')), 4)
  assert.equal(count({ by_field_name: 'host.name', by_field_value: 'web' }), 4)
  assert.equal(count(byProcess('curl')), 4)
})
