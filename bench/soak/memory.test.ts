import assert from 'node:assert/strict'
import { test } from 'node:test'
import { growth, quantile, rssOf, type Sample } from './memory.ts'

const samples = (rss: readonly number[]): Sample[] => rss.map((rss, i) => ({ seconds: 5 * i, rss, documents: 0 }))

test('a level is one however it was reached; a steady rise is none', () => {
  assert.equal(growth(samples([10, 50, 100, 100, 100, 100, 100, 100])), 0)
  assert.ok(Math.abs(growth(samples([100, 100, 100, 100, 110, 120, 130, 130])) - 0.3) < 1e-9)
  assert.equal(growth(samples([900, 100, 100, 100, 100, 100, 100, 100])), 0)
})

test('a quantile is one of the values', () => {
  assert.equal(quantile([3, 1, 2], 0.5), 2)
  assert.equal(
    quantile(
      Array.from({ length: 100 }, (_, i) => i + 1),
      0.99,
    ),
    99,
  )
  assert.equal(quantile([7], 0.99), 7)
  assert.ok(Number.isNaN(quantile([], 0.5)))
})

test('the memory of a process is read from the kernel', () => {
  assert.ok(Math.abs(rssOf(process.pid) / (process.memoryUsage().rss / 1e6) - 1) < 0.2)
  assert.ok(Number.isNaN(rssOf(0)))
})
