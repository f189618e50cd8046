import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ATTRIBUTES, combine, DETECTORS, PEOPLE, type Style } from './combine.ts'

test('combined raw scores are those of the published cases', () => {
  // Rare specification §9.1-A: threshold 0.05, tolerance 5e-7.
  const table: { given: number[]; score: number }[] = [
    { given: [0.001], score: 0.078557 },
    { given: [0.02], score: 0.002405 },
    { given: [0.1], score: 0 },
    { given: [0.21, 0.52, 0.13, 0.67, 0.89, 0.32, 0.46, 0.222, 0.35, 0.93], score: 0 },
    {
      given: [0.11, 0.13, 0.12, 0.22, 0.14, 0.09, 0.01, 0.13, 0.15, 0.14, 0.11, 0.13, 0.12, 0.22, 0.09, 0.01],
      score: 0.318231,
    },
    {
      given: [0.21, 0.52, 0.13, 0.67, 0.89, 0.32, 0.46, 0.222, 0.35, 0.93, 0.89, 0.32, 0.46, 0.000021],
      score: 0.137591,
    },
    {
      given: [
        0.21, 0.52, 0.0058, 0.13, 0.67, 0.89, 0.32, 0.03, 0.46, 0.222, 0.35, 0.93, 0.01, 0.89, 0.32, 0.46, 0.0021,
      ],
      score: 0.029413,
    },
  ]
  for (const { given, score } of table) {
    const actual = combine(ATTRIBUTES, given, 0.05).score
    assert.ok(Math.abs(actual - score) <= 1e-6, `{${given}}: ${actual}, not ${score}`)
  }
})

test('combined probabilities are those of the published influence cases', () => {
  // Rare specification §9.1-B: threshold 0.035; probabilities before the final step. The last case and the one with fractional
  // influences agree to five digits, the others to six.
  const table: { style: Style; given: number[]; probability: number; score: number }[] = [
    { style: ATTRIBUTES, given: [0.22, 0.003, 0.01], probability: 0.000885378, score: 0.08893476 },
    { style: ATTRIBUTES, given: [0.003], probability: 0.003, score: 0.0251169 },
    {
      style: ATTRIBUTES,
      given: [0.22 ** 0.6, 0.003 ** 0.9, 0.01],
      probability: 0.001801726,
      score: 0.04288765,
    },
    { style: ATTRIBUTES, given: [0.06, 0.06], probability: 0.01939367, score: 0.002530117 },
    { style: PEOPLE, given: [0.56, 0.03, 0.01], probability: 0.029701, score: 0.001095703 },
    { style: PEOPLE, given: [0.003, 0.001801726], probability: 0.003600205, score: 0.02066228 },
  ]
  for (const { style, given, probability, score } of table) {
    const actual = combine(style, given)
    assert.ok(Math.abs(actual.probability / probability - 1) < 2e-5, `{${given}}: P ${actual.probability}`)
    assert.ok(Math.abs(actual.score / score - 1) < 2e-5, `{${given}}: S ${actual.score}`)
  }
})

test('the least of several independent members counts for how many they are', () => {
  for (const [p, n] of [
    [0.01, 10],
    [1e-6, 1000],
  ] as const) {
    const members = [p, ...new Array<number>(n - 1).fill(1)]
    const expected = 1 - (1 - p) ** n
    assert.ok(Math.abs(combine(PEOPLE, members).probability / expected - 1) < 1e-8)
  }
})

test('a single probability stays what it is', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-300, max: 1, noNaN: true }),
      fc.constantFrom(ATTRIBUTES, PEOPLE, DETECTORS),
      (p, style) => {
        assert.ok(Math.abs(combine(style, [p]).probability / p - 1) < 1e-9)
      },
    ),
  )
})

test('combining does not depend on order, and a smaller member never makes the whole likelier', () => {
  const probability = fc.double({ min: 1e-12, max: 1, noNaN: true })
  fc.assert(
    fc.property(fc.array(probability, { minLength: 2, maxLength: 12 }), (all) => {
      const score = combine(ATTRIBUTES, all).score
      const turned = combine(ATTRIBUTES, [...all].reverse()).score
      assert.ok(Math.abs(score - turned) <= 1e-9 * Math.max(score, 1))
      const rarer = combine(ATTRIBUTES, [all[0]! / 2, ...all.slice(1)])
      assert.ok(rarer.probability <= combine(ATTRIBUTES, all).probability * (1 + 1e-9))
    }),
  )
})
