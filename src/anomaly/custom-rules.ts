import { AppError } from '../domain/error.ts'
import type { Detector } from '../domain/job.ts'
import type { EpochMs } from '../domain/time.ts'

/** What a detector's `custom_rules` say about one value in one bucket. */
export interface Verdict {
  /** Scored as nothing unusual. */
  readonly skipResult: boolean
  /** `rare` learns the value all the same; what stays away is the sample for the normaliser (rare specification §2.6). */
  readonly skipModelUpdate: boolean
}

export interface RuleSubject {
  readonly by: string
  readonly partition: string
  readonly start: EpochMs
}

/** The items of each filter list by its `filter_id`. An item may have `*` at its ends. */
export type FilterLists = ReadonlyMap<string, readonly string[]>

const NONE: Verdict = { skipResult: false, skipModelUpdate: false }

interface CustomRule {
  readonly actions?: readonly string[]
  readonly scope?: Readonly<Record<string, { readonly filter_id: string; readonly filter_type?: string }>>
  readonly conditions?: readonly { readonly applies_to: string; readonly operator: string; readonly value: number }[]
}

/**
 * Compiles the `custom_rules` of a detector: any rule that holds acts. Scopes are on the by and partition fields, conditions on
 * `time` (seconds), as Elastic allows for `rare`.
 *
 * @throws AppError JOB_FILTER_UNKNOWN, JOB_RULE_UNREADABLE
 */
export function compileCustomRules(detector: Detector, filters: FilterLists): (subject: RuleSubject) => Verdict {
  const rules = (detector.custom_rules ?? []) as readonly CustomRule[]
  const compiled = rules.map((rule) => {
    const scopes = Object.entries(rule.scope ?? {}).map(([field, scope]) =>
      compileScope(detector, field, scope, filters),
    )
    const conditions = (rule.conditions ?? []).map(compileCondition)
    const actions = rule.actions ?? ['skip_result']
    return { tests: [...scopes, ...conditions], actions }
  })
  if (compiled.length === 0) return () => NONE
  return (subject) => {
    const acting = compiled.filter(({ tests }) => tests.length > 0 && tests.every((holds) => holds(subject)))
    const does = (action: string) => acting.some(({ actions }) => actions.includes(action))
    return { skipResult: does('skip_result'), skipModelUpdate: does('skip_model_update') }
  }
}

type Test = (subject: RuleSubject) => boolean

function compileScope(
  detector: Detector,
  field: string,
  scope: { readonly filter_id: string; readonly filter_type?: string },
  filters: FilterLists,
): Test {
  const items = filters.get(scope.filter_id)
  if (!items)
    throw new AppError({
      message: `Cannot apply custom rule: filter list "${scope.filter_id}" is unknown`,
      where: `custom_rules.scope.${field}`,
      code: 'JOB_FILTER_UNKNOWN',
      hint:
        filters.size > 0
          ? `Known: ${[...filters.keys()].join(', ')}.`
          : 'This version reads no filter lists: remove the scope, or keep the values quiet with an exception.',
    })
  if (field !== detector.by_field_name && field !== detector.partition_field_name)
    throw unreadable(`scope field "${field}" is neither the by nor the partition field of the detector`)
  const include = scope.filter_type !== 'exclude'
  const listed = compileItems(items)
  return ({ by, partition }) => listed(field === detector.by_field_name ? by : partition) === include
}

function compileItems(items: readonly string[]): (value: string) => boolean {
  const exact = new Set(items.filter((item) => !item.startsWith('*') && !item.endsWith('*')))
  const open = items.filter((item) => !exact.has(item))
  return (value) => exact.has(value) || open.some((item) => matchesItem(item, value))
}

function matchesItem(item: string, value: string): boolean {
  const core = item.replace(/^\*/, '').replace(/\*$/, '')
  if (item.startsWith('*') && item.endsWith('*')) return value.includes(core)
  return item.startsWith('*') ? value.endsWith(core) : value.startsWith(core)
}

function compileCondition(condition: { applies_to: string; operator: string; value: number }): Test {
  const { applies_to, operator, value } = condition
  if (applies_to !== 'time') throw unreadable(`condition on "${applies_to}", expected "time"`)
  const seconds = (subject: RuleSubject) => subject.start / 1000
  if (operator === 'gt') return (subject) => seconds(subject) > value
  if (operator === 'gte') return (subject) => seconds(subject) >= value
  if (operator === 'lt') return (subject) => seconds(subject) < value
  if (operator === 'lte') return (subject) => seconds(subject) <= value
  throw unreadable(`operator "${operator}", expected gt, gte, lt or lte`)
}

function unreadable(what: string): AppError {
  return new AppError({
    message: `Cannot apply custom rule: ${what}`,
    where: 'custom_rules',
    code: 'JOB_RULE_UNREADABLE',
    hint: 'Write it as the message says, or leave the rule out of custom_rules: an exception keeps values quiet too.',
  })
}
