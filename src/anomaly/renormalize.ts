import type { AnomalyResult } from '../domain/anomaly-record.ts'
import type { Normalizers } from './normalizers.ts'

/** A stored result under the present quantiles, worked out from its probability; `initial_*` stay. The same object if nothing changed. */
export function renormalized(result: AnomalyResult, normalizers: Normalizers): AnomalyResult {
  if (result.result_type === 'record') {
    const score = normalizers.recordScore(result)
    return score === result.record_score ? result : { ...result, record_score: score }
  }
  if (result.result_type === 'influencer') {
    const score = normalizers.influencerScore(result)
    return score === result.influencer_score ? result : { ...result, influencer_score: score }
  }
  const influencers = result.bucket_influencers.map((one) => ({
    ...one,
    anomaly_score: normalizers.bucketInfluencerScore(one),
  }))
  if (influencers.every((one, i) => one.anomaly_score === result.bucket_influencers[i]!.anomaly_score)) return result
  // A bucket without a record has the score 0 whatever its influencers say.
  const scored = result.initial_anomaly_score > 0 || result.anomaly_score > 0
  const score = scored ? influencers.reduce((most, one) => Math.max(most, one.anomaly_score), 0) : 0
  return { ...result, bucket_influencers: influencers, anomaly_score: score }
}
