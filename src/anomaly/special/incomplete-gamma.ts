import { logGamma } from './log-gamma.ts'

/** ln Q(a, x) for a > 0, x ≥ 0: the upper regularised incomplete gamma function (DLMF 8.2.4), in log space so that small tails survive. */
export function logUpperGamma(a: number, x: number): number {
  if (x <= 0) return 0
  const front = a * Math.log(x) - x - logGamma(a)
  if (x < a + 1) return Math.log1p(-Math.exp(front) * lowerSeries(a, x))
  return front - Math.log(upperFraction(a, x))
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= x / (a + k)
    sum += term
  }
  return sum
}

/** The continued fraction x + 1 − a + 1(a − 1)/(x + 3 − a + …) of DLMF 8.9.2 for x ≥ a + 1, by the modified Lentz method. */
function upperFraction(a: number, x: number): number {
  let value = x + 1 - a
  let c = value
  let d = 0
  for (let k = 1; k <= 100_000; k++) {
    const top = k * (a - k)
    const bottom = x + 2 * k + 1 - a
    d = 1 / (bottom + top * d)
    c = bottom + top / c
    value *= c * d
    if (Math.abs(c * d - 1) < 1e-15) break
  }
  return value
}
