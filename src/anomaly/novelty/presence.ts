import type { Observation } from '../../domain/observation.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { FactsOfRows } from './facts.ts'

/**
 * Which rows a closed bucket had, so that a bucket that is observed again gives only what is new (`time-and-order.md` §3). By start
 * of bucket, 53-bit keys of the rows' values.
 */
export type Presence = Map<EpochMs, Float64Array>

/** The rows that the bucket did not have yet; they are remembered. */
export function newRows(
  presence: Presence,
  start: EpochMs,
  rows: readonly Observation[],
  facts: FactsOfRows,
): Observation[] {
  const before = new Set(presence.get(start))
  const fresh = rows.filter((row) => {
    const { key } = facts.of(row)
    if (before.has(key)) return false
    before.add(key)
    return true
  })
  if (fresh.length > 0) presence.set(start, Float64Array.from(before))
  return fresh
}

export function forgetRows(presence: Presence, before: EpochMs): void {
  for (const start of presence.keys()) if (start < before) presence.delete(start)
}
