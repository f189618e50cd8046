/**
 * How often the (n + 1)-th observation of a program is novel, for the whole fleet: bins of log₂(n + 1), so that "brand-new",
 * "seen a few times" and "old" each have their own learned chance (detection-design §6). There is no global constant for how odd a
 * new address is: how often a new program has one is bin 0.
 */
export interface Curve {
  readonly n: number[]
  readonly hits: number[]
}

const BINS = 20
/** The prior of a bin counts as so many observations. */
const PRIOR_WEIGHT = 8
/** A bin that nobody has reached inherits so much of the bin before. */
const INHERITED = 0.7

export function newCurve(): Curve {
  return { n: Array<number>(BINS).fill(0), hits: Array<number>(BINS).fill(0) }
}

export function binOf(n: number): number {
  return Math.min(BINS - 1, Math.floor(Math.log2(n + 1)))
}

/**
 * The chance of a novelty after `n` observations; `first` is the prior for bin 0, halved from bin to bin.
 *
 * @example chanceAfter(newCurve(), 0.4, 0) // 0.4
 */
export function chanceAfter(curve: Curve, first: number, n: number): number {
  let inherited = 1
  for (let bin = binOf(n); ; bin--) {
    const seen = curve.n[bin]!
    if (seen > 0) return (inherited * (curve.hits[bin]! + PRIOR_WEIGHT * first * 2 ** -bin)) / (seen + PRIOR_WEIGHT)
    if (bin === 0) return inherited * first
    inherited *= INHERITED
  }
}

export function learnCurve(curve: Curve, n: number, hit: boolean): void {
  const bin = binOf(n)
  curve.n[bin]! += 1
  if (hit) curve.hits[bin]! += 1
}
