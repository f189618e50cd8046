import { continuedFraction } from './continued-fraction.ts'
import { logGamma } from './log-gamma.ts'

/** ln Q(a, x) for a > 0, x ≥ 0: the upper regularised incomplete gamma function (DLMF 8.2.4), in log space so that small tails survive. */
export function logUpperGamma(a: number, x: number): number {
  if (x <= 0) return 0
  const front = a * Math.log(x) - x - logGamma(a)
  if (x < a + 1) return Math.log1p(-Math.exp(front) * lowerSeries(a, x))
  const pair: [number, number] = [0, 0]
  const fraction = continuedFraction(x + 1 - a, (k) => {
    pair[0] = -k * (k - a)
    pair[1] = x + 2 * k + 1 - a
    return pair
  })
  return front - Math.log(fraction)
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
