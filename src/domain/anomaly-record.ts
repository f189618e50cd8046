import type { TermName } from './term-name.ts'
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
  /** What the function `novelty` tells besides. */
  readonly oddsock?: NoveltyFinding
}

/**
 * How soon a person should look at a finding: at once, at the next daily review, at a weekly one, or only when hunting for
 * something. Rules map it to their severity.
 */
export type Band = 'page' | 'daily' | 'weekly' | 'hunt'

/** What a record is about: the values that all of its rows have and, of `novelty`, whose they are. */
export type RecordSubject = Pick<
  AnomalyRecord,
  | 'by_field_name'
  | 'by_field_value'
  | 'over_field_name'
  | 'over_field_value'
  | 'partition_field_name'
  | 'partition_field_value'
> & { readonly oddsock?: Pick<NoveltyFinding, 'user'> }

/** Why `novelty` found a group odd, and whether anybody should be told. */
export interface NoveltyFinding {
  /** The score that `record_score` is made of: the sum of the terms. */
  readonly nats: number
  /** How soon a person should look, by `nats`; records of older versions have none. */
  readonly band?: Band
  /** The pieces of evidence, counter-evidence too. */
  readonly terms: readonly NoveltyTerm[]
  /** Whether this is an alert: over the threshold, and not told before. */
  readonly shown: boolean
  /** The incident that it belongs to, if one is open; an alert begins one or is its return. */
  readonly incident?: string
  /** Findings of one account on one host within days have one of these. */
  readonly campaign: string
  /** Every name of the process: threads, executable, script. */
  readonly names: readonly string[]
  readonly user: string
  /** Id of the expectation that it meets; what is expected is no alert. */
  readonly expected?: string
  /** Exceptions keep the rules quiet about it. */
  readonly excepted?: boolean
  /** Found in a fleet's first days, in which nothing is an alert, whatever its score. */
  readonly learning?: boolean
  /** Of an alert: circumstances under which it would have been none, each the end of "Would not alert if …". */
  readonly would_not_alert_if?: readonly string[]
}

export interface NoveltyTerm {
  readonly name: TermName
  readonly nats: number
  readonly sentence: string
  readonly numbers: Readonly<Record<string, number | string>>
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
