import type { AnomalyResult } from '../../domain/anomaly-record.ts'
import type { Observation } from '../../domain/observation.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { OpenBucket } from '../job-model.ts'
import type { Columns } from './facts.ts'

/**
 * Which rows of open buckets are worth trying again? Programs with a row that the last trial did not have, and those that had a finding:
 * without these, the second host of a roll-out would look like the first. All others would say again that they are nothing odd.
 */
export class TrialScope {
  /** Programs on hosts with a finding, by start of the bucket. */
  readonly #found = new Map<EpochMs, Set<string>>()
  readonly #columns: Columns

  constructor(columns: Columns) {
    this.#columns = columns
  }

  /** Rows to try, of a bucket that is tried for the first time all. */
  rowsOf({ bucket, rows, news }: OpenBucket): readonly Observation[] {
    const found = this.#found.get(bucket.start)
    if (found === undefined || news === undefined) return rows
    const worth = new Set([...found, ...news.map((row) => this.#keyOf(row))])
    return rows.filter((row) => worth.has(this.#keyOf(row)))
  }

  /** Takes in what came of a trial of these buckets, and forgets others. */
  tried(buckets: readonly OpenBucket[], results: readonly (readonly AnomalyResult[])[]): void {
    for (const start of this.#found.keys())
      if (!buckets.some(({ bucket }) => bucket.start === start)) this.#found.delete(start)
    for (const [i, { bucket }] of buckets.entries()) {
      const found = this.#found.get(bucket.start) ?? new Set()
      for (const result of results[i]!)
        if (result.result_type === 'record')
          found.add(keyOf(result.partition_field_value ?? '', result.by_field_value ?? ''))
      this.#found.set(bucket.start, found)
    }
  }

  #keyOf(row: Observation): string {
    return keyOf(this.#columns.value(row, 'host.name'), this.#columns.value(row, 'oddsock.program'))
  }
}

/** The length in front keeps pairs apart whatever they hold. */
function keyOf(host: string, program: string): string {
  return `${host.length}:${host}${program}`
}
