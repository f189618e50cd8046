import type { DatafeedConfig } from '../domain/job.ts'
import { settingsIn } from '../domain/unsupported.ts'
import type { ReadJob } from './read-job.ts'

/** Settings of Elastic that would change what a job sees or counts. */
const OF_ANALYSIS = ['categorization_field_name', 'multivariate_by_fields', 'summary_count_field_name'] as const
const OF_DATAFEED = ['aggregations', 'aggs', 'runtime_mappings', 'script_fields'] as const

/** Settings of a job and of its datafeed that do nothing here, each by its path. */
export function unsupportedInJob({ job, datafeed = {} }: ReadJob): string[][] {
  return [
    ...settingsIn(job.analysis_config, OF_ANALYSIS).map((name) => ['analysis_config', name]),
    ...unsupportedInDatafeed(datafeed).map((path) => ['datafeed_config', ...path]),
  ]
}

/** Those of a datafeed that stands alone. */
export function unsupportedInDatafeed(datafeed: DatafeedConfig): string[][] {
  return settingsIn(datafeed, OF_DATAFEED).map((name) => [name])
}
