import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Observation } from '../domain/observation.ts'
import { OpenRows } from './open-rows.ts'

const row = (value: string | null, first: number, count = 1): Observation => ({
  values: [value],
  count,
  first,
  last: first,
  events: [{ input: 0, from: first, to: first + 1 }],
})

test('rows of an open bucket are gathered in order, and what is new since the last trial is told apart', () => {
  const open = new OpenRows({ start: 0, end: 900 })
  open.add([row('curl', 20), row(null, 10)])
  assert.deepEqual(open.news, [row('curl', 20), row(null, 10)])
  open.tried()
  open.add([row('curl', 30, 2), row('__proto__', 5)])
  assert.deepEqual(open.news, [row('__proto__', 5)])
  assert.deepEqual(
    open.rows.map(({ values, count, first, last }) => [values[0], count, first, last]),
    [
      ['__proto__', 1, 5, 5],
      [null, 1, 10, 10],
      ['curl', 3, 20, 30],
    ],
  )
  open.tried()
  open.add([row('curl', 40)])
  assert.deepEqual(open.news, [])
  assert.equal(open.rows.at(-1)?.count, 4)
})

test('a row that a store gives whole again does not count twice', () => {
  const open = new OpenRows({ start: 0, end: 900 })
  open.add([row('curl', 20)])
  open.add([row('curl', 20, 5)])
  assert.equal(open.rows[0]?.count, 5)
})
