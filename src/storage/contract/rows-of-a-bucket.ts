import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Observation } from '../../domain/observation.ts'
import { MINUTE } from '../../domain/time.ts'
import {
  bucketAt,
  collect,
  countsOf,
  EVERYTHING,
  eventOf,
  FEED,
  idOf,
  nameOf,
  type OpenEvents,
  rowsAt,
  START,
  withHistory,
} from './history.ts'

/** What a job sees of a bucket: one row for each distinct combination of its fields, and how many events each bucket has. */
export function givesRowsOfABucket(name: string, open: OpenEvents): void {
  test(`${name} gives one row for each combination, and the events behind it`, () =>
    withHistory(
      open,
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

  test(`${name} observes any span of time, where it observes again`, () =>
    withHistory(
      open,
      [
        [
          { id: '1', minute: 4.999, host: 'a', name: 'before' },
          { id: '2', minute: 5, host: 'a', name: 'first' },
          { id: '3', minute: 15, host: 'a', name: 'next' },
          { id: '4', minute: 19.999, host: 'a', name: 'last' },
          { id: '5', minute: 20, host: 'a', name: 'after' },
        ],
      ],
      async ({ reader }, [upTo]) => {
        if (!reader.capabilities.observesAgain) return
        const span = { start: START + 5 * MINUTE, end: START + 20 * MINUTE }
        assert.deepEqual((await collect(reader.observe(FEED, span, upTo!))).map(nameOf), ['first', 'next', 'last'])
      },
    ))

  test(`${name} admits what the query of the datafeed admits, and keeps buckets apart by their edges`, () =>
    withHistory(
      open,
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
    withHistory(
      open,
      [[0, 15, 16, 30, 45].map((minute) => ({ id: `${minute}`, minute, host: 'a' }))],
      async (opened, [upTo]) => {
        const range = { from: bucketAt(1).start, to: bucketAt(3).start }
        assert.deepEqual(await opened.reader.counts(FEED, range, upTo!), countsOf([1, 2], [2, 1]))
      },
    ))

  test(`${name} takes a missing value for a value, and an empty one for another`, () =>
    withHistory(
      open,
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
    withHistory(open, [[{ id: '1', minute: 1, host: 'a', name: ['sh', 'bash'] }]], async (opened, [upTo]) => {
      assert.deepEqual((await rowsAt(opened, 0, upTo!)).map(nameOf), ['sh,bash'])
    }))

  test(`${name} is not misled by names that programs have for themselves`, () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '\u0000', '"', ',', '😀']
    const sights = names.map((name, i) => ({ id: `${i}`, minute: 1 + i, host: '__proto__', name, user: name }))
    return withHistory(open, [sights], async (opened, [upTo]) => {
      const rows = await rowsAt(opened, 0, upTo!)
      assert.deepEqual(rows.map(nameOf), names)
      const events = await opened.reader.read(rows.flatMap((row) => row.events))
      assert.deepEqual(events, sights.map(eventOf))
    })
  })
}

function plainRow(row: Observation) {
  const { count, first, last } = row
  const host = row.values[FEED.fields.indexOf('host.name')]
  return { host, name: nameOf(row), count, first: (first - START) / MINUTE, last: (last - START) / MINUTE }
}
