import type { EpochMs, Probability, Score } from './time.ts'

/** One detector result in one bucket. Field names as in Elastic ML; `timestamp` is the start of the bucket. */
export interface AnomalyRecord {
  readonly result_type: 'record'
  /** Derived: hash of job, bucket, detector and field values. */
  readonly record_id: string
  readonly job_id: string
  readonly timestamp: EpochMs
  /** Seconds, as Elastic has it. */
  readonly bucket_span: number
  readonly detector_index: number
  readonly is_interim: boolean
  readonly function: string
  readonly function_description: string
  readonly by_field_name?: string
  readonly by_field_value?: string
  readonly over_field_name?: string
  readonly over_field_value?: string
  readonly partition_field_name?: string
  readonly partition_field_value?: string
  readonly probability: Probability
  readonly actual: readonly number[]
  readonly typical: readonly number[]
  readonly multi_bucket_impact: number
  /** As first written; never changes. */
  readonly initial_record_score: Score
  /** May be renormalized later. */
  readonly record_score: Score
  readonly influencers: readonly Influence[]
  readonly anomaly_score_explanation?: AnomalyScoreExplanation
}

export interface Influence {
  readonly influencer_field_name: string
  readonly influencer_field_values: readonly string[]
}

export interface AnomalyScoreExplanation {
  /** True when the by value was never seen before this bucket. */
  readonly by_field_first_occurrence?: boolean
  /** Median concentration of all by values over this value's concentration. */
  readonly by_field_relative_rarity?: number
}

/** A bucket as a whole; written for every bucket that was scored. */
export interface BucketResult {
  readonly result_type: 'bucket'
  readonly job_id: string
  readonly timestamp: EpochMs
  readonly bucket_span: number
  readonly event_count: number
  readonly is_interim: boolean
  readonly anomaly_score: Score
  readonly initial_anomaly_score: Score
  readonly bucket_influencers: readonly BucketInfluencer[]
}

export interface BucketInfluencer {
  /** An influencer field, or `bucket_time` for the bucket itself. */
  readonly influencer_field_name: string
  readonly anomaly_score: Score
  readonly initial_anomaly_score: Score
  readonly raw_anomaly_score: number
  readonly probability: Probability
}

/** How unusual one influencer value was in one bucket. */
export interface InfluencerResult {
  readonly result_type: 'influencer'
  readonly job_id: string
  readonly timestamp: EpochMs
  readonly bucket_span: number
  readonly is_interim: boolean
  readonly influencer_field_name: string
  readonly influencer_field_value: string
  readonly influencer_score: Score
  readonly initial_influencer_score: Score
  readonly probability: Probability
}

export type AnomalyResult = AnomalyRecord | BucketResult | InfluencerResult
