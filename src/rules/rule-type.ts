import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { Rule } from '../domain/rule.ts'
import type { Query } from '../query/ast.ts'

/**
 * A kind of rule: what it reads, and when it fires. The engine fetches the page that `query` asks for, by cursor, and
 * `evaluate.ts` does what all kinds have in common: exceptions, one finding for each host, grades, `max_signals`.
 */
export interface RuleType {
  /** As in a rule's `type`. */
  readonly name: string
  readonly summary: string
  readonly references: readonly string[]
  /** Which anomaly results a page holds. It may hold results of other jobs; `concerns` tells them apart. */
  query(rule: Rule): Query
  concerns(rule: Rule, record: AnomalyRecord): boolean
  fires(rule: Rule, record: AnomalyRecord): boolean
}
