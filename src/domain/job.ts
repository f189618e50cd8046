/** An anomaly detection job as Elastic stores it; what we do not run is kept untouched, so that a job round-trips. */
export interface Job {
  readonly job_id: string
  readonly description?: string
  readonly groups?: readonly string[]
  readonly analysis_config: AnalysisConfig
  readonly analysis_limits?: { readonly model_memory_limit?: string }
  readonly data_description?: { readonly time_field?: string; readonly time_format?: string }
  readonly [setting: string]: unknown
}

export interface AnalysisConfig {
  /** A duration such as `15m`. */
  readonly bucket_span: string
  readonly detectors: readonly Detector[]
  readonly influencers?: readonly string[]
  readonly [setting: string]: unknown
}

export interface Detector {
  readonly function: string
  readonly field_name?: string
  readonly by_field_name?: string
  readonly over_field_name?: string
  readonly partition_field_name?: string
  readonly use_null?: boolean
  readonly detector_description?: string
  readonly [setting: string]: unknown
}

/** A datafeed as Elastic stores it. */
export interface DatafeedConfig {
  readonly datafeed_id?: string
  readonly job_id?: string
  readonly indices?: readonly string[]
  /** Elastic query DSL. */
  readonly query?: unknown
  readonly query_delay?: string
  readonly [setting: string]: unknown
}
