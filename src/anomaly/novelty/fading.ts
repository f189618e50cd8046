import { DAY, type DurationMs, type EpochMs } from '../../domain/time.ts'

/** Days after which what was learned counts half (detection-design §5). */
const HALF_LIFE_DAYS = 30
/** Birth scores and persistence fade by this (τ of detection-design §5): a novelty stays young for days, not weeks. */
export const TAU: DurationMs = 3 * DAY

/** The day of a time, counted since 1970, UTC. */
export function dayOf(time: EpochMs): number {
  return Math.floor(time / DAY)
}

/** What is left of learned counts after some days; 1 for none, or for days that went by already. */
export function kept(days: number): number {
  return days > 0 ? 2 ** (-days / HALF_LIFE_DAYS) : 1
}

/** What is left of a birth score at some age: 1 at once, 1/e after three days. A late row may be older than the birth. */
export function youth(age: DurationMs): number {
  return age > 0 ? Math.exp(-age / TAU) : 1
}
