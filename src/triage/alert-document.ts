import type { Alert, Evidence } from '../domain/alert.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { EcsEvent } from '../domain/event.ts'
import { values } from '../domain/field.ts'
import { derivedId } from '../domain/hash.ts'
import type { Before } from '../domain/landmark.ts'
import { firstOf, type Observation } from '../domain/observation.ts'
import type { Rule, Severity } from '../domain/rule.ts'
import { type EpochMs, isoTime } from '../domain/time.ts'
import { answersOf } from './answers.ts'
import { facetValues } from './evidence.ts'
import type { Acquaintance, Sightings } from './history.ts'
import { type Joined, withJoined } from './joined.ts'
import { peersOf } from './peers.ts'
import { sentenceOf } from './sentence.ts'

/** What a rule found about one host, as far as its alert tells it. */
export interface Found {
  readonly alertId: string
  readonly rule: Rule
  readonly record: AnomalyRecord
  readonly host: string | null
  /** The rows of the record on this host, exceptions taken out. */
  readonly rows: readonly Observation[]
  readonly severity: Severity
  readonly risk_score: number
}

/** What is known beside the events. */
export interface Known {
  readonly acquaintance: Acquaintance
  /** The clock of the sequence when the rule found it. */
  readonly now: EpochMs
  readonly joined: Joined
  /** Undefined where it could not be found out. */
  readonly before?: Before | undefined
}

/** The alert for a finding: the anomaly record, the ECS fields of the events behind it, `kibana.alert.*` and our own `oddsock.*`. */
export function alertDocument(found: Found, evidence: Evidence, known: Known): Alert {
  return withJoined(documentOf(found, evidence, known), known.joined, found.rule)
}

function documentOf(found: Found, evidence: Evidence, { acquaintance, now, before }: Known): Alert {
  const { record, host, rule } = found
  const first = firstOf(found.rows)
  const told = { record, host, evidence, acquaintance, ...(before && { before, first }) }
  const sentence = [sentenceOf(told), ...reasonsOf(record)].join(' ')
  return {
    '@timestamp': isoTime(now),
    ...record,
    event: { kind: 'signal' },
    ...ecsOf(evidence, record, host),
    'kibana.alert.uuid': found.alertId,
    'kibana.alert.status': 'active',
    'kibana.alert.workflow_status': 'open',
    'kibana.alert.original_time': isoTime(record.timestamp),
    'kibana.alert.start': isoTime(now),
    'kibana.alert.depth': 1,
    'kibana.space_ids': ['default'],
    'kibana.alert.ancestors': [{ id: record.record_id, type: 'event', index: '', depth: 0 }],
    'kibana.alert.severity': found.severity,
    'kibana.alert.risk_score': found.risk_score,
    'kibana.alert.reason': sentence,
    ...ruleFields(rule),
    oddsock: {
      ...record.oddsock,
      sentence,
      answers: answersOf(told),
      ...(before && { before: before.landmarks }),
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
      ...spanOf(found.rows),
    },
  }
}

/** So many of the strongest reasons stand in the sentence; all of them are in `oddsock.terms`. */
const REASONS = 3
/** A reason worth less than this says little. */
const LEAST_NATS = 0.5

/** What makes a finding odd, strongest first, in sentences of the job that found it. */
function reasonsOf({ oddsock }: AnomalyRecord): string[] {
  return [...(oddsock?.terms ?? [])]
    .filter(({ nats }) => nats > LEAST_NATS)
    .sort((a, b) => b.nats - a.nats)
    .slice(0, REASONS)
    .map(({ sentence }) => sentence)
}

/** ECS fields of the events: of process, host and user one value, from the first event; of addresses and ports all that are listed. */
function ecsOf(evidence: Evidence, record: AnomalyRecord, host: string | null): EcsEvent {
  const [first] = evidence.events
  const [name] = record.oddsock?.names ?? []
  const process = {
    ...(name !== undefined && { name }),
    ...objectAt(first, 'process'),
    ...named(record, 'process.name'),
  }
  const { from } = peersOf(evidence)
  const destination = {
    ...listOf('ip', facetValues(evidence, 'destination.ip')),
    ...listOf('port', facetValues(evidence, 'destination.port').map(Number).filter(Number.isInteger)),
    ...listOf('path', facetValues(evidence, 'destination.path')),
  }
  return {
    ...filled('process', process),
    ...(host !== null && { host: { ...objectAt(first, 'host'), name: host } }),
    ...filled('user', userOf(evidence, record)),
    ...filled('source', listOf('ip', from)),
    ...filled('destination', destination),
  }
}

/** The user of most events, with the other fields of the user object if the first event is of the same one. */
function userOf(evidence: Evidence, record: AnomalyRecord): Record<string, unknown> {
  const [first] = evidence.events
  const name = named(record, 'user.name').name ?? facetValues(evidence, 'user.name')[0]
  const isOfFirst = name === undefined || (first !== undefined && values(first, 'user.name').join() === name)
  return { ...(isOfFirst && objectAt(first, 'user')), ...(name !== undefined && { name }) }
}

/** The value that the record is about, if it is of this field. */
function named({ by_field_name, by_field_value }: AnomalyRecord, field: string): { readonly name?: string } {
  return by_field_name === field && by_field_value !== undefined ? { name: by_field_value } : {}
}

function listOf(key: string, list: readonly unknown[]): Record<string, unknown> {
  return list.length > 0 ? { [key]: list } : {}
}

function filled(key: string, value: Record<string, unknown>): Record<string, unknown> {
  return Object.keys(value).length > 0 ? { [key]: value } : {}
}

/** An object of an event, whether it was sent nested or with dotted keys. */
function objectAt(event: EcsEvent = {}, key: string): Record<string, unknown> {
  const nested = Object.hasOwn(event, key) ? event[key] : undefined
  const isObject = typeof nested === 'object' && nested !== null && !Array.isArray(nested)
  const dotted = Object.entries(event).filter(([name]) => name.startsWith(`${key}.`))
  return {
    ...(isObject && nested),
    ...Object.fromEntries(dotted.map(([name, it]) => [name.slice(key.length + 1), it])),
  }
}

/** What Kibana's views filter the alerts of machine-learning rules by. */
const RULE_KIND = {
  'kibana.alert.rule.category': 'Machine Learning Rule',
  'kibana.alert.rule.consumer': 'siem',
  'kibana.alert.rule.producer': 'siem',
  'kibana.alert.rule.rule_type_id': 'siem.mlRule',
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
    'severity_mapping',
    'risk_score_mapping',
    'exceptions_list',
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
    ...RULE_KIND,
    'kibana.alert.rule.uuid': derivedId('rule', rule.rule_id),
    'kibana.alert.rule.parameters': {
      anomaly_threshold: rule.anomaly_threshold,
      machine_learning_job_id: rule.machine_learning_job_id,
    },
  }
}

function spell({ first, last, buckets, hosts }: Sightings) {
  return { first: isoTime(first), last: isoTime(last), buckets, hosts }
}

/** Times of the first and the last of all events, those not shown included. */
function spanOf(rows: readonly Observation[]): Record<string, string> {
  if (rows.length === 0) return {}
  const last = rows.reduce((most, row) => Math.max(most, row.last), Number.NEGATIVE_INFINITY)
  return { first_seen: isoTime(firstOf(rows)), last_seen: isoTime(last) }
}
