import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { betaQuantile, incompleteBeta } from './incomplete-beta.ts'
import { logUpperGamma } from './incomplete-gamma.ts'
import { logGamma } from './log-gamma.ts'
import { normalQuantile } from './normal.ts'
import { sliceMeans } from './slices.ts'

// All expected values but those of Φ⁻¹: mpmath 1.x at 40 digits. Φ⁻¹: NormalDist().inv_cdf of Python's statistics module.

test('ln Γ agrees with 40-digit arithmetic to 14 digits', () => {
  const table: [number, number][] = [
    [0.02, 3.900804516098376],
    [0.5, 0.5723649429247001],
    [1.5, -0.12078223763524522],
    [9.99, 12.779315214350193],
    [10, 12.80182748008147],
    [100, 359.1342053695754],
    [12345.678, 103959.91990554606],
  ]
  for (const [x, expected] of table) close(logGamma(x), expected, 1e-14, `x = ${x}`, 1)
})

test('the incomplete beta function agrees with 40-digit arithmetic', () => {
  const table: [number, number, number, number][] = [
    [0.3, 2, 5, 0.579825],
    [0.001, 0.02, 3000, 0.9997293768880922],
    [0.5, 500, 520, 0.7345065771511532],
    [0.999, 1650.3333, 0.33333, 0.039644650805549526],
    [0.0001, 1, 9999, 0.6321021637834484],
    [0.2, 3, 100, 0.9999999545740977],
  ]
  for (const [x, a, b, expected] of table) close(incompleteBeta(x, a, b), expected, 1e-11, `I(${x}; ${a}, ${b})`)
})

test('the beta quantile agrees with 40-digit arithmetic, in both far tails too', () => {
  const table: [number, number, number, number][] = [
    [1 / 7, 1, 99, 0.0015558659576687661],
    [2 / 3, 1, 9999, 0.00010986618035754079],
    [1 / 3, 500, 3000, 0.1402544773334128],
    [0.15, 201 + 1 / 3, 1 / 3, 0.996525872743798],
    [0.85, 1 / 3, 200 + 1 / 3, 0.003491467483874647],
    [1 / 3, 0.02, 3000, 2.6502115800345255e-28],
  ]
  for (const [p, a, b, expected] of table) close(betaQuantile(p, a, b), expected, 1e-10, `p = ${p}, a = ${a}, b = ${b}`)
})

test('the beta quantile is the inverse of the incomplete beta function', () => {
  const parameter = fc.double({ min: 0.05, max: 20_000, noNaN: true })
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), parameter, parameter, (p, a, b) => {
      // Near 1 a double cannot hold the quantile itself: there the inverse is only as good as the next double.
      const x = betaQuantile(p, a, b)
      if (x > 1 - 1e-9) return
      assert.ok(Math.abs(incompleteBeta(x, a, b) - p) < 1e-7)
    }),
  )
})

test('the logarithm of the upper incomplete gamma function agrees with 40-digit arithmetic', () => {
  const table: [number, number, number][] = [
    [0.5, 0.1, -0.4235463234759657],
    [3, 2.5, -0.6091496281277141],
    [8, 60, -39.743086175688255],
    [50, 400, -250.85369790461326],
    [500, 510, -1.1299068142809123],
    [2, 0.001, -4.996669164668332e-7],
  ]
  for (const [a, x, expected] of table) close(logUpperGamma(a, x), expected, 1e-10, `ln Q(${a}, ${x})`)
})

test('the normal quantile agrees with Python to 14 digits, down to 1e-300', () => {
  const table: [number, number][] = [
    [1e-300, -37.0470962993612],
    [1e-20, -9.262340089798405],
    [1e-6, -4.753424308822899],
    [0.01, -2.3263478740408408],
    [0.2, -0.8416212335729142],
    [0.5, 0],
    [0.9, 1.2815515655446008],
    [0.999, 3.090232306167813],
  ]
  for (const [p, expected] of table) close(normalQuantile(p), expected, 1e-14, `p = ${p}`)
})

test('slice means agree with direct integration', () => {
  const wide = [0.0141651130654, 0.0218348921547, 0.0324039035747]
  sliceMeans(7, 300, 3).forEach((mean, i) => void close(mean, wide[i]!, 1e-10, `slice ${i} of 3`))
  const narrow = [
    0.0105980252394, 0.0198328019769, 0.0273864921164, 0.0352372828257, 0.0444444460609, 0.0570268725781,
    0.0854740792024,
  ]
  sliceMeans(2.5, 60, 7).forEach((mean, i) => void close(mean, narrow[i]!, 1e-10, `slice ${i} of 7`))
})

test('slice means of a newcomer stand where the specification says, in units of its share and stretched by 1.05', () => {
  // Rare specification §2.4; three or four digits are given there.
  const table: [number, number[]][] = [
    [7, [0.079, 0.255, 0.466, 0.731, 1.088, 1.638, 3.093]],
    [5, [0.113, 0.378, 0.735, 1.284, 2.74]],
    [3, [0.1985, 0.7479, 2.2035]],
    [1, [1.05]],
  ]
  const total = 1e7
  for (const [n, expected] of table)
    sliceMeans(1, total - 1, n).forEach((mean, i) => {
      assert.ok(Math.abs(1.05 * total * mean - expected[i]!) < 0.0011, `slice ${i} of ${n}: ${1.05 * total * mean}`)
    })
})

test('slice means average to the mean and ascend, for every share', () => {
  const parameter = fc.double({ min: 0.01, max: 10_000, noNaN: true })
  fc.assert(
    fc.property(parameter, parameter, fc.constantFrom(1, 3, 5, 7), (a, b, n) => {
      const means = sliceMeans(a, b, n)
      const average = means.reduce((sum, mean) => sum + mean, 0) / n
      assert.ok(Math.abs(average / (a / (a + b)) - 1) < 1e-9)
      for (let i = 1; i < n; i++) assert.ok(means[i]! >= means[i - 1]! - 1e-6)
    }),
  )
})

test('slice means of a name that is alone are its share', () => {
  assert.deepEqual(sliceMeans(3, 0, 7), [1])
})

function close(actual: number, expected: number, tolerance: number, why: string, least = 0): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(Math.abs(expected), least),
    `${why}: ${actual}, not ${expected}`,
  )
}
