import type { Datafeed } from '../datafeed/datafeed.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { ExceptionItem } from '../domain/exception.ts'
import { type Observation, uniteObservations } from '../domain/observation.ts'
import type { Rule } from '../domain/rule.ts'
import type { EpochMs } from '../domain/time.ts'
import { untoldBecause } from '../domain/untold.ts'
import type { RuleFinding, RuleState } from '../rules/evaluate.ts'
import { type Acquaintance, History, type SavedHistory } from '../triage/history.ts'
import { type AlertDraft, AlertDrafts } from './alert-drafts.ts'
import type { ScoredBucket } from './job-loop.ts'
import { RowFinder } from './rows-of-record.ts'
import { RuleLoop } from './rule-loop.ts'

/** A record with the rows of its bucket that it stands for. */
export interface ScoredRecord {
  readonly record: AnomalyRecord
  readonly rows: readonly Observation[]
}

/** A rule, and the exceptions that hold for it. */
export interface RuleAndExceptions {
  readonly rule: Rule
  readonly exceptions: readonly ExceptionItem[]
}

export interface JudgingOptions {
  readonly valueLists?: ReadonlyMap<string, readonly string[]>
  /** Exceptions that people make while the engine runs, asked for at each step; they can name fields of the datafeed only. */
  readonly addedExceptions?: (rule: Rule) => readonly ExceptionItem[]
}

/** All that judging remembers, as plain JSON; rules stand by their ids. */
export interface SavedJudging {
  readonly history: SavedHistory
  readonly records: readonly ScoredRecord[]
  readonly drafts: readonly SavedDraft[]
  readonly rules: readonly (readonly [ruleId: string, RuleState])[]
}

interface SavedDraft extends Omit<AlertDraft, 'finding' | 'acquaintance'> {
  readonly ruleId: string
  readonly finding: Omit<RuleFinding, 'rule'>
  readonly acquaintance: Omit<Acquaintance, 'historyFrom'> & { readonly historyFrom: EpochMs | null }
}

/**
 * What follows when a job has scored: its rules judge each record as it is written, findings become drafts of alerts, and what
 * was in the bucket is remembered for the alerts after it.
 */
export class Judging {
  readonly history: History
  readonly drafts: AlertDrafts
  /** Records with a score above 0, as they were last written, by id. */
  readonly records = new Map<string, ScoredRecord>()
  /** Their ids by the start of their bucket. */
  readonly #recordsOf = new Map<EpochMs, string[]>()
  readonly #fields: readonly string[]
  readonly #rules: readonly RuleLoop[]

  constructor(
    feed: Datafeed,
    byField: string,
    rules: readonly RuleAndExceptions[],
    { valueLists = new Map(), addedExceptions = () => [] }: JudgingOptions = {},
    saved?: SavedJudging,
  ) {
    this.#fields = feed.fields
    this.history = saved ? History.load(feed.fields, byField, saved.history) : new History(feed.fields, byField)
    this.drafts = new AlertDrafts(
      this.history,
      saved?.drafts.flatMap((draft) => draftOf(draft, rules)),
    )
    for (const scored of saved?.records ?? []) this.#keep(scored)
    const states = new Map(saved?.rules)
    this.#rules = rules.map(({ rule, exceptions }) => {
      const inForce = () => [...exceptions, ...addedExceptions(rule)]
      return new RuleLoop(rule, feed.fields, inForce, valueLists, this.drafts, states.get(rule.rule_id))
    })
  }

  get warnings(): string[] {
    return this.#rules.flatMap((rule) => rule.warnings)
  }

  scored({ bucket, late, rows, records, now, upTo }: ScoredBucket): void {
    this.drafts.upTo = upTo
    const page = this.#pageOf(records, rows)
    const grown = late ? this.#grown(bucket.start, rows, new Set(records.map(({ record_id }) => record_id))) : []
    this.#judge([...page, ...grown], now)
    this.history.learn(bucket, rows)
  }

  /** What rules would find in these records of an open bucket, which closes then, as drafts; nothing is remembered. */
  trial(records: readonly AnomalyRecord[], rows: readonly Observation[], now: EpochMs, closes: EpochMs): AlertDraft[] {
    const page = this.#pageOf(records, rows)
    const findings = this.#rules.flatMap((rule) => rule.trial(page, now, closes))
    return findings.map((finding) => this.drafts.draftOf(finding, now))
  }

  /** Records that were written again with another score, since the quantiles have moved. */
  renormalized(records: readonly AnomalyRecord[], now: EpochMs): void {
    this.#judge(
      records.map((record) => ({ record, rows: this.#rowsBefore(record) })),
      now,
    )
  }

  /** Whether a finding of this alert waits for the next interval of its rule. */
  isWaiting(alertId: string): boolean {
    return this.#rules.some(({ state }) => state.waiting.some((one) => one.alertId === alertId))
  }

  /** Lets go what was before this time and can change no more: neither late rows nor new quantiles will come for it. */
  forget(before: EpochMs): void {
    for (const [start, ids] of this.#recordsOf) {
      if (start >= before) continue
      for (const id of ids) this.records.delete(id)
      this.#recordsOf.delete(start)
    }
    this.drafts.forget(before)
  }

  save(): SavedJudging {
    return {
      history: this.history.save(),
      records: [...this.records.values()],
      drafts: this.drafts.inOrder().map(savedDraft),
      rules: this.#rules.map(({ rule, state }) => [rule.rule_id, state]),
    }
  }

  #pageOf(records: readonly AnomalyRecord[], rows: readonly Observation[]): ScoredRecord[] {
    const finder = new RowFinder(rows, this.#fields)
    return records.map((record) => ({
      record,
      rows: uniteObservations(this.#rowsBefore(record), finder.rowsOf(record)),
    }))
  }

  /** Known records of a bucket that late rows have joined without a new revision: what stands behind them has grown all the same. */
  #grown(start: EpochMs, rows: readonly Observation[], written: ReadonlySet<string>): ScoredRecord[] {
    const finder = new RowFinder(rows, this.#fields)
    const known = (this.#recordsOf.get(start) ?? []).flatMap((id) => this.records.get(id) ?? [])
    return known.flatMap(({ record, rows: before }) => {
      if (written.has(record.record_id)) return []
      const united = uniteObservations(before, finder.rowsOf(record))
      return eventsOf(united) > eventsOf(before) ? [{ record, rows: united }] : []
    })
  }

  #judge(page: readonly ScoredRecord[], now: EpochMs): void {
    for (const scored of page) if (scored.record.initial_record_score > 0) this.#keep(scored)
    for (const rule of this.#rules) rule.step(page, now)
    for (const { record } of page) if (untoldBecause(record) === 'incident') this.drafts.join(record)
  }

  #keep(scored: ScoredRecord): void {
    const { record_id, timestamp } = scored.record
    if (!this.records.has(record_id)) {
      const others = this.#recordsOf.get(timestamp)
      if (others) others.push(record_id)
      else this.#recordsOf.set(timestamp, [record_id])
    }
    this.records.set(record_id, scored)
  }

  #rowsBefore({ record_id }: AnomalyRecord): readonly Observation[] {
    return this.records.get(record_id)?.rows ?? []
  }
}

function eventsOf(rows: readonly Observation[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0)
}

function savedDraft({ finding, acquaintance, ...rest }: AlertDraft): SavedDraft {
  const { rule, ...found } = finding
  const { historyFrom } = acquaintance
  return {
    ...rest,
    ruleId: rule.rule_id,
    finding: found,
    acquaintance: { ...acquaintance, historyFrom: Number.isNaN(historyFrom) ? null : historyFrom },
  }
}

/** The draft under its rule as that is now; none if the rule is gone. */
function draftOf(
  { ruleId, finding, acquaintance, ...rest }: SavedDraft,
  rules: readonly RuleAndExceptions[],
): AlertDraft[] {
  const rule = rules.find((one) => one.rule.rule_id === ruleId)?.rule
  if (!rule) return []
  const historyFrom = acquaintance.historyFrom ?? Number.NaN
  return [{ ...rest, finding: { ...finding, rule }, acquaintance: { ...acquaintance, historyFrom } }]
}
