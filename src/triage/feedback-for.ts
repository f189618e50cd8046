import type { Alert } from '../domain/alert.ts'
import type { AnomalyRecord, NoveltyFinding } from '../domain/anomaly-record.ts'
import { AppError } from '../domain/error.ts'
import type { Expected, Malicious } from '../domain/feedback.ts'
import { derivedId } from '../domain/hash.ts'
import type { Scope } from '../domain/scope.ts'
import type { TermName } from '../domain/term-name.ts'
import { DAY, type DurationMs, type EpochMs, SECOND } from '../domain/time.ts'
import { SCOPES, type Scope as ScopeName } from './exception-for.ts'

/** A record of `novelty`, or an alert of one: it carries the fields of its record. */
type NoveltyRecord = Pick<AnomalyRecord, 'record_id' | 'timestamp' | 'bucket_span' | 'influencers'> & {
  readonly by_field_value: string
  readonly partition_field_value: string
  readonly oddsock: NoveltyFinding
}

/** What is said besides, and by whom. */
export interface FeedbackWish {
  readonly given_at: EpochMs
  readonly by?: string
  readonly note?: string
}

/** A program that an account began to use less than so long before is itself the news, whatever it contacts. */
const YOUNG: DurationMs = 7 * DAY

const OF_PEER: ReadonlySet<TermName> = new Set<TermName>([
  'unknown endpoint',
  'new range',
  'new port',
  'known endpoint',
  'new internal peer',
])

/**
 * "This is expected": host, user and program of the alert, and where it was about new peers of a program that is known there, these
 * peers; or what `scope` names.
 *
 * @throws AppError FEEDBACK_UNUSABLE for an alert of another function · FEEDBACK_TOO_VAGUE for a scope without program and peer
 */
export function expectedFor(
  alert: Alert,
  { scope, until, ...wish }: FeedbackWish & { readonly scope?: readonly ScopeName[]; readonly until: EpochMs },
): Expected {
  const record = noveltyRecordOf(alert)
  const usual: readonly ScopeName[] = isAboutProgram(record) ? ['host', 'user', 'program'] : SCOPES
  const wanted = scope && scope.length > 0 ? scope : usual
  const peers = wanted.includes('peer') ? allPeers(record) : []
  if (!wanted.includes('program') && peers.length === 0)
    throw new AppError({
      message: `Cannot expect everything that happens on a host or as a user: the scope is ${wanted.join(', ')}`,
      code: 'FEEDBACK_TOO_VAGUE',
      hint: 'Add program, or peer.',
    })
  const found: Scope = {
    ...(wanted.includes('host') && { host: record.partition_field_value }),
    ...(wanted.includes('user') && { user: record.oddsock.user }),
    ...(wanted.includes('program') && { program: record.by_field_value }),
    ...(peers.length > 0 && { peers }),
  }
  const id = idOf(alert, 'expected', found, until)
  return { ...common(alert, id, wish), says: 'expected', scope: found, until }
}

/**
 * "This is malicious": all that the incident's records are about, since it began. `records` are those of its job, of the last weeks;
 * where they are gone the alert stands for itself.
 *
 * @throws AppError FEEDBACK_UNUSABLE for an alert of another function
 */
export function maliciousFor(alert: Alert, records: readonly AnomalyRecord[], wish: FeedbackWish): Malicious {
  const own = noveltyRecordOf(alert)
  const others: readonly NoveltyRecord[] = records.filter(isOfNovelty)
  const { incident } = own.oddsock
  const incidents = [own, ...others.filter(({ oddsock }) => incident !== undefined && oddsock.incident === incident)]
  const scopes = new Map(incidents.map(maliciousScope).map((scope) => [JSON.stringify(scope), scope]))
  const from = Math.min(...incidents.map((one) => beginningOf(one, others)))
  const found = [...scopes.values()]
  const after = own.timestamp + own.bucket_span * SECOND
  return {
    ...common(alert, idOf(alert, 'malicious', found, from), wish),
    says: 'malicious',
    scopes: found,
    from,
    after,
  }
}

function maliciousScope(record: NoveltyRecord): Scope {
  const { partition_field_value: host, by_field_value: program, oddsock } = record
  const peer = oddestPeer(record)
  const peers = isAboutProgram(record) || peer === undefined ? {} : { peers: [peer] }
  return { host, user: oddsock.user, program, ...peers }
}

/** Start of the bucket in which what a record is about was first met: the program there, or the first record of that peer. */
function beginningOf(record: NoveltyRecord, others: readonly NoveltyRecord[]): EpochMs {
  const span = record.bucket_span * SECOND
  if (isAboutProgram(record)) return Math.floor((record.timestamp - ageOf(record) * DAY) / span) * span
  const same = JSON.stringify(maliciousScope(record))
  const alike = others.filter((other) => !isAboutProgram(other) && JSON.stringify(maliciousScope(other)) === same)
  return Math.min(record.timestamp, ...alike.map(({ timestamp }) => timestamp))
}

/** Whether the program is the news, and not some peer of one that has long been there. */
function isAboutProgram(record: NoveltyRecord): boolean {
  const { terms } = record.oddsock
  const sum = (isMeant: (name: TermName) => boolean) =>
    terms.reduce((nats, term) => nats + (isMeant(term.name) ? term.nats : 0), 0)
  return ageOf(record) < YOUNG / DAY || sum((name) => name === 'program') > sum((name) => OF_PEER.has(name))
}

/** Days since that account began to use the program on that host. Where the program says nothing in the score, that was long ago. */
function ageOf({ oddsock: { terms } }: NoveltyRecord): number {
  const age = terms.find(({ name }) => name === 'program')?.numbers.age
  return typeof age === 'number' ? age : Number.POSITIVE_INFINITY
}

/** The peer that says most, as the terms have it. */
function oddestPeer({ oddsock: { terms } }: NoveltyRecord): string | undefined {
  const ip = terms.find(({ name, numbers }) => OF_PEER.has(name) && numbers.ip !== undefined)?.numbers.ip
  return typeof ip === 'string' ? ip : undefined
}

function allPeers(record: NoveltyRecord): string[] {
  const oddest = oddestPeer(record)
  const others = record.influencers.filter(({ influencer_field_name: name }) => name === 'destination.ip')
  const all = [...(oddest === undefined ? [] : [oddest]), ...others.flatMap((one) => one.influencer_field_values)]
  return [...new Set(all)]
}

function noveltyRecordOf(alert: Alert): NoveltyRecord {
  if (isOfNovelty(alert)) return alert
  throw new AppError({
    message: `Cannot teach job "${alert.job_id}" from alert "${alert['kibana.alert.uuid']}": only a job of the function "novelty" learns from what people say`,
    code: 'FEEDBACK_UNUSABLE',
    hint: 'oddsock alerts close says that it is settled; oddsock except keeps the like of it quiet.',
  })
}

function isOfNovelty<One extends Alert | AnomalyRecord>(one: One): one is One & NoveltyRecord {
  const { oddsock, by_field_value, partition_field_value } = one as Partial<NoveltyRecord>
  return oddsock?.terms !== undefined && by_field_value !== undefined && partition_field_value !== undefined
}

function common(alert: Alert, id: string, wish: FeedbackWish) {
  return { id, alert: alert['kibana.alert.uuid'], job_id: String(alert.job_id), ...wish }
}

function idOf(alert: Alert, says: string, scope: unknown, time: EpochMs): string {
  return derivedId('feedback', alert['kibana.alert.uuid'], says, JSON.stringify(scope), time)
}
