import type { Probability } from '../domain/time.ts'
import { probabilityOf, rawScore, UNUSUAL } from './score.ts'
import { incompleteBeta } from './special/incomplete-beta.ts'
import { logUpperGamma } from './special/incomplete-gamma.ts'
import { normalQuantile } from './special/normal.ts'

/**
 * How several probabilities become one (rare specification §3.3): "all of them together are unusual" (joint) and "the smallest
 * few of them are unusual for so many" (extreme), each with a weight.
 */
export interface Style {
  readonly joint: number
  readonly extreme: number
  /** The extreme part looks at the m smallest probabilities, for m from 1 to this. */
  readonly most: number
}

/** Values under one node: several rare names at once are worse than one. */
export const ATTRIBUTES: Style = { joint: 0.5, extreme: 0.5, most: 5 }
/** Independent members, of which the most unusual speaks: partitions, values of an influencer field. */
export const PEOPLE: Style = { joint: 0, extreme: 1, most: 1 }
export const DETECTORS: Style = { joint: 0.5, extreme: 0.5, most: 1 }

export interface Combined {
  /** Raw score, 0 to 80 for a combination. */
  readonly score: number
  readonly probability: Probability
}

/**
 * Combines probabilities (at least one). A single p stays p to the last bit, and has the score 0.8·R(p) if it is unusual. Tails
 * below 1e-308 count as 1e-308.
 */
export function combine(style: Style, probabilities: readonly Probability[], unusual: Probability = UNUSUAL): Combined {
  const [p] = probabilities
  if (probabilities.length === 1) return { score: p! > unusual ? 0 : 0.8 * rawScore(p!), probability: p! }
  const joint = style.joint === 0 ? 0 : logJoint(probabilities)
  const extreme = logExtreme(probabilities, style.most)
  const mean = Math.exp(style.joint * joint + style.extreme * extreme)
  if (joint > Math.log(unusual) && extreme > Math.log(unusual)) return { score: 0, probability: mean }
  const score = style.joint * rawScore(Math.exp(joint)) + style.extreme * rawScore(Math.exp(extreme))
  return { score: 0.8 * score, probability: score > 0 ? probabilityOf(score) : mean }
}

/** ln of the chance that n two-sided normal deviates are together as large as these (a chi-square tail). */
function logJoint(probabilities: readonly Probability[]): number {
  const n = probabilities.length
  let sum = 0
  for (const p of probabilities) if (p < 1) sum += normalQuantile(p / 2) ** 2
  return sum / n < 1e-8 ? 0 : logUpperGamma(n / 2, sum / 2)
}

function logExtreme(probabilities: readonly Probability[], most: number): number {
  const smallest = smallestOf(probabilities, most)
  let least = 0
  for (let m = 1; m <= smallest.length; m++) {
    const log = Math.log(chanceOfSmallest(probabilities.length, smallest.slice(0, m)))
    least = Math.min(least, log / (1 + Math.log(m) / 2.1))
  }
  return least
}

/** The `most` smallest, ascending. */
function smallestOf(probabilities: readonly Probability[], most: number): Probability[] {
  const found: Probability[] = []
  for (const p of probabilities) {
    let at = found.length
    if (at === most && p >= found[at - 1]!) continue
    if (at === most) at--
    for (; at > 0 && p < found[at - 1]!; at--) found[at] = found[at - 1]!
    found[at] = p
  }
  return found
}

/**
 * The chance that of n uniform variates the k-th smallest is ≤ the k-th of `limits` (ascending), for every k. Steps from limit
 * to limit over "how many variates lie below"; only small positive terms are added, so that small chances keep their digits.
 */
function chanceOfSmallest(n: number, limits: readonly Probability[]): number {
  const m = limits.length
  if (m === 1) return -Math.expm1(n * Math.log1p(-limits[0]!))
  let below = new Array<number>(m).fill(0)
  below[0] = 1
  let enough = 0
  let previous = 0
  limits.forEach((limit, k) => {
    const share = previous < 1 ? Math.min((limit - previous) / (1 - previous), 1) : 0
    const next = new Array<number>(m).fill(0)
    for (let j = k; j < m; j++) {
      if (below[j] === 0) continue
      enough += below[j]! * atLeast(m - j, n - j, share)
      for (let to = Math.max(j, k + 1); to < m; to++) next[to]! += below[j]! * exactly(to - j, n - j, share)
    }
    below = next
    previous = limit
  })
  return enough
}

/** The chance of at least `hits` (≥ 1) in n trials. */
function atLeast(hits: number, n: number, chance: number): number {
  return incompleteBeta(chance, hits, n - hits + 1)
}

/** The chance of exactly `hits` (at most 4) in n trials. */
function exactly(hits: number, n: number, chance: number): number {
  let ways = 1
  for (let i = 0; i < hits; i++) ways *= ((n - i) / (i + 1)) * chance
  return hits === n ? ways : ways * Math.exp((n - hits) * Math.log1p(-chance))
}
