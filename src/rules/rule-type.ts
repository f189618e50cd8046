import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { Rule } from '../domain/rule.ts'

/**
 * A kind of rule: which results it is about, and when it fires. `evaluate.ts` does what all kinds have in common: exceptions, one
 * finding for each host, grades, `max_signals`.
 */
export interface RuleType {
  /** As in a rule's `type`. */
  readonly name: string
  readonly summary: string
  readonly references: readonly string[]
  /** Whether the record is one of the jobs that the rule is about. */
  concerns(rule: Rule, record: AnomalyRecord): boolean
  fires(rule: Rule, record: AnomalyRecord): boolean
}
