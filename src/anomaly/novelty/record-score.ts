import type { Band } from '../../domain/anomaly-record.ts'
import type { Score } from '../../domain/time.ts'

/** The threshold of a scan unless said, in nats; its `record_score` is 50 by definition. */
export const DEFAULT_THRESHOLD = 5
/** From so many nats on a person should look at once. */
export const PAGE = 8
/** Nats that make the odds of the score e times as high. */
const STEP = 2

/**
 * `record_score` of a sum of evidence: 100 / (1 + e^(−(nats − 5) / 2)), a fixed mapping that only grows. 50 is the default
 * threshold; 75, 90 and 99 are 7.2, 9.4 and 14.2 nats.
 */
export function scoreOf(nats: number): Score {
  return 100 / (1 + Math.exp(-(nats - DEFAULT_THRESHOLD) / STEP))
}

/** The inverse of `scoreOf`, so that a threshold can be given as a score. */
export function natsOf(score: Score): number {
  return DEFAULT_THRESHOLD - STEP * Math.log(100 / score - 1)
}

/** Where each band begins, in nats. Source: the design's own scale of how soon a person should look. */
const BANDS: readonly (readonly [from: number, band: Band])[] = [
  [PAGE, 'page'],
  [DEFAULT_THRESHOLD, 'daily'],
  [3.4, 'weekly'],
]

/** How soon a person should look at a sum of evidence; the same ranking as that of the score. */
export function bandOf(nats: number): Band {
  return BANDS.find(([from]) => nats >= from)?.[1] ?? 'hunt'
}
