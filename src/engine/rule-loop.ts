import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { ExceptionItem } from '../domain/exception.ts'
import type { Rule } from '../domain/rule.ts'
import type { EpochMs } from '../domain/time.ts'
import {
  evaluate,
  type JudgedRecord,
  NEW_RULE,
  type RuleFinding,
  type RuleOutcome,
  type RuleState,
} from '../rules/evaluate.ts'
import { compileExceptions } from '../rules/exceptions.ts'

/** Where findings go: alerts are made of them there. */
export interface FindingSink {
  isKnown(alertId: string): boolean
  found(finding: RuleFinding, now: EpochMs): void
  /** The record of a known alert was written again and still fires. */
  revised(finding: RuleFinding): void
  /** The record fires no more. */
  fell(record: AnomalyRecord): void
}

/** The loop of one rule: judges records as they are written, and keeps what `max_signals` holds back. */
export class RuleLoop {
  readonly rule: Rule
  readonly warnings: string[] = []
  readonly #fields: readonly string[]
  readonly #exceptions: () => readonly ExceptionItem[]
  readonly #lists: ReadonlyMap<string, readonly string[]>
  readonly #sink: FindingSink
  #state: RuleState

  constructor(
    rule: Rule,
    fields: readonly string[],
    exceptions: () => readonly ExceptionItem[],
    lists: ReadonlyMap<string, readonly string[]>,
    sink: FindingSink,
    state: RuleState = NEW_RULE,
  ) {
    this.rule = rule
    this.#fields = fields
    this.#exceptions = exceptions
    this.#lists = lists
    this.#sink = sink
    this.#state = state
  }

  /** Judges a page of records; an empty page lets go what waited for the interval that `now` is in. */
  step(page: readonly JudgedRecord[], now: EpochMs): void {
    const outcome = this.#evaluate(page, now)
    this.#state = outcome.state
    for (const finding of outcome.findings) this.#sink.found(finding, now)
    for (const finding of outcome.revised) this.#sink.revised(finding)
    for (const record of outcome.below) this.#sink.fell(record)
    this.warnings.push(...outcome.warnings)
  }

  /**
   * What `step` would find on this page, and nothing changes. Of `max_signals` counts what is left when the page's bucket closes, which is
   * in an interval of its own: the one at hand may have been used up by the bucket before.
   */
  trial(page: readonly JudgedRecord[], now: EpochMs, closes: EpochMs): readonly RuleFinding[] {
    const waiting = new Set(this.#state.waiting.map(({ alertId }) => alertId))
    return this.#evaluate(page, now, closes).findings.filter(({ alertId }) => !waiting.has(alertId))
  }

  /** With the findings that wait for their interval. */
  get state(): RuleState {
    return this.#state
  }

  #evaluate(page: readonly JudgedRecord[], now: EpochMs, releasedAt = now): RuleOutcome {
    const isExcepted = compileExceptions(this.#exceptions(), this.#fields, this.#lists, now)
    const isKnown = (id: string) => this.#sink.isKnown(id)
    const context = { fields: this.#fields, isExcepted, now: releasedAt, isKnown }
    return evaluate(this.rule, page, context, this.#state)
  }
}
