import type { AnomalyRecord } from './anomaly-record.ts'

/**
 * Why a record is no alert whatever its score: found while learning, part of an incident that was told already, or something that people have said
 * is expected or excepted.
 */
export type Untold = 'learning' | 'incident' | 'expected'

/** Undefined where the score alone decides. */
export function untoldBecause({ oddsock }: AnomalyRecord): Untold | undefined {
  if (oddsock === undefined || oddsock.shown) return undefined
  if (oddsock.expected !== undefined || oddsock.excepted) return 'expected'
  if (oddsock.learning) return 'learning'
  return oddsock.incident === undefined ? undefined : 'incident'
}

/** Whether an alert tells of it, which it has joined, or somebody has said that it need not be told. */
export function isToldElsewhere(record: AnomalyRecord): boolean {
  const because = untoldBecause(record)
  return because === 'incident' || because === 'expected'
}
