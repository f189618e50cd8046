import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { QDigest } from './q-digest.ts'

test('few numbers are merged into wide intervals', () => {
  // Rare specification §9.1-Q.
  const digest = new QDigest(2)
  for (const value of [0, 0, 5, 0]) digest.add(value)
  assert.deepEqual(digest.summary(), [
    { value: 0, through: 3 },
    { value: 7, through: 4 },
  ])
})

test('ageing scales every count and rounds it', () => {
  // Rare specification §9.1-Q: values 0 to 7 with these counts, k = 10.
  const digest = new QDigest(10)
  for (const [value, count] of [20, 20, 10, 10, 10, 10, 10, 10].entries()) digest.add(value, count)
  digest.age(0.9)
  const through = digest.summary().map((entry) => entry.through)
  assert.deepEqual(
    through.map((sum, i) => sum - (through[i - 1] ?? 0)),
    [18, 18, 9, 9, 9, 9, 9, 9],
  )
})

test('a count of one is never aged away', () => {
  const digest = new QDigest(201)
  digest.add(3)
  for (let i = 0; i < 1000; i++) digest.age(0.9)
  assert.equal(digest.n, 1)
})

const numbers = fc.array(fc.nat({ max: 5000 }), { minLength: 1, maxLength: 600 })

test('the bounds of the distribution hold the truth', () => {
  fc.assert(
    fc.property(numbers, fc.nat({ max: 6000 }), fc.integer({ min: 2, max: 60 }), (values, x, k) => {
      const digest = new QDigest(k)
      for (const value of values) digest.add(value)
      const share = values.filter((value) => value <= x).length / values.length
      const { low, up } = digest.cdf(x)
      assert.ok(low <= share + 1e-12 && share <= up + 1e-12)
      assert.equal(digest.n, values.length)
    }),
  )
})

test('a digest keeps the promised room and survives its snapshot', () => {
  fc.assert(
    fc.property(numbers, numbers, (before, after) => {
      const k = 10
      const digest = new QDigest(k)
      for (const value of before) digest.add(value)
      const restored = QDigest.load(k, JSON.parse(JSON.stringify(digest.save())))
      for (const value of after) {
        digest.add(value)
        restored.add(value)
      }
      assert.deepEqual(restored.save(), digest.save())
      // Three nodes of a family hold at least floor(n/k) together, 13 levels deep; below n = k nothing is merged.
      assert.ok(digest.save().nodes.length <= Math.max(3 * k * 2, k))
    }),
  )
})
