import { textKey } from '../../domain/key.ts'
import type { Observation } from '../../domain/observation.ts'
import type { EpochMs } from '../../domain/time.ts'

/**
 * Which rows a closed bucket had, so that a bucket that is observed again gives only what is new (`time-and-order.md` §3). By start
 * of bucket, 53-bit keys of the rows' values.
 */
export type Presence = Map<EpochMs, Float64Array>

/** The rows that the bucket did not have yet; they are remembered. */
export function newRows(presence: Presence, start: EpochMs, rows: readonly Observation[]): Observation[] {
  const before = new Set(presence.get(start))
  const fresh: Observation[] = []
  for (const row of rows) {
    const key = keyOf(row.values)
    if (before.has(key)) continue
    before.add(key)
    fresh.push(row)
  }
  if (fresh.length > 0) presence.set(start, Float64Array.from(before))
  return fresh
}

/** Rows of different buckets often share their list of values, since whoever reads remembers kinds of events. */
const KEYS = new WeakMap<Observation['values'], number>()

function keyOf(values: Observation['values']): number {
  let key = KEYS.get(values)
  if (key === undefined) {
    key = textKey(JSON.stringify(values))
    KEYS.set(values, key)
  }
  return key
}

export function forgetRows(presence: Presence, before: EpochMs): void {
  for (const start of presence.keys()) if (start < before) presence.delete(start)
}
