import { DAY, type EpochMs, HOUR } from '../../domain/time.ts'
import { roams } from './peers.ts'
import type { Host, Program, State, Use } from './state.ts'
import { CAPS } from './weights.ts'

/**
 * What was there before learning began? A program that appeared in a host's first week is asked twice, after the fact: whether it
 * was really there from the start (`silenceOf`, detection-design §8), and whether it does what hardly any harmless program does
 * (`reviewScore`, v3 §8).
 */
export const LEARNING = 7 * DAY
/** In its first days a host, and in its first days the fleet, raises no alerts: what is found is for the review list. */
export const UNSCORED = 3 * DAY

/** Silence worth so many nats says that a program was not there before. */
const SILENT = 6
const SILENCE_LIMIT = 12
/** Half a day is added to the week, so that a program active on every day is not certain to be. */
const HALF_A_DAY = 0.5

/**
 * −ln of the chance that a program with these habits kept silent from the host's first event to its own first, in nats, at most
 * 12. `hours` has a digit for each hour of the day (UTC): on how many days of the first week it was active.
 */
export function silenceOf(hours: string, hostFirst: EpochMs, first: EpochMs): number {
  const days = LEARNING / DAY + HALF_A_DAY
  let nats = 0
  for (let at = Math.ceil(hostFirst / HOUR) * HOUR; at + HOUR <= first && nats < SILENCE_LIMIT; at += HOUR)
    nats -= Math.log(1 - Number(hours[Math.floor(at / HOUR) % 24]) / days)
  return Math.min(SILENCE_LIMIT, nats)
}

/** How much of a birth score a silence gives back: all from 6 nats on. */
export function trustOf(silence: number): number {
  return Math.min(1, silence / SILENT)
}

/** No hour of the day counted yet. */
export const NO_HOURS = '0'.repeat(24)

/** Counts the hour of a time once a day. */
export function countHour(use: Use, at: EpochMs): void {
  const hour = Math.floor(at / HOUR)
  if (use.hours === null || hour <= use.lastHour) return
  const of = hour % 24
  const days = Math.min(9, Number(use.hours[of]) + 1)
  use.hours = `${use.hours.slice(0, of)}${days}${use.hours.slice(of + 1)}`
  use.lastHour = hour
}

const REVIEW = { from: 7 * DAY, to: 14 * DAY, hosts: 2, buckets: 8, prior: 20, half: 0.5 } as const
/** So long a review counts, and persistence with it unfaded. */
export const REVIEWED_FOR = 3 * DAY

/**
 * Whether a program from before learning is the odd one: on one or two hosts, never inside, with an outside endpoint that nobody
 * else contacts. `endpointBuckets` is how often this use contacted an endpoint that it owns unshared.
 */
export function qualifiesForReview(
  use: Use,
  program: Program,
  host: Host,
  endpointBuckets: number,
  at: EpochMs,
): boolean {
  const age = at - host.first
  return (
    use.reviewable &&
    age >= REVIEW.from &&
    age < REVIEW.to &&
    program.hosts.size <= REVIEW.hosts &&
    !roams(program) &&
    !program.hadInternal &&
    endpointBuckets >= REVIEW.buckets
  )
}

/** s_rev, the qualifying one counted in: how seldom a program from before learning does that. */
export function reviewScore({ review }: State): number {
  const share = (review.qualified + 1 + REVIEW.half) / (review.vetted + REVIEW.prior)
  return Math.min(CAPS.review, -Math.log(Math.min(1, share)))
}
