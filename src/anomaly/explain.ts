import type { AnomalyScoreExplanation } from '../domain/anomaly-record.ts'
import type { Finding } from './functions/function.ts'

/**
 * How much rarer a value is than the middle one: typical concentration over its own.
 *
 * @example relativeRarity(0.1, 0.5) // 5
 */
export function relativeRarity(actual: number, typical: number): number {
  return typical / actual
}

/** Why a record scored as it did, in the two facts that `rare` knows (rare specification §5.4). */
export function explain({ firstOccurrence, relativeRarity }: Finding): AnomalyScoreExplanation {
  return {
    ...(firstOccurrence ? { by_field_first_occurrence: true } : {}),
    ...(relativeRarity > 0 ? { by_field_relative_rarity: relativeRarity } : {}),
  }
}
