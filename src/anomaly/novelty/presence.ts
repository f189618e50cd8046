import type { Observation } from '../../domain/observation.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { FactsOfRows } from './facts.ts'

/** Which rows closed buckets had, so that a bucket that is observed again gives only what is new (`time-and-order.md` §3). */
export interface Presence {
  /** By start of bucket, 53-bit keys of the rows' values. */
  readonly rows: Map<EpochMs, Float64Array>
  /** Of buckets before it the rows are not known any more: there were too many since. */
  from: EpochMs
}

export function newPresence(): Presence {
  return { rows: new Map(), from: 0 }
}

/** The rows that the bucket did not have yet; they are remembered. */
export function newRows(
  presence: Presence,
  start: EpochMs,
  rows: readonly Observation[],
  facts: FactsOfRows,
): Observation[] {
  const before = new Set(presence.rows.get(start))
  const fresh = rows.filter((row) => {
    const { key } = facts.of(row)
    if (before.has(key)) return false
    before.add(key)
    return true
  })
  if (fresh.length > 0) presence.rows.set(start, Float64Array.from(before))
  return fresh
}

export function forgetRows({ rows }: Presence, before: EpochMs): void {
  for (const start of rows.keys()) if (start < before) rows.delete(start)
}

/** Lets go of the oldest buckets until at most `limit` rows are left, but never of the newest bucket. */
export function boundRows(presence: Presence, limit: number): void {
  const { rows } = presence
  let sum = 0
  for (const { length } of rows.values()) sum += length
  if (sum <= limit) return
  const oldestFirst = [...rows.keys()].sort((a, b) => a - b)
  for (const start of oldestFirst.slice(0, -1)) {
    if (sum <= limit) return
    sum -= rows.get(start)!.length
    rows.delete(start)
    presence.from = Math.max(presence.from, start + 1)
  }
}
