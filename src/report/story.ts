import { ascending, max, min } from 'd3-array'
import type { Alert, Facet } from '../domain/alert.ts'
import type { EcsEvent } from '../domain/event.ts'
import type { EpochMs } from '../domain/time.ts'
import { type Finding, findingOf } from './finding.ts'
import { rankOf } from './score-step.ts'

/** Alerts that tell the same: one rule and job on one process or program. A roll-out to fifty hosts is one story, not fifty lines. */
export interface Story {
  /** The finding that speaks for all: the worst, the earliest of equals. */
  readonly head: Finding
  /** All findings, worst first, the head included. */
  readonly findings: readonly Finding[]
  readonly hosts: readonly string[]
  readonly users: readonly string[]
  /** First and last time of the events behind all of them. */
  readonly first?: EpochMs
  readonly last?: EpochMs
  /** Events behind all of them. */
  readonly events: number
  /** The first few, of the worst findings. */
  readonly samples: readonly EcsEvent[]
  /** What the events have in common, added up over the findings. */
  readonly facets: readonly Facet[]
}

/** Raw events kept for each story. */
const MOST_SAMPLES = 5

/** The stories of alerts in any order: worst severity first, then the highest score, then the earliest, then by name. */
export function storiesOf(alerts: readonly Alert[]): Story[] {
  const byKey = new Map<string, Finding[]>()
  for (const finding of alerts.map(findingOf).sort(worstFirst)) {
    const key = JSON.stringify([finding.rule, finding.job, finding.subject])
    const same = byKey.get(key)
    if (same) same.push(finding)
    else byKey.set(key, [finding])
  }
  return [...byKey.values()].map(storyOf)
}

function storyOf(findings: readonly Finding[]): Story {
  const first = min(findings, (finding) => finding.firstSeen)
  const last = max(findings, (finding) => finding.lastSeen)
  return {
    ...(first !== undefined && { first }),
    ...(last !== undefined && { last }),
    head: findings[0]!,
    findings,
    hosts: distinct(findings.flatMap((finding) => finding.hosts)),
    users: distinct(findings.flatMap((finding) => finding.users)),
    events: findings.reduce((sum, finding) => sum + finding.evidence.count, 0),
    samples: findings.flatMap((finding) => finding.evidence.events).slice(0, MOST_SAMPLES),
    facets: addedUp(findings.flatMap((finding) => finding.evidence.facets)),
  }
}

function worstFirst(a: Finding, b: Finding): number {
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
