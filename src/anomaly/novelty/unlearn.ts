import type { Observation } from '../../domain/observation.ts'
import type { Scope } from '../../domain/scope.ts'
import type { EpochMs } from '../../domain/time.ts'
import { Columns } from './facts.ts'
import { holdsRow } from './scope.ts'

/** What was found to be malicious: uses of the network in a scope, from the first event of the incident on. */
export interface Malice extends Scope {
  readonly from: EpochMs
}

/**
 * The rows of a bucket that a model may learn from when some of it was malicious. Un-learning is a replay from a snapshot before the
 * first malicious event, over these rows (`time-and-order.md` §10): the model is then what it would be had they never come.
 *
 * @param fields of the datafeed, in order
 */
export function withoutMalice(
  rows: readonly Observation[],
  fields: readonly string[],
  found: readonly Malice[],
): Observation[] {
  const columns = new Columns(fields)
  return rows.filter((row) => !found.some((one) => row.last >= one.from && holdsRow(one, row, columns)))
}
