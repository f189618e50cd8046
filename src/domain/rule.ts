import type { Score } from './time.ts'

export type Severity = 'low' | 'medium' | 'high' | 'critical'
export const SEVERITIES: readonly Severity[] = ['low', 'medium', 'high', 'critical']

/** A detection rule as Kibana stores it. Types that we do not run are read, and kept as they are. */
export interface Rule {
  readonly rule_id: string
  readonly type: string
  readonly name: string
  readonly description: string
  readonly severity: Severity
  readonly risk_score: number
  readonly enabled: boolean
  /** A duration such as `15m`. */
  readonly interval: string
  /** Date math: `now-45m`. */
  readonly from: string
  readonly to: string
  readonly max_signals: number
  readonly version: number
  readonly author: readonly string[]
  readonly license?: string
  readonly tags: readonly string[]
  readonly references: readonly string[]
  readonly false_positives: readonly string[]
  readonly note?: string
  readonly threat: readonly Threat[]
  readonly severity_mapping: readonly SeverityMapping[]
  readonly risk_score_mapping: readonly RiskScoreMapping[]
  readonly exceptions_list: readonly ExceptionListReference[]
  /** Present on machine-learning rules. */
  readonly machine_learning_job_id?: readonly string[]
  readonly anomaly_threshold?: Score
  readonly [setting: string]: unknown
}

export interface Threat {
  readonly framework: string
  readonly tactic: AttackName
  readonly technique?: readonly Technique[]
}
export interface AttackName {
  readonly id: string
  readonly name: string
  readonly reference: string
}
export interface Technique extends AttackName {
  readonly subtechnique?: readonly AttackName[]
}

export interface SeverityMapping {
  readonly field: string
  readonly operator: 'equals'
  readonly value: string
  readonly severity: Severity
}
export interface RiskScoreMapping {
  readonly field: string
  readonly operator: 'equals'
  readonly value: string
  readonly risk_score?: number
}
export interface ExceptionListReference {
  readonly id: string
  readonly list_id: string
  readonly type: string
  readonly namespace_type: string
}
