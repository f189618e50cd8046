import { logBeta } from './log-gamma.ts'
import { normalQuantile } from './normal.ts'

/** Stands in for a zero that would be divided by. */
const TINY = 1e-300
const PRECISION = 1e-15
const MOST_TERMS = 100_000

/** Regularised incomplete beta function I(x; a, b), the chance that a Beta(a, b) variate is ≤ x (DLMF 8.17.22). */
export function incompleteBeta(x: number, a: number, b: number): number {
  return regularised(x, a, b, logBeta(a, b))
}

/**
 * The x with I(x; a, b) = p, to about 1e-12 of its own size: Halley's method in ln x inside a shrinking bracket. For small `a` the
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
    const newton = error / slope
    const bend = (newton * (a - ((b - 1) * x) / (1 - x))) / 2
    let next = u - newton / (1 - Math.min(Math.max(bend, -0.5), 0.5))
    if (!(next > low && next < high)) next = (low + high) / 2
    // The error after a step is about its cube; near x = 1 it is the distance to 1 that counts.
    if (Math.abs(next - u) <= 1e-8 * Math.min(1, -u)) return Math.exp(next)
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

/**
 * The continued fraction 1 + d₁/(1 + d₂/(1 + …)) of DLMF 8.17.22, by the modified Lentz method (Thompson & Barnett, 1986). Written
 * out rather than shared with the incomplete gamma function: a job spends most of its time here.
 */
function fraction(x: number, a: number, b: number): number {
  let value = 1
  let c = 1
  let d = 0
  for (let k = 1; k <= MOST_TERMS; k++) {
    const m = k >> 1
    const top = k % 2 === 0 ? m * (b - m) : -(a + m) * (a + b + m)
    const term = (top * x) / ((a + k - 1) * (a + k))
    d = 1 / (1 + term * d || TINY)
    c = 1 + term / c || TINY
    value *= c * d
    if (Math.abs(c * d - 1) < PRECISION) break
  }
  return value
}

/** ln x to start from: the power law of the lower tail for a < 1, else the normal approximation of ln x. */
function firstGuess(p: number, a: number, b: number, scale: number): number {
  if (a < 1) return (Math.log(p) + Math.log(a) + scale) / a
  const variance = 1 / a - 1 / (a + b)
  return Math.log(a / (a + b)) - variance / 2 + normalQuantile(p) * Math.sqrt(variance)
}
