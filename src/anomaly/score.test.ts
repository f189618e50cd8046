import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fedScore, probabilityOf, rawScore } from './score.ts'

test('raw scores are those of the published table', () => {
  // Rare specification §4.4 (R) and §9.1-B, in the digits given there.
  const table: [number, number, number][] = [
    [0.0349, 0.00087, 1e-5],
    [0.02, 0.00301, 1e-5],
    [0.03, 0.001336005, 1e-9],
    [0.01, 0.008016032, 1e-9],
    [0.005, 0.018, 5e-5],
    [0.003, 0.03139613, 1e-8],
    [0.002, 0.0481, 5e-5],
    [0.001, 0.09819639, 1e-8],
    [5e-4, 0.1984, 5e-5],
    [2e-4, 0.499, 5e-5],
    [1e-4, 1, 1e-12],
    [1e-5, 2.07, 0.005],
    [1e-50, 50, 1e-9],
    [2.2250738585072014e-308, 100, 1e-9],
    [0, 100, 1e-9],
    [0.05, 0, 0],
    [1, 0, 0],
  ]
  for (const [p, expected, tolerance] of table)
    assert.ok(Math.abs(rawScore(p) - expected) <= tolerance, `R(${p}) = ${rawScore(p)}, not ${expected}`)
})

test('the inverse gives the probability back within 0.1 % over 305 decades', () => {
  for (let i = 0; i < 305; i++) {
    const p = 0.04 * 10 ** -i
    assert.ok(Math.abs(probabilityOf(rawScore(p)) / p - 1) < 1e-3, `p = ${p}`)
  }
})

test('a raw score of 0 stands for an ordinary probability', () => {
  assert.equal(probabilityOf(0), 0.525)
})

test('a normaliser is fed 0 above 3.5 %', () => {
  assert.equal(fedScore(0.036), 0)
  assert.equal(fedScore(0.035), rawScore(0.035))
})
