import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DAY, HOUR, MINUTE } from '../domain/time.ts'
import { Activity } from './activity.ts'

test('events are counted by the step that holds them, in whatever order they come', () => {
  const activity = new Activity(15 * MINUTE)
  for (const time of [14 * MINUTE, 15 * MINUTE, 16 * MINUTE, 0, HOUR]) activity.note(time)
  assert.deepEqual(
    activity.counts(),
    new Map([
      [0, 2],
      [15 * MINUTE, 2],
      [HOUR, 1],
    ]),
  )
})

test('years of events keep to two thousand steps, and none of the events is lost', () => {
  const activity = new Activity(15 * MINUTE)
  const hours = 3 * 365 * 24
  for (let hour = 0; hour < hours; hour++) activity.note(hour * HOUR)
  const counts = activity.counts()
  assert.ok(counts.size <= 2_000)
  // 26,280 hours in at most 2,000 steps of 15 minutes · 2ⁿ: 16 hours are the least that will do.
  assert.deepEqual([...counts.keys()].slice(0, 3), [0, 16 * HOUR, 32 * HOUR])
  assert.equal(
    [...counts.values()].reduce((sum, n) => sum + n, 0),
    hours,
  )
})

test('a step begins on a multiple of its span, and sums are kept for any times', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -DAY * 9_999, max: DAY * 9_999 }), { maxLength: 50 }), (times) => {
      const activity = new Activity(MINUTE)
      for (const time of times) activity.note(time)
      for (const start of activity.counts().keys()) assert.equal(Math.abs(start % MINUTE), 0)
      assert.equal(
        [...activity.counts().values()].reduce((sum, n) => sum + n, 0),
        times.length,
      )
    }),
  )
})
