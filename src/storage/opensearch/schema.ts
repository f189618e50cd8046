import { FIRST_FIELDS } from '../../datafeed/datafeed.ts'
import { DERIVED } from '../../domain/derive.ts'
import { IDENTITY_FIELDS } from '../../domain/identity.ts'
import type { Dsl } from './compile-query.ts'

/**
 * What our own indices look like. A document is kept whole, as the text of its JSON, so that every bit of it comes back and no
 * name that a host makes up becomes a field of the cluster. Beside it stand the fields that are asked for, as keywords and under
 * their ECS names, for queries and dashboards.
 */

/** Longer texts are kept and not searched. In UTF-16 code units; a term of Lucene has room for 32,766 bytes. */
export const LONGEST_TERM = 8191

/** Fields of events that can be searched and grouped by in the cluster; whatever a job names besides is added when its index is made. */
export const EVENT_FIELDS: readonly string[] = [
  ...FIRST_FIELDS,
  ...DERIVED,
  ...IDENTITY_FIELDS.filter((field) => !field.startsWith('_') && field !== '@timestamp'),
  'agent.type',
  'auditd.data.socket.family',
  'auditd.data.syscall',
  'auditd.data.tty',
  'auditd.data.unit',
  'auditd.result',
  'auditd.summary.actor.primary',
  'auditd.summary.actor.secondary',
  'destination.port',
  'event.action',
  'event.category',
  'event.kind',
  'event.outcome',
  'event.type',
  'file.path',
  'group.name',
  'host.os.family',
  'host.os.type',
  'network.direction',
  'network.transport',
  'network.type',
  'process.args',
  'process.command_line',
  'process.executable',
  'process.hash.sha256',
  'process.parent.executable',
  'process.parent.name',
  'process.parent.pid',
  'process.pid',
  'process.title',
  'process.working_directory',
  'rule.name',
  'service.type',
  'source.ip',
  'source.port',
  'tags',
  'user.audit.id',
  'user.audit.name',
  'user.effective.id',
  'user.effective.name',
  'user.id',
  'user.target.name',
]

/** Fields of anomaly results, as Elastic ML publishes them. */
export const RESULT_FIELDS: readonly string[] = [
  'result_type',
  'job_id',
  'function',
  'by_field_name',
  'by_field_value',
  'over_field_name',
  'over_field_value',
  'partition_field_name',
  'partition_field_value',
  'influencer_field_name',
  'influencer_field_value',
  'host.name',
]

/** Fields of alerts, for dashboards that know ECS and `kibana.alert.*`. */
export const ALERT_FIELDS: readonly string[] = [
  'kibana.alert.uuid',
  'kibana.alert.workflow_status',
  'kibana.alert.status',
  'kibana.alert.severity',
  'kibana.alert.reason',
  'kibana.alert.rule.name',
  'kibana.alert.rule.uuid',
  'kibana.alert.rule.rule_id',
  'kibana.alert.rule.tags',
  'kibana.alert.rule.producer',
  'kibana.alert.rule.rule_type_id',
  'kibana.space_ids',
  'event.kind',
  'host.id',
  'host.name',
  'user.id',
  'user.name',
  'process.name',
  'process.executable',
  'destination.ip',
  'message',
  'oddsock.program',
  'oddsock.alert.phase',
]

/** Numbers of documents that dashboards sort and draw by. */
export const NUMBERS: ReadonlySet<string> = new Set(['record_score', 'kibana.alert.risk_score'])

/** The mapping of an index of ours. Nothing is mapped that is not named here. */
export function mappingOf(fields: readonly string[]): Dsl {
  return {
    dynamic: false,
    _meta: { oddsock: { fields } },
    properties: {
      ...nested([
        ...fields.map((field) => [field, KEYWORD] as const),
        ...[...NUMBERS].map((field) => [field, DOUBLE] as const),
      ]),
      '@timestamp': { type: 'date', ignore_malformed: true },
      journal: { properties: JOURNAL },
    },
  }
}

const KEYWORD: Dsl = { type: 'keyword', ignore_above: LONGEST_TERM }
const DOUBLE: Dsl = { type: 'double', ignore_malformed: true }
const LONG: Dsl = { type: 'long' }
const TERM: Dsl = { type: 'keyword' }

/** What we say of a document ourselves; no sender reaches it. Times are milliseconds since 1970. */
const JOURNAL: Dsl = {
  json: { type: 'keyword', index: false, doc_values: false },
  /** A long value of the state: its JSON, gzip, base64. */
  packed: { type: 'keyword', index: false, doc_values: false },
  /** Of a part of a longer one: the id of its head, and the writing that both belong to. */
  part_of: TERM,
  writing: TERM,
  /** Place in the journal. */
  seq: LONG,
  /** What a document and its revisions share. */
  key: TERM,
  version: LONG,
  /** Which attempt wrote it: tells a repeated write from somebody else's. */
  attempt: TERM,
  time: LONG,
  bucket_time: LONG,
  clock: LONG,
  revision: LONG,
  /** Place of the revision that replaced this one. */
  superseded: LONG,
  addresses: TERM,
  /** Fields with more than one value: their rows cannot be told from terms, which have no order. */
  several: TERM,
  /** Fields with a value that is no term: they cannot be searched. */
  untermed: TERM,
  notices: { type: 'object', enabled: false },
  pending: { type: 'boolean' },
}

/** @example nested([['a.b', x]]) // { a: { properties: { b: x } } } */
function nested(fields: readonly (readonly [string, Dsl])[]): Dsl {
  const tree = new Map<string, (readonly [string, Dsl])[]>()
  const leaves: [string, Dsl][] = []
  for (const [name, mapping] of fields) {
    const dot = name.indexOf('.')
    if (dot < 0) leaves.push([name, mapping])
    else tree.set(name.slice(0, dot), [...(tree.get(name.slice(0, dot)) ?? []), [name.slice(dot + 1), mapping]])
  }
  const objects = [...tree].map(([name, inner]) => [name, { properties: nested(inner) }] as const)
  return Object.fromEntries([...leaves, ...objects])
}
