import { SEVERITIES, type Severity } from '../domain/rule.ts'
import type { Score } from '../domain/time.ts'

/** Lower bounds of the four steps of a score; the same cuts as Elastic's anomaly severities (25, 50, 75). */
const STEPS: readonly (readonly [Score, Severity])[] = [
  [75, 'critical'],
  [50, 'high'],
  [25, 'medium'],
]

/** The word for a score. @example stepOf(87) // 'critical' */
export function stepOf(score: Score): Severity {
  return STEPS.find(([least]) => score >= least)?.[1] ?? 'low'
}

/** 0 for low to 3 for critical; what is no severity counts as low. */
export function rankOf(severity: string): number {
  return Math.max(0, (SEVERITIES as readonly string[]).indexOf(severity))
}

/** A sign of its own for each step, so that none is told by colour alone. */
export const SIGNS: Readonly<Record<Severity, string>> = { low: '○', medium: '◐', high: '▲', critical: '◆' }
