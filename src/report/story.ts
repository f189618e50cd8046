import { ascending, max, min } from 'd3-array'
import type { Alert, Facet } from '../domain/alert.ts'
import type { EcsEvent } from '../domain/event.ts'
import type { EpochMs } from '../domain/time.ts'
import { rankOf } from './score-step.ts'
import { type ToldAlert, toldAlert } from './told-alert.ts'

/** Alerts that tell the same: one rule and job on one process or program. A roll-out to fifty hosts is one story, not fifty lines. */
export interface Story {
  /** The one that speaks for all: the worst, the earliest of equals. */
  readonly head: ToldAlert
  /** All of them, worst first, the head included. */
  readonly alerts: readonly ToldAlert[]
  readonly hosts: readonly string[]
  readonly users: readonly string[]
  /** First and last time of the events behind all of them. */
  readonly first?: EpochMs
  readonly last?: EpochMs
  /** Events behind all of them. */
  readonly events: number
  /** The first few, of the worst. */
  readonly samples: readonly EcsEvent[]
  /** What the events have in common, added up over all of them. */
  readonly facets: readonly Facet[]
}

/** Raw events kept for each story. */
const MOST_SAMPLES = 5

/** The stories of alerts in any order: worst severity first, then the highest score, then the earliest, then by name. */
export function storiesOf(alerts: readonly Alert[]): Story[] {
  const byKey = new Map<string, ToldAlert[]>()
  for (const alert of alerts.map(toldAlert).sort(worstFirst)) {
    const key = JSON.stringify([alert.rule, alert.job, alert.subject])
    const same = byKey.get(key)
    if (same) same.push(alert)
    else byKey.set(key, [alert])
  }
  return [...byKey.values()].map(storyOf)
}

function storyOf(alerts: readonly ToldAlert[]): Story {
  const first = min(alerts, (alert) => alert.firstSeen)
  const last = max(alerts, (alert) => alert.lastSeen)
  return {
    ...(first !== undefined && { first }),
    ...(last !== undefined && { last }),
    head: alerts[0]!,
    alerts,
    hosts: distinct(alerts.flatMap((alert) => alert.hosts)),
    users: distinct(alerts.flatMap((alert) => alert.users)),
    events: alerts.reduce((sum, alert) => sum + alert.evidence.count, 0),
    samples: alerts.flatMap((alert) => alert.evidence.events).slice(0, MOST_SAMPLES),
    facets: addedUp(alerts.flatMap((alert) => alert.evidence.facets)),
  }
}

function worstFirst(a: ToldAlert, b: ToldAlert): number {
  return (
    rankOf(b.severity) - rankOf(a.severity) ||
    b.score - a.score ||
    (a.bucket ?? 0) - (b.bucket ?? 0) ||
    ascending(a.process, b.process) ||
    ascending(a.rule, b.rule) ||
    ascending(a.job, b.job) ||
    ascending(a.hosts.join(), b.hosts.join()) ||
    ascending(a.sentence, b.sentence)
  )
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)]

/** One facet for each field. `others` are distinct values nobody listed; they may overlap, so the greatest is the honest floor. */
function addedUp(facets: readonly Facet[]): Facet[] {
  const fields = new Map<string, { counts: Map<string, number>; others: number; sampled: boolean }>()
  for (const facet of facets) {
    const sum = fields.get(facet.field) ?? { counts: new Map(), others: 0, sampled: false }
    for (const { value, count } of facet.values) sum.counts.set(value, (sum.counts.get(value) ?? 0) + count)
    sum.others = Math.max(sum.others, facet.others)
    sum.sampled ||= facet.sampled === true
    fields.set(facet.field, sum)
  }
  return [...fields].map(([field, { counts, others, sampled }]) => ({
    field,
    values: [...counts]
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count || ascending(a.value, b.value)),
    others,
    ...(sampled && { sampled }),
  }))
}
