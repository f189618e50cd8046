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
export function exceptedBy(
  rules: readonly RuleAndExceptions[],
  fields: readonly string[],
  { valueLists = new Map(), addedExceptions = () => [] }: JudgingOptions,
): (now: EpochMs) => (rows: readonly Observation[]) => boolean {
  return (now) => {
    const tests = rules.map(({ rule, exceptions }) =>
      compileExceptions([...exceptions, ...addedExceptions(rule)], fields, valueLists, now),
    )
    return (rows) => tests.length > 0 && tests.every((isExcepted) => rows.every(isExcepted))
  }
}
