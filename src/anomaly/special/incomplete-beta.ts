import { continuedFraction } from './continued-fraction.ts'
import { logBeta } from './log-gamma.ts'
import { normalQuantile } from './normal.ts'

/** Regularised incomplete beta function I(x; a, b), the chance that a Beta(a, b) variate is ≤ x (DLMF 8.17.22). */
export function incompleteBeta(x: number, a: number, b: number): number {
  return regularised(x, a, b, logBeta(a, b))
}

/**
 * The x with I(x; a, b) = p, to about 1e-12 of its own size: Newton's method in ln x inside a shrinking bracket. For small `a` the
 * answer may underflow to 0, which is as good.
 */
export function betaQuantile(p: number, a: number, b: number): number {
  if (p <= 0) return 0
  if (p >= 1) return 1
  const scale = logBeta(a, b)
  let low = -745
  let high = 0
  let u = Math.min(Math.max(firstGuess(p, a, b, scale), low), -1e-12)
  for (let round = 0; round < 200; round++) {
    const x = Math.exp(u)
    const error = regularised(x, a, b, scale) - p
    if (error > 0) high = u
    else low = u
    const slope = Math.exp(a * u + (b - 1) * Math.log1p(-x) - scale)
    let next = u - error / slope
    if (!(next > low && next < high)) next = (low + high) / 2
    // Newton's error after a step is about its square; near x = 1 it is the distance to 1 that counts.
    if (Math.abs(next - u) <= 1e-9 * Math.min(1, -u)) return Math.exp(next)
    u = next
  }
  return Math.exp(u)
}

function regularised(x: number, a: number, b: number, scale: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - scale)
  // The fraction converges quickly on the near side of the mean only; the far side is reached by symmetry.
  if (x < (a + 1) / (a + b + 2)) return front / (a * fraction(x, a, b))
  return 1 - front / (b * fraction(1 - x, b, a))
}

function fraction(x: number, a: number, b: number): number {
  const pair: [number, number] = [0, 1]
  return continuedFraction(1, (k) => {
    const m = k >> 1
    pair[0] =
      k % 2 === 0 ? (m * (b - m) * x) / ((a + k - 1) * (a + k)) : (-(a + m) * (a + b + m) * x) / ((a + k - 1) * (a + k))
    return pair
  })
}

/** ln x to start from: the power law of the lower tail for a < 1, else the normal approximation of ln x. */
function firstGuess(p: number, a: number, b: number, scale: number): number {
  if (a < 1) return (Math.log(p) + Math.log(a) + scale) / a
  const variance = 1 / a - 1 / (a + b)
  return Math.log(a / (a + b)) - variance / 2 + normalQuantile(p) * Math.sqrt(variance)
}
