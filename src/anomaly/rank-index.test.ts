import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RankIndex } from './rank-index.ts'

const key = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.double({ min: 1e-3, max: 1e12, noNaN: true }))

test('an index answers as a sorted list does', () => {
  fc.assert(
    fc.property(
      fc.array(key, { maxLength: 80 }),
      fc.array(fc.nat(), { maxLength: 60 }),
      key,
      (added, removed, limit) => {
        const index = new RankIndex()
        const list = [...added]
        for (const value of added) index.add(value)
        for (const place of removed) if (list.length > 0) index.remove(list.splice(place % list.length, 1)[0]!)
        list.sort((a, b) => a - b)
        assert.equal(index.count, list.length)
        assert.deepEqual(
          list.map((_, place) => index.at(place)),
          list,
        )
        assert.equal(
          index.below(limit),
          list.findLast((value) => value < limit),
        )
        assert.equal(
          index.from(limit),
          list.find((value) => value >= limit),
        )
        const sum = list.filter((value) => value <= limit).reduce((total, value) => total + value, 0)
        assert.ok(Math.abs(index.sumThrough(limit) - sum) <= 1e-12 * sum)
      },
    ),
  )
})

test('sums are the same to the last bit, whatever the order of arrival', () => {
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 120 }), fc.array(key, { maxLength: 40 }), (kept, passing) => {
      const straight = new RankIndex()
      for (const value of [...kept].sort((a, b) => a - b)) straight.add(value)
      const crooked = new RankIndex()
      for (const value of [...passing, ...kept].reverse()) crooked.add(value)
      for (const value of passing) crooked.remove(value)
      assert.equal(crooked.sum, straight.sum)
      for (const value of kept) assert.equal(crooked.sumThrough(value), straight.sumThrough(value))
    }),
  )
})

test('asking beyond the last, or taking out what is not there, is an error', () => {
  const index = new RankIndex()
  index.add(2)
  assert.throws(() => index.at(1), RangeError)
  assert.throws(() => index.remove(3), RangeError)
})
