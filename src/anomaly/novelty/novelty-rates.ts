import { DAY, type DurationMs } from '../../domain/time.ts'
import { kept } from './fading.ts'
import { layout, type RowOf } from './layout.ts'

/**
 * Evidence 1 of detection-design §5: a program that is new here is as surprising as news are rare for this user on this host.
 *
 * Level of a group whose (host, user, program) is unknown, the more severe the higher: 1 host and user know the program, each
 * apart; 2 the user ran it elsewhere; 3 the host knows it from others; 4 the fleet knows it; 5 only its executable is known (a
 * new script); 6 never seen.
 */
export type Level = 1 | 2 | 3 | 4 | 5 | 6

/** Two groups of levels have their own contexts: 0 what is known somewhere near, 1 what is new to host and user. */
export type LevelGroup = 0 | 1

export function levelGroup(level: Level): LevelGroup {
  return level >= 4 ? 1 : 0
}

/** Novelties per (host, user)-active-day on hosts of one age class. */
export interface FleetRate {
  /** By level, births of that level; index 0 unused. */
  readonly births: number[]
  exposure: number
  day: number
}

/** Novelties that came, and that the fleet's rates would have had come. */
export const TALLY = layout({ observed: 'f64', expected: 'f64' })
export type Tally = RowOf<typeof TALLY>

/** What one host, one user or one user on one host has brought, by level group; `day` is the last on which it was made to fade. */
export const CONTEXT = layout({ near: TALLY, far: TALLY, day: 'i32' })
export type Context = RowOf<typeof CONTEXT>

function tallyOf({ near, far }: Context, group: LevelGroup): Tally {
  return group === 0 ? near : far
}

/** Hosts younger than 1, 3 and 7 days bring news of their own kind: a host that joins is no surprise. */
const AGES: readonly DurationMs[] = [DAY, 3 * DAY, 7 * DAY]
export const MATURE = AGES.length
/** The first class of hosts whose active days count for how often the fleet leaps. */
const OLD_ENOUGH = 2

export function ageClassOf(age: DurationMs): number {
  const found = AGES.findIndex((limit) => age < limit)
  return found < 0 ? MATURE : found
}

/**
 * The prior of a rate counts as so many active days (k_F). By level group it is at most this: one day in five brings anything new,
 * one in ten something new to host and user alike. Were both the same, a quiet fleet would expect nothing of the first group, and
 * could never learn that an account brings none of it.
 */
const RATE_WEIGHT = 20
const RATE_LIMITS = [0.2, 0.1] as const
/** Weight of an account's own prior (k), and the exponents of its user and its host in it (m₀). */
const ACCOUNT_WEIGHT = 1.5
const OF_USER = 0.75
const OF_HOST = 0.5

export function newRates(): FleetRate[] {
  return Array.from({ length: AGES.length + 1 }, () => ({ births: [0, 0, 0, 0, 0, 0, 0], exposure: 0, day: 0 }))
}

/** λ_F(a, ≥ L): novelties at least this severe in an active day. */
export function fleetRate(rates: readonly FleetRate[], age: number, level: Level): number {
  const limit = RATE_LIMITS[levelGroup(level)]
  let rate: number = limit
  for (let i = 0; i <= age; i++) {
    const { births, exposure } = rates[i]!
    let count = 0
    for (let l: number = level; l <= 6; l++) count += births[l]!
    rate = (count + RATE_WEIGHT * Math.min(limit, rate)) / (exposure + RATE_WEIGHT)
  }
  return rate
}

/** Days on which accounts of hosts older than three days were active. */
export function activeDays(rates: readonly FleetRate[]): number {
  return rates.slice(OLD_ENOUGH).reduce((sum, { exposure }) => sum + exposure, 0)
}

/** m_HU: how many times the fleet's novelties this user brings on this host, observed over expected. */
export function multiplier(user: Context, host: Context, account: Context, group: LevelGroup): number {
  const prior = ratioOf(tallyOf(user, group)) ** OF_USER * ratioOf(tallyOf(host, group)) ** OF_HOST
  const { observed, expected } = tallyOf(account, group)
  return (observed + ACCOUNT_WEIGHT) / (expected + ACCOUNT_WEIGHT / prior)
}

function ratioOf({ observed, expected }: Tally): number {
  return (observed + 1) / (expected + 1)
}

/**
 * s0 = −ln(1 − exp(−λ·m)) in nats: the improbability of at least one such novelty in a day.
 *
 * @example surpriseOf(0.0175 * 0.09) // 6.45, `ssh` by `app` of detection-design §9
 */
export function surpriseOf(perDay: number): number {
  return -Math.log(-Math.expm1(-perDay))
}

/** An active day of an account has ended (it is counted when the next begins: today is not over). */
export function bookExposure(
  rates: readonly FleetRate[],
  age: number,
  contexts: readonly Context[],
  day: number,
): void {
  const rate = rates[age]!
  settleRate(rate, day)
  rate.exposure += 1
  const high = fleetRate(rates, age, 4)
  const low = fleetRate(rates, age, 1) - high
  for (const context of contexts) {
    settleContext(context, day)
    context.near.expected += low
    context.far.expected += high
  }
}

/**
 * A birth. Counted is the most severe one of an account's day, since the question is on how many days there is any: an installer
 * that brings ten programs at once is one day with news, and so is an intruder with ten tools.
 *
 * @param before the most severe level of the account's day so far, 0 for none
 */
export function bookBirth(
  rates: readonly FleetRate[],
  age: number,
  level: Level,
  before: Level | 0,
  day: number,
): void {
  const rate = rates[age]!
  settleRate(rate, day)
  if (level <= before) return
  if (before > 0) rate.births[before]! -= 1
  rate.births[level]! += 1
}

/** Contexts learn of a birth two days later, so that a burst does not make its own later members unsurprising (v3 §5). */
export const CONTEXT_DELAY: DurationMs = 2 * DAY
/** What would be an alert at the usual threshold teaches nothing for a week. */
export const ALERT_DELAY: DurationMs = 7 * DAY

export function bookObserved(contexts: readonly Context[], group: LevelGroup, day: number): void {
  for (const context of contexts) {
    settleContext(context, day)
    tallyOf(context, group).observed += 1
  }
}

function settleRate(rate: FleetRate, day: number): void {
  const left = kept(day - rate.day)
  if (left < 1) {
    for (let level = 1; level <= 6; level++) rate.births[level]! *= left
    rate.exposure *= left
  }
  rate.day = Math.max(rate.day, day)
}

function settleContext(context: Context, day: number): void {
  const left = kept(day - context.day)
  if (left < 1)
    for (const tally of [context.near, context.far]) {
      tally.observed *= left
      tally.expected *= left
    }
  context.day = Math.max(context.day, day)
}
