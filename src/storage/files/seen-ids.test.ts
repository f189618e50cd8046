import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SeenIds } from './seen-ids.ts'

/** Keys as they are: 53 bits, and many that differ only in their upper half. */
const key = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(20).map((n) => n * 2 ** 32),
  fc.nat(20),
)

test('a key is new once, whatever its bits', () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 3000 }), (keys) => {
      const seen = new SeenIds()
      const known = new Set<number>()
      for (const id of keys) {
        assert.equal(seen.add(id), !known.has(id))
        known.add(id)
      }
      assert.equal(seen.forgotten, 0)
    }),
    { numRuns: 30 },
  )
})

test('0 and the largest key are keys like any other', () => {
  const seen = new SeenIds()
  for (const id of [0, Number.MAX_SAFE_INTEGER]) assert.deepEqual([seen.add(id), seen.add(id)], [true, false])
})

test('tables grow without losing a key', () => {
  const seen = new SeenIds()
  for (let id = 0; id < 20_000; id++) assert.equal(seen.add(id * 1_000_003), true)
  for (let id = 0; id < 20_000; id++) assert.equal(seen.add(id * 1_000_003), false)
})

test('a key is known for one window at least and two at most', () => {
  const seen = new SeenIds()
  seen.add(1)
  seen.age()
  assert.equal(seen.add(1), false)
  seen.age()
  assert.equal(seen.add(1), true)
  assert.equal(seen.forgotten, 0, 'ageing is no want of room')
})

test('beyond the limit the oldest keys are forgotten, and it is said how many', () => {
  const seen = new SeenIds(10)
  for (let id = 0; id < 5; id++) seen.add(id)
  assert.equal(seen.forgotten, 0)
  for (let id = 5; id < 10; id++) seen.add(id)
  assert.equal(seen.forgotten, 5)
  assert.deepEqual([seen.add(9), seen.add(5), seen.add(4)], [false, false, true])
})
