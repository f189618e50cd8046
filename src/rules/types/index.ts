import { AppError } from '../../domain/error.ts'
import type { Rule } from '../../domain/rule.ts'
import type { RuleType } from '../rule-type.ts'
import { machineLearning } from './machine-learning.ts'

/** The rule types that run here. */
export const RULE_TYPES: readonly RuleType[] = [machineLearning]

/** The rule types of Elastic that do not run here: such a rule is read, counted and kept, and raises no alert. */
export const OTHER_RULE_TYPES: readonly string[] = [
  'eql',
  'esql',
  'new_terms',
  'query',
  'saved_query',
  'threat_match',
  'threshold',
]

/** @throws AppError RULE_TYPE_NOT_RUN */
export function ruleTypeOf(rule: Rule): RuleType {
  const type = RULE_TYPES.find(({ name }) => name === rule.type)
  if (type) return type
  throw new AppError({
    message: `Cannot run rule "${rule.name}": rules of type "${rule.type}" do not run here`,
    where: rule.rule_id,
    code: 'RULE_TYPE_NOT_RUN',
    hint: `Types that run: ${RULE_TYPES.map(({ name }) => name).join(', ')}.`,
  })
}
