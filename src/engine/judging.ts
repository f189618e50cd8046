import type { Datafeed } from '../datafeed/datafeed.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { ExceptionItem } from '../domain/exception.ts'
import { type Observation, uniteObservations } from '../domain/observation.ts'
import type { Rule } from '../domain/rule.ts'
import type { EpochMs } from '../domain/time.ts'
import { History } from '../triage/history.ts'
import { AlertDrafts } from './alert-drafts.ts'
import type { ScoredBucket } from './job-loop.ts'
import { RuleLoop, rowsOf } from './rule-loop.ts'

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

/**
 * What follows when a job has scored: its rules judge each record as it is written, findings become drafts of alerts, and what
 * was in the bucket is remembered for the alerts after it.
 */
export class Judging {
  readonly history: History
  readonly drafts: AlertDrafts
  /** Records with a score above 0, as they were last written, by id. */
  readonly records = new Map<string, ScoredRecord>()
  readonly #fields: readonly string[]
  readonly #rules: readonly RuleLoop[]

  constructor(
    feed: Datafeed,
    byField: string,
    rules: readonly RuleAndExceptions[],
    valueLists: ReadonlyMap<string, readonly string[]> = new Map(),
  ) {
    this.#fields = feed.fields
    this.history = new History(feed.fields, byField)
    this.drafts = new AlertDrafts(this.history)
    this.#rules = rules.map(
      ({ rule, exceptions }) => new RuleLoop(rule, feed.fields, exceptions, valueLists, this.drafts),
    )
  }

  get warnings(): string[] {
    return this.#rules.flatMap((rule) => rule.warnings)
  }

  scored({ bucket, rows, records, now }: ScoredBucket): void {
    const page = records.map((record) => ({
      record,
      rows: uniteObservations(this.#rowsBefore(record), rowsOf(record, rows, this.#fields)),
    }))
    this.#judge(page, now)
    this.history.learn(bucket, rows)
  }

  /** Records that were written again with another score, since the quantiles have moved. */
  renormalized(records: readonly AnomalyRecord[], now: EpochMs): void {
    this.#judge(
      records.map((record) => ({ record, rows: this.#rowsBefore(record) })),
      now,
    )
  }

  #judge(page: readonly ScoredRecord[], now: EpochMs): void {
    for (const scored of page)
      if (scored.record.initial_record_score > 0) this.records.set(scored.record.record_id, scored)
    for (const rule of this.#rules) rule.step(page, now)
  }

  #rowsBefore({ record_id }: AnomalyRecord): readonly Observation[] {
    return this.records.get(record_id)?.rows ?? []
  }
}
