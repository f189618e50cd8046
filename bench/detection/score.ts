import { DAY, type EpochMs, HOUR, MINUTE } from '../../src/domain/time.ts'
import type { Attack, Truth } from './truth.ts'

/** One alert as the scorer of the development fleets understands it. */
export interface Alert {
  /** Start of its bucket. */
  readonly at: EpochMs
  readonly names: readonly string[]
  /** None: any host. */
  readonly hosts: readonly string[]
  readonly score: number
}

const SPAN = 15 * MINUTE
/** Alerts a day that somebody looks at. */
export const PER_DAY = [1, 2, 3, 5] as const
const SHUFFLES = 20

export function afterWarmUp(truth: Truth, alerts: readonly Alert[]): Alert[] {
  return alerts.filter(({ at }) => at >= truth.from && at < truth.end)
}

export function daysOf({ from, end }: Truth): number {
  return (end - from) / DAY
}

/** Attacks that an alert hits: its bucket holds an event of theirs, and it names that event's process and host. */
function hitsOf(truth: Truth, { at, names, hosts }: Alert): Set<Attack> {
  const hits = new Set<Attack>()
  for (const name of names)
    for (const activity of truth.byProcess.get(name) ?? [])
      if (
        activity.attack !== undefined &&
        (hosts.length === 0 || hosts.some((host) => activity.hosts.includes(host))) &&
        activity.ranges.some(([from, to]) => from < at + SPAN && to > at)
      )
        hits.add(activity.attack)
  return hits
}

/** How many of these alerts hit an attack. */
export function right(truth: Truth, alerts: readonly Alert[]): number {
  return alerts.filter((alert) => hitsOf(truth, alert).size > 0).length
}

/** The highest score of an alert that hits each attack. */
export function bestScores(truth: Truth, alerts: readonly Alert[]): ReadonlyMap<Attack, number> {
  const best = new Map<Attack, number>()
  for (const alert of alerts)
    for (const attack of hitsOf(truth, alert)) best.set(attack, Math.max(alert.score, best.get(attack) ?? 0))
  return best
}

/** Share of the attacks that are found by these alerts, each within `within` of its first visible event after the warm-up. */
export function recallOf(truth: Truth, alerts: readonly Alert[], within = Number.POSITIVE_INFINITY): number {
  const found = new Set<Attack>()
  for (const alert of alerts)
    for (const attack of hitsOf(truth, alert))
      if (alert.at + SPAN - Math.max(attack.firstVisible, truth.from) <= within) found.add(attack)
  return truth.attacks.filter((attack) => found.has(attack)).length / truth.attacks.length
}

/** Recall when only the best `perDay` alerts a day are looked at; equal scores at the cut are drawn, and the mean is taken. */
export function recallAt(truth: Truth, alerts: readonly Alert[], perDay: number, within?: number): number {
  const room = Math.round(perDay * daysOf(truth))
  const sorted = [...alerts].sort((a, b) => b.score - a.score)
  const cut = sorted[room - 1]?.score
  if (cut === undefined || sorted.length <= room) return recallOf(truth, sorted, within)
  const above = sorted.filter(({ score }) => score > cut)
  const ties = sorted.filter(({ score }) => score === cut)
  const random = generator(1)
  let sum = 0
  for (let i = 0; i < SHUFFLES; i++)
    sum += recallOf(truth, [...above, ...shuffled(ties, random).slice(0, room - above.length)], within)
  return sum / SHUFFLES
}

/** Median minutes from the first visible event to the first alert, of the attacks that were found. */
export function medianDelay(truth: Truth, alerts: readonly Alert[]): number {
  const first = new Map<Attack, number>()
  for (const alert of alerts)
    for (const attack of hitsOf(truth, alert))
      first.set(attack, Math.min(first.get(attack) ?? Number.POSITIVE_INFINITY, alert.at + SPAN))
  const delays = truth.attacks
    .filter((one) => first.has(one))
    .map((one) => Math.max(0, first.get(one)! - one.firstVisible))
  return (delays.sort((a, b) => a - b)[Math.ceil(delays.length / 2) - 1] ?? Number.NaN) / MINUTE
}

/** So many hours after its first event an attack is found in time. */
export const IN_TIME = 24 * HOUR

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const all = [...items]
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[all[i], all[j]] = [all[j]!, all[i]!]
  }
  return all
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
