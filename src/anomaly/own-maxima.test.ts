import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OwnMaxima } from './own-maxima.ts'

test('a maximum fades from bucket to bucket, and keys do not share it', () => {
  const maxima = new OwnMaxima(5e-4)
  maxima.update('__proto__', 40)
  maxima.update('b', 0.1)
  maxima.age(10)
  // 15 m buckets: 0.9995 for each bucket (rare specification §4.5), here e^(−0.0005·10).
  assert.ok(Math.abs(maxima.of('__proto__') - 40 * 0.9950124791926823) < 1e-9)
  assert.ok(maxima.of('b') < 0.1)
  assert.equal(maxima.of('c'), 0)
})

test('a key that is absent for more than 50 buckets starts again', () => {
  const maxima = new OwnMaxima(0)
  maxima.update('a', 1)
  maxima.age(50)
  assert.equal(maxima.of('a'), 1)
  maxima.age(1)
  assert.equal(maxima.of('a'), 0)
})

test('being seen with a score of 0 keeps the maximum alive', () => {
  const maxima = new OwnMaxima(0)
  maxima.update('a', 1)
  for (let i = 0; i < 4; i++) {
    maxima.age(40)
    maxima.update('a', 0)
  }
  assert.equal(maxima.of('a'), 1)
})

test('the first score of a key, and one above 1.1 times its maximum, are big changes', () => {
  const maxima = new OwnMaxima(0)
  assert.equal(maxima.update('a', 0), false)
  assert.equal(maxima.update('a', 1), true)
  assert.equal(maxima.update('a', 1.09), false)
  assert.equal(maxima.update('a', 1.3), true)
})
