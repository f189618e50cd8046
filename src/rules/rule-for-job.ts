import { derivedId } from '../domain/hash.ts'
import type { Job } from '../domain/job.ts'
import type { Rule } from '../domain/rule.ts'

/** The plain rule of a job that has none of its own: alert from a score of 50 on, low severity. */
export function ruleForJob(job: Job): Rule {
  return {
    rule_id: derivedId('rule', job.job_id),
    type: 'machine_learning',
    name: `Unusual by ${job.job_id}`,
    description: job.description ?? `Records of the job ${job.job_id}.`,
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
    machine_learning_job_id: [job.job_id],
    anomaly_threshold: 50,
  }
}
