import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HOUR, MINUTE } from '../domain/time.ts'
import { Normalizer } from './normalize.ts'
import { rawScore } from './score.ts'
import oracle from './testdata/oracle/normalizer.json' with { type: 'json' }

test('scores near zero are those of the published cases, all forty', () => {
  const raised = new Map(oracle.raised as [number, number][])
  for (const { z, expected } of oracle.scores) {
    const normalizer = new Normalizer(30 * MINUTE)
    for (let i = 0; i < 500; i++) normalizer.update('k', raised.get(i) ?? (i < z ? oracle.base : 0))
    const scores = [...raised.values()].map((raw) => normalizer.score('k', raw))
    // The digits given are seven.
    scores.forEach((score, i) => {
      assert.ok(Math.abs(score / expected[i]! - 1) < 3e-7, `z = ${z}, sample ${i}: ${score}, not ${expected[i]}`)
    })
  }
})

test('the percentile ceiling of the one high score grows with the number of samples', () => {
  // Rare specification §4.4, c1.
  const table: [number, number][] = [
    [1, 41.9],
    [2, 44.7],
    [5, 48],
    [10, 49.3],
    [20, 50.2],
    [50, 56.2],
    [100, 67.9],
    [199, 75.5],
    [250, 91],
    [500, 94.1],
    [1000, 96.5],
    [2000, 98.3],
    [5000, 99.3],
    [20_000, 99.8],
  ]
  for (const [n, expected] of table) {
    const normalizer = new Normalizer(HOUR)
    for (let i = 1; i < n; i++) normalizer.update('k', 0)
    normalizer.update('k', 0.5)
    const { percentile } = normalizer.ceilings('k', 0.5)
    assert.ok(Math.abs(percentile - expected) < 0.15, `n = ${n}: ${percentile}, not ${expected}`)
  }
})

test('the absolute ceiling follows the probability', () => {
  // Rare specification §4.4, c3.
  const table: [number, number][] = [
    [0.0349, 10.5],
    [0.02, 19],
    [0.01, 29.6],
    [0.005, 40.2],
    [0.002, 54.2],
    [0.001, 64.8],
    [5e-4, 75.4],
    [2e-4, 89.4],
    [1e-4, 100],
  ]
  const normalizer = new Normalizer(HOUR)
  normalizer.update('k', 1)
  for (const [p, expected] of table) {
    const { absolute } = normalizer.ceilings('k', rawScore(p))
    assert.ok(Math.abs(absolute - expected) < 0.06, `p = ${p}: ${absolute}, not ${expected}`)
  }
})

test('own maxima are separate for each key', () => {
  const normalizer = new Normalizer(30 * MINUTE)
  normalizer.update('a', 40.0583)
  normalizer.update('b', 0.0999999)
  assert.equal(normalizer.ceilings('a', 40.0583).ownMaximum, 100)
  assert.equal(normalizer.ceilings('b', 0.0999999).ownMaximum, 100)
  // k-th sight: 100·min(1.5 r, 0.5 + 0.5 r).
  assert.equal(normalizer.ceilings('a', 40.0583 / 4).ownMaximum, 37.5)
})

test('nothing is scored before the first sample, and a raw score of 0 never is', () => {
  const normalizer = new Normalizer(15 * MINUTE)
  normalizer.update('k', 1)
  assert.equal(normalizer.score('k', 1), 0, 'at 15 m two calls make a sample')
  normalizer.update('k', 0)
  assert.ok(normalizer.score('k', 1) > 0)
  assert.equal(normalizer.score('k', 0), 0)
})

test('scores stay between 0 and 100 and a restored normaliser gives the same, bit for bit', () => {
  const step = fc.record({
    key: fc.constantFrom('a', '__proto__', 'c'),
    raw: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.double({ min: 0, max: 100, noNaN: true })),
    buckets: fc.nat({ max: 90 }),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 500 }), fc.nat(), (steps, at) => {
      let normalizer = new Normalizer(15 * MINUTE)
      const whole = new Normalizer(15 * MINUTE)
      for (const [i, { key, raw, buckets }] of steps.entries()) {
        if (i === at % steps.length)
          normalizer = Normalizer.load(15 * MINUTE, JSON.parse(JSON.stringify(normalizer.save())))
        for (const one of [normalizer, whole]) {
          one.age(buckets)
          one.update(key, raw)
        }
        const score = normalizer.score(key, raw)
        assert.equal(score, whole.score(key, raw))
        assert.ok(score >= 0 && score <= 100)
      }
    }),
    { numRuns: 30 },
  )
})
