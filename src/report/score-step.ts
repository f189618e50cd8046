import { SEVERITIES } from '../domain/rule.ts'
import type { Score } from '../domain/time.ts'

/** The steps of a score from low to high, by Elastic's words for anomaly scores; a rule's severity has other words, since it is another thing. */
export const SCORE_STEPS = ['warning', 'minor', 'major', 'critical'] as const
export type ScoreStep = (typeof SCORE_STEPS)[number]

/** Where each step begins. */
export const BEGINS: Readonly<Record<ScoreStep, Score>> = { warning: 0, minor: 25, major: 50, critical: 75 }

/** The word for a score. @example stepOf(87) // 'critical' */
export function stepOf(score: Score): ScoreStep {
  return SCORE_STEPS.findLast((step) => score >= BEGINS[step]) ?? 'warning'
}

/** 0 for low to 3 for critical; what is no severity counts as low. */
export function rankOf(severity: string): number {
  return Math.max(0, (SEVERITIES as readonly string[]).indexOf(severity))
}

/** A sign of its own for each step, so that none is told by colour alone. */
export const SIGNS: Readonly<Record<ScoreStep, string>> = { warning: '○', minor: '◐', major: '▲', critical: '◆' }
