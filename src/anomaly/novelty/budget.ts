import { DAY, type EpochMs } from '../../domain/time.ts'
import { dayOf } from './fading.ts'

/**
 * A threshold that keeps to a number of alerts a day per 40 hosts (v3 §9). Every finding, shown or not, belongs to a shadow incident that keeps
 * its peak; once a day the threshold becomes the peak that would have let through what was asked for in the last thirty days.
 * Prior peaks worth four days hold it up at first. It is made stricter while alerts come faster than asked, and never laxer than the
 * peaks say: saved alerts are not spent on worse ones.
 */
export interface Budget {
  /** By (host, program): the peak of the last seven days' findings. */
  readonly open: Map<string, Peak>
  /** Peaks of before. */
  over: Peak[]
  /** When alerts were shown. */
  shown: EpochMs[]
  day: number
  threshold: number
}

interface Peak {
  readonly at: EpochMs
  nats: number
}

const WINDOW = 30 * DAY
const INCIDENT = 7 * DAY
/** So many days' worth of prior peaks, at 8.1 nats and upwards in steps of 0.3. */
const PRIOR_DAYS = 4
/** What is odd by less is not worth an alert, however few there are. */
const LEAST = 3
const PRIOR = { from: 8.1, step: 0.3 } as const

export function newBudget(): Budget {
  return { open: new Map(), over: [], shown: [], day: -1, threshold: PRIOR.from }
}

/** When a fleet was first seen, and when it had settled: findings are counted from the one on, the pace of alerts from the other. */
export interface Fleet {
  readonly since: EpochMs
  readonly settled: EpochMs
  /** Hosts that were seen lately; asked once a day. */
  readonly hosts: () => number
}

/** A budget is said for a fleet of so many hosts. */
const HOSTS_OF_BUDGET = 40

/**
 * Alerts a day of a whole fleet that has a budget per 40 hosts. A small one still has one a day: part of an alert tells nobody
 * anything. Who asks for less than one a day gets less.
 */
export function alertsOfFleet(perDay: number, hosts: number): number {
  return Math.max(Math.min(1, perDay), (perDay * hosts) / HOSTS_OF_BUDGET)
}

/** Takes in a finding, and answers the threshold that holds for it. `perDay` is per 40 hosts. */
export function thresholdFor(
  budget: Budget,
  perDay: number,
  { place, nats, at }: { readonly place: string; readonly nats: number; readonly at: EpochMs },
  fleet: Fleet,
): number {
  if (dayOf(at) > budget.day) {
    budget.day = dayOf(at)
    settle(budget, alertsOfFleet(perDay, fleet.hosts()), at, fleet)
  }
  const open = budget.open.get(place)
  if (open !== undefined && at - open.at < INCIDENT) open.nats = Math.max(open.nats, nats)
  else {
    if (open !== undefined) budget.over.push(open)
    budget.open.set(place, { at, nats })
  }
  return budget.threshold
}

function settle(budget: Budget, perDay: number, now: EpochMs, { since, settled }: Fleet): void {
  for (const [place, peak] of budget.open)
    if (now - peak.at >= INCIDENT) {
      budget.open.delete(place)
      budget.over.push(peak)
    }
  budget.over = budget.over.filter(({ at }) => now - at < WINDOW)
  budget.shown = budget.shown.filter((at) => now - at < WINDOW)
  const days = Math.min(WINDOW, now - since) / DAY
  const serving = Math.min(WINDOW, Math.max(0, now - settled)) / DAY
  const told = budget.shown.filter((at) => at >= settled).length
  const prior = Array.from({ length: Math.round(perDay * PRIOR_DAYS) }, (_, i) => PRIOR.from + PRIOR.step * i)
  const asked = perDay * (days + PRIOR_DAYS)
  const pace = Math.min(1, Math.max(0.5, (perDay * (serving + 1)) / (told + perDay)))
  const peaks = [...budget.over, ...budget.open.values()].map(({ nats }) => nats)
  const all = [...prior, ...peaks].sort((a, b) => b - a)
  // Where less was found than was asked for, all of it may be told.
  budget.threshold = Math.max(LEAST, all[Math.max(1, Math.floor(asked * pace)) - 1] ?? LEAST)
}
