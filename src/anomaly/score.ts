import type { Probability } from '../domain/time.ts'

/** A probability above this is nothing unusual: it scores 0, and by itself it writes no record (rare specification §3.2). */
export const UNUSUAL: Probability = 0.035

/** R is 0 from here on, and R⁻¹(0) is a stand-in for "some ordinary probability". */
const FLOOR: Probability = 0.05
const ORDINARY: Probability = 0.525
const RARE: Probability = 1e-4
const EXTREME: Probability = 1e-50
const LEAST: Probability = 2.2250738585072014e-308

/**
 * Raw score of a probability, 0 to 100: hyperbolic down to 1e-4 (where it is 1), logarithmic in two pieces below.
 *
 * @example rawScore(0.01) // 0.008016…
 */
export function rawScore(probability: Probability): number {
  const p = Math.max(probability, LEAST)
  if (p >= FLOOR) return 0
  if (p >= RARE) return (1 / p - 1 / FLOOR) / (1 / RARE - 1 / FLOOR)
  if (p >= EXTREME) return 1 + 49 * fraction(p, RARE, EXTREME)
  return 50 + 50 * fraction(p, EXTREME, LEAST)
}

/** The probability with a given raw score: the exact inverse of each piece; 0.525 for a raw score of 0. */
export function probabilityOf(raw: number): Probability {
  if (raw <= 0) return ORDINARY
  if (raw <= 1) return 1 / (1 / FLOOR + raw * (1 / RARE - 1 / FLOOR))
  if (raw <= 50) return between(RARE, EXTREME, (raw - 1) / 49)
  return between(EXTREME, LEAST, Math.min((raw - 50) / 50, 1))
}

/** What a normaliser is fed: the raw score, or 0 for a probability that is not unusual. */
export function fedScore(probability: Probability): number {
  return probability <= UNUSUAL ? rawScore(probability) : 0
}

/** How far ln p is on its way from ln `from` down to ln `to`. */
function fraction(p: number, from: number, to: number): number {
  return (Math.log(from) - Math.log(p)) / (Math.log(from) - Math.log(to))
}

function between(from: number, to: number, share: number): number {
  return Math.exp(Math.log(from) - share * (Math.log(from) - Math.log(to)))
}
