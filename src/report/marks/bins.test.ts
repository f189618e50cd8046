import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY, HOUR, MINUTE } from '../../domain/time.ts'
import { binOf, binsFor, highestByCell, merged } from './bins.ts'

const QUARTER = 15 * MINUTE

const CASES = [
  { range: 0, most: 100, length: QUARTER, count: 1, why: 'a single moment is one bucket' },
  { range: 25 * HOUR - 1, most: 100, length: QUARTER, count: 100, why: 'a hundred quarter hours just fit' },
  { range: 25 * HOUR, most: 100, length: 30 * MINUTE, count: 51, why: 'one more does not: half hours' },
  { range: 14 * DAY - 1, most: 130, length: 3 * HOUR, count: 112, why: '14 × 8 cells; 168 of two hours are too many' },
  { range: 365 * DAY - 1, most: 334, length: 2 * DAY, count: 183, why: '182.5 pairs of days, the last one cut' },
  {
    range: 700 * 365 * DAY,
    most: 400,
    length: 896 * DAY,
    count: 286,
    why: 'beyond the table, seven days doubled: 255,500 / 896 = 285.2',
  },
]

test('cells are the shortest of which enough fit, in steps that people know', () => {
  for (const { range, most, length, count, why } of CASES) {
    const bins = binsFor({ from: 0, to: range, bucketSpan: QUARTER }, most)
    assert.deepEqual(bins, { from: 0, to: count * length, length, count }, why)
  }
})

test('cells stand on multiples of their length, before 1970 too', () => {
  const bins = binsFor({ from: -20 * MINUTE, to: 20 * MINUTE, bucketSpan: QUARTER }, 100)
  assert.deepEqual(bins, { from: -30 * MINUTE, to: 30 * MINUTE, length: QUARTER, count: 4 })
  assert.equal(binOf(bins, -1), 1)
  assert.equal(binOf(bins, 0), 2)
  assert.equal(binOf(bins, 30 * MINUTE), undefined)
  assert.equal(binOf(bins, -30 * MINUTE - 1), undefined)
})

const HOURS = binsFor({ from: 0, to: DAY - 1, bucketSpan: HOUR }, 100)

test('a cell shows its highest score, the first of equals', () => {
  const items = [
    { time: 5, score: 10, what: 'a' },
    { time: 1, score: 90, what: 'b' },
    { time: 9, score: 90, what: 'c' },
    { time: 3 * HOUR, score: 1, what: 'd' },
    { time: 2 * DAY, score: 99, what: 'outside' },
  ]
  const shown = [...highestByCell(items, HOURS)].map(([cell, { what }]) => [cell, what])
  assert.deepEqual(shown, [
    [0, 'b'],
    [3, 'd'],
  ])
})

test('blind stretches are clipped, put in order and joined where less than a cell lies between', () => {
  const stretches = [
    { from: 10 * HOUR, to: 12 * HOUR },
    { from: -DAY, to: HOUR },
    { from: 1.5 * HOUR, to: 3 * HOUR },
    { from: 2 * HOUR, to: 2.5 * HOUR },
    { from: 23 * HOUR, to: 3 * DAY },
    { from: 5 * DAY, to: 6 * DAY },
    { from: 7 * HOUR, to: 7 * HOUR },
  ]
  assert.deepEqual(merged(stretches, HOURS), [
    { from: 0, to: 3 * HOUR },
    { from: 10 * HOUR, to: 12 * HOUR },
    { from: 23 * HOUR, to: DAY },
  ])
})
