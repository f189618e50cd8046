import type { AnomalyRecord } from '../../domain/anomaly-record.ts'
import type { Rule } from '../../domain/rule.ts'
import { BUCKET } from './told.ts'

/** What a rule finds in the tests of alerts: `curl`, with a score of 56.8. */
export const RECORD: AnomalyRecord = {
  result_type: 'record',
  record_id: 'r1',
  job_id: 'linux_anomalous_network_activity',
  timestamp: BUCKET,
  bucket_span: 900,
  is_interim: false,
  detector_index: 0,
  function: 'rare',
  function_description: 'rare',
  by_field_name: 'process.name',
  by_field_value: 'curl',
  probability: 0.002,
  actual: [1],
  typical: [0.002],
  multi_bucket_impact: 0,
  initial_record_score: 56.8,
  record_score: 56.8,
  influencers: [{ influencer_field_name: 'host.name', influencer_field_values: ['web-1'] }],
}

export const RULE: Rule = {
  rule_id: 'unusual_linux_network',
  type: 'machine_learning',
  name: 'Unusual network activity',
  description: 'For tests',
  severity: 'low',
  risk_score: 21,
  enabled: true,
  interval: '15m',
  from: 'now-45m',
  to: 'now',
  max_signals: 100,
  version: 1,
  author: ['oddsock'],
  tags: [],
  references: [],
  false_positives: [],
  threat: [],
  severity_mapping: [],
  risk_score_mapping: [],
  exceptions_list: [],
  machine_learning_job_id: ['linux_anomalous_network_activity'],
  anomaly_threshold: 50,
}
