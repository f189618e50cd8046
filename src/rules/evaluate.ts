import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import { derivedId } from '../domain/hash.ts'
import type { Observation } from '../domain/observation.ts'
import type { Rule, Severity } from '../domain/rule.ts'
import { type EpochMs, isoTime, parseDuration } from '../domain/time.ts'
import type { RowTest } from './exceptions.ts'
import { gradeOf } from './grade.ts'
import { ruleTypeOf } from './types/index.ts'

/**
 * One step of one rule: in comes a page of anomaly records with the rows behind them, out come findings, one for each record
 * and host, and the state with which the next step begins. It reads no clock and no store, so that a repeated step finds the
 * same again; alerts are made of findings elsewhere.
 */

/** A record as it was appended, a revision included, with the rows of its bucket that it stands for. */
export interface JudgedRecord {
  readonly record: AnomalyRecord
  readonly rows: readonly Observation[]
}

/** What a rule found about one host: the stuff of an alert. */
export interface RuleFinding extends Candidate {
  readonly rule: Rule
  readonly severity: Severity
  readonly risk_score: number
}

interface Candidate {
  /** Derived from rule, record and host: the same finding always makes the same alert. */
  readonly alertId: string
  readonly record: AnomalyRecord
  readonly host: string | null
  /** Those that no exception took out. */
  readonly rows: readonly Observation[]
}

/** Plain JSON, stored with the rule's cursor. */
export interface RuleState {
  /** Number of the interval of the clock that the rule is in, since 1970. */
  readonly interval: number
  /** Findings that were new in this interval. */
  readonly created: number
  /** Findings beyond `max_signals`, oldest first: they wait for the next interval. */
  readonly waiting: readonly Candidate[]
}

export const NEW_RULE: RuleState = { interval: 0, created: 0, waiting: [] }

export interface RuleContext {
  /** Of the datafeed, in the order of `Observation.values`. */
  readonly fields: readonly string[]
  readonly isExcepted: RowTest
  /** The clock of the sequence. */
  readonly now: EpochMs
  /** Whether there is an alert of this id. */
  readonly isKnown: (alertId: string) => boolean
}

export interface RuleOutcome {
  readonly state: RuleState
  /** New ones, at most `max_signals` in an interval of the clock. */
  readonly findings: readonly RuleFinding[]
  /** Revisions that still fire for hosts which have their alert already: no new alert, but counts and evidence may have grown. */
  readonly revised: readonly RuleFinding[]
  /** Records of the rule's jobs that do not fire: if one has an alert, its score has fallen since. */
  readonly below: readonly AnomalyRecord[]
  readonly warnings: readonly string[]
}

/**
 * Judges each record of the page by its `record_score` at this moment (`time-and-order.md` §6).
 *
 * @throws AppError RULE_TYPE_NOT_RUN
 */
export function evaluate(
  rule: Rule,
  page: readonly JudgedRecord[],
  context: RuleContext,
  state: RuleState = NEW_RULE,
): RuleOutcome {
  const type = ruleTypeOf(rule)
  const queue = new Map(state.waiting.map((one) => [one.alertId, one]))
  const revised: RuleFinding[] = []
  const below = new Map<string, AnomalyRecord>()
  for (const { record, rows } of page) {
    if (!type.concerns(rule, record)) continue
    if (!type.fires(rule, record)) {
      below.set(record.record_id, record)
      continue
    }
    below.delete(record.record_id)
    for (const candidate of candidatesOf(rule, record, rows, context)) {
      if (!context.isKnown(candidate.alertId)) queue.set(candidate.alertId, candidate)
      else {
        revised.push(findingOf(rule, candidate))
        queue.delete(candidate.alertId)
      }
    }
  }
  for (const [id, { record }] of queue) if (below.has(record.record_id)) queue.delete(id)
  const waited = state.waiting.filter((one) => queue.has(one.alertId)).length
  const released = release(rule, [...queue.values()], waited, context.now, state)
  return {
    state: released.state,
    findings: released.candidates.map((candidate) => findingOf(rule, candidate)),
    revised,
    below: [...below.values()],
    warnings: warningsOf(rule, released.state, state),
  }
}

/** The id of the alert for a record and host, `null` where the events name no host. */
export function alertIdOf(rule: Rule, record: AnomalyRecord, host: string | null): string {
  return derivedId('alert', rule.rule_id, record.record_id, host ?? '')
}

/** One for each host with a row left, in the order of their first rows. A record without rows is judged as a whole. */
function candidatesOf(
  rule: Rule,
  record: AnomalyRecord,
  rows: readonly Observation[],
  context: RuleContext,
): Candidate[] {
  const candidate = (host: string | null, ofHost: readonly Observation[]): Candidate => ({
    alertId: alertIdOf(rule, record, host),
    record,
    host,
    rows: ofHost,
  })
  if (rows.length === 0) return [candidate(null, rows)]
  const hostColumn = context.fields.indexOf('host.name')
  const byHost = new Map<string | null, Observation[]>()
  for (const row of rows) {
    if (context.isExcepted(row)) continue
    const host = row.values[hostColumn] ?? null
    const sameHost = byHost.get(host)
    if (sameHost) sameHost.push(row)
    else byHost.set(host, [row])
  }
  return [...byHost].map(([host, ofHost]) => candidate(host, ofHost))
}

function findingOf(rule: Rule, candidate: Candidate): RuleFinding {
  return { ...candidate, rule, ...gradeOf(rule, candidate.record, candidate.host) }
}

/**
 * Lets candidates go, first come first served, up to `max_signals` in each interval of the clock; the first `waited` of the
 * queue were there before this step. Intervals that passed since
 * the last step let go too, so that the outcome does not depend on how often the rule was asked.
 */
function release(rule: Rule, queue: readonly Candidate[], waited: number, now: EpochMs, state: RuleState) {
  const present = Math.max(Math.floor(now / parseDuration(rule.interval)), state.interval)
  let { interval, created } = state
  let gone = 0
  while (interval < present && gone < waited) {
    interval++
    created = Math.min(rule.max_signals, waited - gone)
    gone += created
  }
  if (interval < present) [interval, created] = [present, 0]
  const more = Math.min(Math.max(rule.max_signals - created, 0), queue.length - gone)
  const candidates = queue.slice(0, gone + more)
  return { candidates, state: { interval, created: created + more, waiting: queue.slice(gone + more) } }
}

/** One warning an interval, however often the rule is asked. */
function warningsOf(rule: Rule, { interval, waiting }: RuleState, before: RuleState): string[] {
  if (waiting.length === 0 || (before.waiting.length > 0 && before.interval === interval)) return []
  const next = isoTime((interval + 1) * parseDuration(rule.interval))
  return [`Rule "${rule.name}" reached max_signals ${rule.max_signals}: ${waiting.length} findings wait until ${next}`]
}
