import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EARLIEST, isoTime, LATEST } from './time.ts'

test('a time is written as ECMAScript writes it, whatever was written before', () => {
  const times = fc.oneof(fc.double({ min: EARLIEST - 1e9, max: LATEST + 1e9, noNaN: true }), fc.maxSafeInteger())
  const inRange = times.filter((time) => Math.abs(time) <= 8.64e15)
  const edges = [0, -0, -1, -0.5, 0.5, -86_400_000, -86_400_001, EARLIEST, EARLIEST - 1, LATEST, LATEST + 1, 8.64e15]
  for (const time of edges) assert.equal(isoTime(time), new Date(time).toISOString())
  fc.assert(fc.property(inRange, (time) => assert.equal(isoTime(time), new Date(time).toISOString())))
})

test('what is no time is refused, also right after a time of the last day', () => {
  isoTime(8.64e15)
  for (const time of [Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 1, -8.64e15 - 1])
    assert.throws(() => isoTime(time), RangeError)
})
