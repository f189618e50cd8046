import type { Rule } from '../domain/rule.ts'
import { settingsIn } from '../domain/unsupported.ts'
import { RULE_TYPES } from './types/index.ts'

/** Settings of Elastic that would change which alerts there are, how they are called or who hears of them. */
const UNSUPPORTED = ['actions', 'alert_suppression', 'building_block_type', 'rule_name_override'] as const

/** Settings of a rule that do nothing here. A rule of a type that does not run at all has none. */
export function unsupportedIn(rule: Rule): string[] {
  return RULE_TYPES.some(({ name }) => name === rule.type) ? settingsIn(rule, UNSUPPORTED) : []
}
