import type { Observation } from '../domain/observation.ts'
import type { EpochMs } from '../domain/time.ts'
import { compileExceptions } from '../rules/exceptions.ts'
import type { JudgingOptions, RuleAndExceptions } from './judging.ts'

/**
 * Whether exceptions take all of these rows from every rule. A job that gathers findings into incidents must know: what nobody was told
 * is no reason to tell the next one less.
 *
 * @param fields the datafeed's
 */
export function quietBy(
  rules: readonly RuleAndExceptions[],
  fields: readonly string[],
  { valueLists = new Map(), addedExceptions = () => [] }: JudgingOptions,
): (rows: readonly Observation[], now: EpochMs) => boolean {
  return (rows, now) =>
    rules.length > 0 &&
    rules.every(({ rule, exceptions }) => {
      const items = [...exceptions, ...addedExceptions(rule)]
      return items.length > 0 && rows.every(compileExceptions(items, fields, valueLists, now))
    })
}
