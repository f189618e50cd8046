import type { AnomalyResult } from '../domain/anomaly-record.ts'

/** What a result and its revisions share; two different results never do. */
export function resultKeyOf(result: AnomalyResult): string {
  const { result_type, job_id, timestamp } = result
  if (result_type === 'record') return JSON.stringify([result_type, result.record_id])
  if (result_type === 'bucket') return JSON.stringify([result_type, job_id, timestamp])
  const { influencer_field_name, influencer_field_value } = result
  return JSON.stringify([result_type, job_id, timestamp, influencer_field_name, influencer_field_value])
}
