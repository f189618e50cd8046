import type { Alert, Evidence } from '../domain/alert.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { EcsEvent } from '../domain/event.ts'
import { values } from '../domain/field.ts'
import type { Rule, Severity } from '../domain/rule.ts'
import { type EpochMs, isoTime } from '../domain/time.ts'
import type { Acquaintance } from './history.ts'
import { sentenceOf } from './sentence.ts'

/** What a rule found about one host, as far as its alert tells it. */
export interface Found {
  readonly alertId: string
  readonly rule: Rule
  readonly record: AnomalyRecord
  readonly host: string | null
  readonly severity: Severity
  readonly risk_score: number
}

/**
 * The alert for a finding: the anomaly record, the ECS fields of the events behind it, `kibana.alert.*` and our own
 * `oddsock.*`. `now` is the clock of the sequence when the rule found it.
 */
export function alertDocument(found: Found, evidence: Evidence, acquaintance: Acquaintance, now: EpochMs): Alert {
  const { record, host, rule } = found
  const process = record.by_field_value ?? ''
  const sentence = sentenceOf({ process, host, evidence, acquaintance, timestamp: record.timestamp })
  return {
    '@timestamp': isoTime(now),
    ...record,
    event: { kind: 'signal' },
    ...ecsOf(evidence, process, host),
    'kibana.alert.uuid': found.alertId,
    'kibana.alert.status': 'active',
    'kibana.alert.workflow_status': 'open',
    'kibana.alert.original_time': isoTime(record.timestamp),
    'kibana.alert.start': isoTime(now),
    'kibana.alert.depth': 1,
    'kibana.alert.ancestors': [{ id: record.record_id, type: 'event', index: '', depth: 0 }],
    'kibana.alert.severity': found.severity,
    'kibana.alert.risk_score': found.risk_score,
    'kibana.alert.reason': sentence,
    ...ruleFields(rule),
    oddsock: {
      sentence,
      evidence,
      seen_before: {
        ...(acquaintance.anywhere && { anywhere: spell(acquaintance.anywhere) }),
        ...(acquaintance.here && { here: spell(acquaintance.here) }),
      },
      history: {
        ...(Number.isNaN(acquaintance.historyFrom) ? {} : { from: isoTime(acquaintance.historyFrom) }),
        buckets: acquaintance.bucketsScored,
        hosts: acquaintance.hostsKnown,
      },
      ...spanOf(evidence),
    },
  }
}

/** ECS fields of the events: scalars from the first of them, destinations as lists over all. */
function ecsOf(evidence: Evidence, process: string, host: string | null): EcsEvent {
  const [first] = evidence.events
  const user = facetValues(evidence, 'user.name')[0]
  const ips = facetValues(evidence, 'destination.ip')
  const ports = facetValues(evidence, 'destination.port')
  const destination = { ...(ips.length > 0 && { ip: ips }), ...(ports.length > 0 && { port: ports.map(Number) }) }
  return {
    process: { ...objectAt(first, 'process'), name: process },
    ...(host !== null && { host: { ...objectAt(first, 'host'), name: host } }),
    ...(user !== undefined && {
      user: { ...(isScalar(first, 'user.name', user) && objectAt(first, 'user')), name: user },
    }),
    ...(Object.keys(destination).length > 0 && { destination }),
  }
}

function objectAt(event: EcsEvent | undefined, key: string): Record<string, unknown> {
  const value = event && Object.hasOwn(event, key) ? event[key] : undefined
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function isScalar(event: EcsEvent | undefined, field: string, value: string): boolean {
  return event !== undefined && values(event, field).length === 1 && String(values(event, field)[0]) === value
}

function facetValues(evidence: Evidence, field: string): string[] {
  return evidence.facets.find((facet) => facet.field === field)?.values.map(({ value }) => value) ?? []
}

function ruleFields(rule: Rule): Record<string, unknown> {
  const told = [
    'rule_id',
    'name',
    'type',
    'version',
    'description',
    'author',
    'license',
    'tags',
    'references',
    'false_positives',
    'note',
    'threat',
    'from',
    'to',
    'interval',
    'max_signals',
    'enabled',
    'severity',
    'risk_score',
  ] as const
  const fields = told.flatMap((name) =>
    rule[name] === undefined ? [] : [[`kibana.alert.rule.${name}`, rule[name]] as const],
  )
  return {
    ...Object.fromEntries(fields),
    'kibana.alert.rule.parameters': {
      anomaly_threshold: rule.anomaly_threshold,
      machine_learning_job_id: rule.machine_learning_job_id,
    },
  }
}

function spell(seen: {
  readonly first: EpochMs
  readonly last: EpochMs
  readonly buckets: number
  readonly hosts: readonly string[]
}) {
  return { first: isoTime(seen.first), last: isoTime(seen.last), buckets: seen.buckets, hosts: seen.hosts }
}

function spanOf(evidence: Evidence): Record<string, string> {
  const times = evidence.events
    .flatMap((event) => values(event, '@timestamp'))
    .map(String)
    .sort()
  return times.length === 0 ? {} : { first_seen: times[0]!, last_seen: times.at(-1)! }
}
