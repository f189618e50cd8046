import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { EcsEvent } from '../domain/event.ts'
import { values } from '../domain/field.ts'
import { type Rule, SEVERITIES, type Severity } from '../domain/rule.ts'
import { equals } from '../query/ast.ts'
import { matches } from '../query/match.ts'

/** How bad a finding is: the rule's own grade, unless a mapping of the rule says otherwise. */
export interface Grade {
  readonly severity: Severity
  readonly risk_score: number
}

/**
 * The grade of a finding. Mappings read the record with its by, over, partition and influencer fields beside it, as Kibana's
 * do; `host.name` is the finding's own host. Of several severities that apply the highest counts, of risk scores the first.
 */
export function gradeOf(rule: Rule, record: AnomalyRecord, host: string | null): Grade {
  const document = mergedRecord(record, host)
  return {
    severity: mappedSeverity(rule, document) ?? rule.severity,
    risk_score: mappedRiskScore(rule, document) ?? rule.risk_score,
  }
}

function mappedSeverity(rule: Rule, document: EcsEvent): Severity | undefined {
  const found = rule.severity_mapping.filter(({ field, value }) => matches(equals(field, value), document))
  return SEVERITIES.findLast((severity) => found.some((mapping) => mapping.severity === severity))
}

/** A mapping with a `risk_score` sets it where the field has the value; one without takes the field's own number. */
function mappedRiskScore(rule: Rule, document: EcsEvent): number | undefined {
  for (const { field, value, risk_score } of rule.risk_score_mapping) {
    if (risk_score !== undefined && matches(equals(field, value), document)) return risk_score
    if (risk_score !== undefined) continue
    const numbers = values(document, field)
      .map(Number)
      .filter((number) => number >= 0 && number <= 100)
    if (numbers.length > 0) return Math.max(...numbers)
  }
  return undefined
}

function mergedRecord(record: AnomalyRecord, host: string | null): EcsEvent {
  const named: [string | undefined, unknown][] = [
    ...record.influencers.map((one): [string, unknown] => [one.influencer_field_name, one.influencer_field_values]),
    [record.by_field_name, record.by_field_value],
    [record.over_field_name, record.over_field_value],
    [record.partition_field_name, record.partition_field_value],
    [host === null ? undefined : 'host.name', host],
  ]
  const fields = named.filter((entry): entry is [string, unknown] => entry[0] !== undefined)
  return Object.fromEntries([...fields, ...Object.entries(record)])
}
