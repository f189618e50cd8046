import { LEARNING, SETTLING } from '../../domain/learning.ts'
import { DAY, type EpochMs, HOUR } from '../../domain/time.ts'
import type { Host, Program, Use, Vetting } from './entries.ts'
import type { List } from './layout.ts'
import { roams } from './peers.ts'
import type { State } from './state.ts'
import { CAPS } from './weights.ts'

/**
 * What was there before learning began? A program that appeared in a host's first week is asked twice, after the fact: whether it
 * was really there from the start (`silenceOf`, detection-design §8), and whether it does what hardly any harmless program does
 * (`reviewScore`, v3 §8).
 */

/** Whether a host has shown its habits by then: before that everything of it is new, and teaches nothing about what is. */
export function isSettled(host: Pick<Host, 'first'>, at: EpochMs): boolean {
  return at - host.first >= SETTLING
}

/** Silence worth so many nats says that a program was not there before. */
const SILENT = 6
const SILENCE_LIMIT = 12
/** Half a day is added to the week, so that a program active on every day is not certain to be. */
const HALF_A_DAY = 0.5

/**
 * −ln of the chance that a program with these habits kept silent from the host's first event to its own first, in nats, at most
 * 12. `hours` has for each hour of the day (UTC) on how many days of the first week it was active.
 */
export function silenceOf(hours: Pick<List, 'get'>, hostFirst: EpochMs, first: EpochMs): number {
  const days = LEARNING / DAY + HALF_A_DAY
  let nats = 0
  for (let at = Math.ceil(hostFirst / HOUR) * HOUR; at + HOUR <= first && nats < SILENCE_LIMIT; at += HOUR)
    nats -= Math.log(1 - hours.get(Math.floor(at / HOUR) % 24) / days)
  return Math.min(SILENCE_LIMIT, nats)
}

/** How much of a birth score a silence gives back: all from 6 nats on. */
export function trustOf(silence: number): number {
  return Math.min(1, silence / SILENT)
}

/** Counts the hour of a time once a day. */
export function countHour(use: Use, at: EpochMs): void {
  if (!use.countsHours) return
  const hour = Math.floor(at / HOUR)
  if (hour <= use.lastHour) return
  use.hours.add(hour % 24, 1)
  use.lastHour = hour
}

/** What vetting has found out about a use, if anything. */
export function vettingOf({ entries }: State, use: Use): Vetting | undefined {
  return use.found ? entries.findings.get(use.id) : undefined
}

/** The vetting of a use to write into, which at first says what the birth did. */
export function vettingFor(state: State, use: Use): Vetting {
  const known = vettingOf(state, use)
  if (known !== undefined) return known
  const vetting = state.entries.findings.add(use.id)
  vetting.score = use.score
  vetting.scoredAt = use.first
  use.found = true
  return vetting
}

const REVIEW = { from: 7 * DAY, to: 14 * DAY, hosts: 2, fleet: 4, buckets: 8, prior: 20, half: 0.5 } as const
/** So long a review counts, and persistence with it unfaded. */
export const REVIEWED_FOR = 3 * DAY

/**
 * Whether a program from before learning is the odd one: on one or two hosts, never inside, with an outside endpoint that nobody
 * else contacts. `endpointBuckets` is how often this use contacted an endpoint that it owns unshared.
 */
export function qualifiesForReview(
  use: Use,
  program: Program,
  hosts: number,
  fleet: number,
  host: Host,
  endpointBuckets: number,
  at: EpochMs,
): boolean {
  const age = at - host.first
  return (
    use.reviewable &&
    age >= REVIEW.from &&
    age < REVIEW.to &&
    hosts <= REVIEW.hosts &&
    fleet >= REVIEW.fleet &&
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
