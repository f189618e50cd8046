import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bandOf, natsOf, scoreOf } from './record-score.ts'

// "≥ 8 nearly always worth a page; 5–8 daily review; 3.4–5 weekly review or hunting; below only evidence", and 50 is 5 nats.
for (const [nats, band] of [
  [3.39, 'hunt'],
  [3.4, 'weekly'],
  [4.99, 'weekly'],
  [5, 'daily'],
  [7.99, 'daily'],
  [8, 'page'],
  [30, 'page'],
] as const)
  test(`${nats} nats are of the band ${band}`, () => assert.equal(bandOf(nats), band))

// 100 / (1 + e^(−1.5)), worked out with bc.
test('8 nats score 81.757', () => assert.ok(Math.abs(scoreOf(8) - 81.7574) < 1e-3))
test('a score gives its nats back', () => assert.ok(Math.abs(natsOf(scoreOf(6.2)) - 6.2) < 1e-12))
