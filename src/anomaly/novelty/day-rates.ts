import { type Curve, chanceAfter, learnCurve, newCurve } from './curve.ts'
import { kept } from './fading.ts'
import { layout, type RowOf } from './layout.ts'

/**
 * How often a program has something new to contact, counted in days, not in contacts (v3 §6): a daemon that calls home every
 * minute is no better known for it than one that calls once an hour. The unit is the HUP-day, a day on which a user on a host
 * was active with the program at all.
 */

/** What an outside address that is new to a program can be; exactly one of these. */
export const PEER_KINDS = ['unknownInNewRange', 'unknownInUsedRange', 'knownInNewRange', 'knownInUsedRange'] as const
/**
 * Whether the fleet knows the endpoint, and whether the program uses its range: A1, A2, R and E of v3 §6, in this order, which that of
 * `kindBit` and of the curves in snapshots is.
 */
export type PeerKind = (typeof PEER_KINDS)[number]

/** Nobody in the fleet knows the endpoint: A of the design. */
export function isUnknown(kind: PeerKind | undefined): kind is 'unknownInNewRange' | 'unknownInUsedRange' {
  return kind === 'unknownInNewRange' || kind === 'unknownInUsedRange'
}

/** Days that are over, and days with a novelty of each kind; `day` is the last on which they were made to fade. */
export const DAY_RATES = layout({
  m: 'f64',
  unknownInNewRange: 'f64',
  unknownInUsedRange: 'f64',
  knownInNewRange: 'f64',
  knownInUsedRange: 'f64',
  day: 'i32',
})
export type DayRates = RowOf<typeof DAY_RATES>
/** Of what was never there. */
export const NO_DAYS: Readonly<DayRates> = {
  m: 0,
  unknownInNewRange: 0,
  unknownInUsedRange: 0,
  knownInNewRange: 0,
  knownInUsedRange: 0,
  day: 0,
}

export type DayCurves = readonly [Curve, Curve, Curve, Curve]

/** Priors of the curves at a program's first day, in the order of `PEER_KINDS`. */
const FIRST_DAY = [0.3, 0.3, 0.4, 0.5] as const
/** Each level's rate counts as so many days in the prior of the next. */
const WEIGHT = 5
const LIKELIEST = 0.9
const LEAST = 1e-6

export function newDayCurves(): DayCurves {
  return [newCurve(), newCurve(), newCurve(), newCurve()]
}

/** Chance that a day of this use has a novelty of this kind: of the use, on the prior of the program's user, on that of the program. */
export function dayChance(
  kind: PeerKind,
  curves: DayCurves,
  begun: number,
  levels: readonly [program: Readonly<DayRates>, ofUser: Readonly<DayRates>, use: Readonly<DayRates>],
  day: number,
): number {
  const k = PEER_KINDS.indexOf(kind)
  let chance = Math.min(LIKELIEST, chanceAfter(curves[k]!, FIRST_DAY[k]!, begun))
  for (const rates of levels) {
    const left = kept(day - rates.day)
    chance = (rates[kind] * left + WEIGHT * chance) / (rates.m * left + WEIGHT)
  }
  return Math.min(1, Math.max(LEAST, chance))
}

/** The first novelty of a kind on a day. */
export function bookNovelty(levels: readonly DayRates[], kind: PeerKind, day: number): void {
  for (const rates of levels) {
    settle(rates, day)
    rates[kind] += 1
  }
}

/** A day is over. `kinds` are the bits of `kindBit` met on it, `begun` the days of the program before it. */
export function bookDay(
  levels: readonly DayRates[],
  curves: DayCurves,
  begun: number,
  kinds: number,
  day: number,
): void {
  for (const rates of levels) {
    settle(rates, day)
    rates.m += 1
  }
  for (const [k, kind] of PEER_KINDS.entries()) learnCurve(curves[k]!, begun, (kinds & kindBit(kind)) !== 0)
}

export function kindBit(kind: PeerKind): number {
  return 1 << PEER_KINDS.indexOf(kind)
}

function settle(rates: DayRates, day: number): void {
  const left = kept(day - rates.day)
  if (left < 1) {
    rates.m *= left
    for (const kind of PEER_KINDS) rates[kind] *= left
  }
  rates.day = Math.max(rates.day, day)
}
