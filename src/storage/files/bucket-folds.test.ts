import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BucketFolds } from './bucket-folds.ts'

const row = (name: string) => ({ key: name, values: [name] })
const EVER = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const

test('a bucket gives its rows once, and goes on counting', () => {
  const folds = new BucketFolds(10)
  folds.add(row('a'), 3, 3, 0, 0, 1)
  folds.add(row('a'), 1, 1, 0, 1, 2)
  folds.add(row('b'), 10, 10, 0, 2, 3)
  assert.deepEqual(folds.take(0), [
    {
      values: ['a'],
      count: 2,
      first: 1,
      last: 3,
      events: [
        { input: 0, from: 0, to: 1 },
        { input: 0, from: 1, to: 2 },
      ],
    },
  ])
  assert.deepEqual(folds.take(0), [])
  folds.add(row('a'), 5, 5, 0, 3, 4)
  assert.deepEqual(
    folds.counts(...EVER),
    new Map([
      [0, 3],
      [10, 1],
    ]),
  )
  assert.deepEqual(folds.take(0), [
    { values: ['a'], count: 1, first: 5, last: 5, events: [{ input: 0, from: 3, to: 4 }] },
  ])
  assert.equal(folds.counts(...EVER).get(0), 3)
})

test('an event set aside counts in the bucket of the clock, with its own time in the row', () => {
  const folds = new BucketFolds(10)
  folds.add(row('a'), 12, 9999, 0, 0, 1)
  assert.deepEqual(folds.counts(...EVER), new Map([[10, 1]]))
  assert.deepEqual(
    folds.take(10).map(({ first, last }) => [first, last]),
    [[9999, 9999]],
  )
})

test('times before 1970 lie in buckets too', () => {
  const folds = new BucketFolds(10)
  folds.add(row('a'), -1, -1, 0, 0, 1)
  assert.deepEqual(folds.counts(...EVER), new Map([[-10, 1]]))
})

test('what waits is what was not observed yet', () => {
  const folds = new BucketFolds(10)
  for (const time of [0, 1, 10]) folds.add(row('a'), time, time, 0, time, time + 1)
  folds.take(0)
  folds.add(row('b'), 2, 2, 0, 2, 3)
  assert.deepEqual(
    folds.waiting(...EVER),
    new Map([
      [10, 1],
      [0, 1],
    ]),
  )
  assert.deepEqual(folds.waiting(0, 10), new Map([[0, 1]]))
})

test('what is over is forgotten, and events that nobody observed are told', () => {
  const folds = new BucketFolds(10)
  for (const time of [20, 0, 10]) folds.add(row('a'), time, time, 0, time, time + 1)
  for (const start of [20, 0]) folds.take(start)
  assert.equal(folds.forget(20), 1)
  assert.deepEqual(folds.counts(...EVER), new Map([[20, 1]]))
  assert.equal(folds.forget(20), 0)
})
