import { isSameJob } from '../job-id.ts'
import type { RuleType } from '../rule-type.ts'

/**
 * Fires when an anomaly record of one of its jobs reaches the rule's threshold, by the score that the record has when it is read.
 * A job that gathers its findings into incidents says itself which of them are worth telling.
 */
export const machineLearning: RuleType = {
  name: 'machine_learning',
  summary: 'Alerts on anomaly records that reach a score.',
  references: ['https://www.elastic.co/guide/en/security/current/rules-ui-create.html#create-ml-rule'],
  concerns: (rule, record) => (rule.machine_learning_job_id ?? []).some((asked) => isSameJob(asked, record.job_id)),
  fires: (rule, record) =>
    record.oddsock?.shown !== false && record.record_score >= (rule.anomaly_threshold ?? Number.POSITIVE_INFINITY),
}
