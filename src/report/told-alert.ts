import { type Alert, type Answer, type Evidence, type Facet, QUESTIONS } from '../domain/alert.ts'
import type { EcsEvent } from '../domain/event.ts'
import { text, values } from '../domain/field.ts'
import { type EpochMs, parseTime, type Score } from '../domain/time.ts'

/** What the page says of one alert; lists are empty and times absent where the alert does not say. */
export interface ToldAlert {
  /** Id of the job whose record it is. */
  readonly job: string
  readonly rule: string
  /** The rule's severity, in the alert's own word. */
  readonly severity: string
  readonly score: Score
  readonly sentence: string
  readonly process: string
  readonly hosts: readonly string[]
  readonly users: readonly string[]
  readonly destinations: readonly string[]
  /** Start of the bucket. */
  readonly bucket?: EpochMs
  /** First and last time of the events behind it. */
  readonly firstSeen?: EpochMs
  readonly lastSeen?: EpochMs
  /** In how many buckets the process had been seen anywhere before, of how many; 0 is never. */
  readonly seenBefore?: number
  readonly history?: number
  /** What whoever judges it asks, answered. */
  readonly answers: readonly Answer[]
  /** What the score is the sum of, in nats, for a job that tells it. */
  readonly reasons: readonly Reason[]
  /** Each the end of "Would not alert if …". */
  readonly unless: readonly string[]
  /** The value that the alert is about: a process name, or a program by its path. */
  readonly subject: string
  readonly evidence: Evidence
}

/** The questions of a guide in a word or two. */
export const QUESTION_WORDS: Readonly<Record<Answer['question'], string>> = {
  addresses: 'with whom',
  user: 'by whom',
  rhythm: 'new or periodic',
  command: 'what ran',
  before: 'what came before',
}

export interface Reason {
  readonly nats: number
  readonly sentence: string
}

/** Reads the fields that an alert document may have (nested or dotted); none of them is taken for granted. */
export function toldAlert(alert: Alert): ToldAlert {
  const process = text(alert, 'process.name') ?? 'a process without a name'
  const hosts = texts(alert, 'host.name')
  return {
    job: text(alert, 'job_id') ?? 'a job without an id',
    rule: text(alert, 'kibana.alert.rule.name') ?? text(alert, 'kibana.alert.rule.rule_id') ?? 'a rule without a name',
    severity: text(alert, 'kibana.alert.severity') ?? 'low',
    score: number(alert, 'record_score') ?? 0,
    sentence: sentenceOf(alert) ?? `${process} used the network${hosts.length > 0 ? ` on ${hosts.join(', ')}` : ''}`,
    process,
    hosts,
    users: texts(alert, 'user.name'),
    destinations: texts(alert, 'destination.ip'),
    ...optional('bucket', time(alert, 'timestamp') ?? time(alert, '@timestamp')),
    ...optional('firstSeen', time(alert, 'oddsock.first_seen')),
    ...optional('lastSeen', time(alert, 'oddsock.last_seen')),
    ...optional('seenBefore', number(alert, 'oddsock.seen_before.anywhere.buckets') ?? 0),
    ...optional('history', number(alert, 'oddsock.history.buckets')),
    answers: answersOf(alert),
    reasons: reasonsOf(alert),
    unless: texts(alert, 'oddsock.would_not_alert_if'),
    subject: text(alert, 'by_field_value') ?? process,
    evidence: evidenceOf(alert),
  }
}

/** The reason says the same, and names what has joined the alert since. */
function sentenceOf(alert: Alert): string | undefined {
  const reason = text(alert, 'kibana.alert.reason')
  return hasJoined(alert) ? reason : (text(alert, 'oddsock.sentence') ?? reason)
}

/** Whether something has joined an alert since it was told. */
export const hasJoined = (alert: Alert): boolean => values(alert, 'oddsock.joined.program').length > 0

const texts = (alert: Alert, field: string): string[] => values(alert, field).map(String)

function number(alert: Alert, field: string): number | undefined {
  const value = Number(text(alert, field) ?? Number.NaN)
  return Number.isFinite(value) ? value : undefined
}

function time(alert: Alert, field: string): EpochMs | undefined {
  const value = parseTime(values(alert, field)[0])
  return Number.isNaN(value) ? undefined : value
}

function optional<K extends string>(name: K, value: number | undefined): { readonly [name in K]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { [name in K]: number })
}

function answersOf(alert: Alert): Answer[] {
  const known = (one: Answer) => QUESTIONS.includes(one?.question) && typeof one.says === 'string'
  return listIn(alert, 'answers').filter((one): one is Answer => known(one as Answer))
}

/** A list of objects under `oddsock`, which `values` does not give. */
function listIn(alert: Alert, name: string): readonly unknown[] {
  const nested = alert.oddsock as Readonly<Record<string, unknown>> | undefined
  const list = alert[`oddsock.${name}`] ?? nested?.[name]
  return Array.isArray(list) ? list : []
}

/** Strongest first, counter-evidence last. */
function reasonsOf(alert: Alert): Reason[] {
  return (listIn(alert, 'terms') as readonly Reason[])
    .filter((term): term is Reason => typeof term?.nats === 'number' && typeof term.sentence === 'string')
    .map(({ nats, sentence }) => ({ nats, sentence }))
    .sort((a, b) => b.nats - a.nats)
}

/** `oddsock.evidence` holds objects, which `values` does not give. */
function evidenceOf(alert: Alert): Evidence {
  const nested = alert.oddsock as { readonly evidence?: unknown } | undefined
  const found = (alert['oddsock.evidence'] ?? nested?.evidence) as Partial<Evidence> | undefined
  const events: readonly EcsEvent[] = Array.isArray(found?.events) ? found.events : []
  const facets: readonly Facet[] = Array.isArray(found?.facets) ? found.facets : []
  return { count: found?.count ?? events.length, events, facets }
}
