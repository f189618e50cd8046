import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ruleForJob } from '../rules/rule-for-job.ts'
import { idleRules } from './idle-rules.ts'

const JOB = { job_id: 'any', analysis_config: { bucket_span: '15m', detectors: [{ function: 'count' }] } }
const RUNNING = ['linux_novel_network_activity', 'linux_anomalous_network_activity']
const SHIPPED = [...RUNNING, 'linux_rare_sudo_user', 'linux_rare_user_compiler']

/** A rule on these jobs. */
function rule(jobs: readonly string[], more: object = {}) {
  return { ...ruleForJob(JOB), name: 'Mine', machine_learning_job_id: jobs, ...more }
}

const CASES: readonly { given: ReturnType<typeof rule>; said: readonly string[]; why: string }[] = [
  { given: rule(['v3_linux_anomalous_network_activity_ea']), said: [], why: 'the job runs, under an older name' },
  { given: rule(['*']), said: [], why: 'whatever runs' },
  {
    given: rule(['v3_linux_rare_sudo_user_ea']),
    said: ['Rule "Mine" is about the job v3_linux_rare_sudo_user_ea, which does not run: add it to jobs (--job)'],
    why: 'a job that we ship',
  },
  {
    given: rule(['linux_rare_sudo_user', 'linux_rare_user_compiler']),
    said: [
      'Rule "Mine" is about the jobs linux_rare_sudo_user and linux_rare_user_compiler, which do not run: add them to jobs (--job)',
    ],
    why: 'two of them',
  },
  {
    given: rule(['linux_novel_network_activity', 'linux_rare_sudo_user']),
    said: ['Rule "Mine" is also about the job linux_rare_sudo_user, which does not run: add it to jobs (--job)'],
    why: 'one of its jobs runs: without a word nobody would miss the other',
  },
  {
    given: rule(['windows_odd_process']),
    said: ['Rule "Mine" is about the job windows_odd_process, which does not run: add a file of it to jobs (--job)'],
    why: 'a job that needs a file',
  },
  { given: rule(['linux_rare_sudo_user'], { enabled: false }), said: [], why: 'it is switched off' },
  { given: rule([], { type: 'eql' }), said: [], why: 'no job is asked for' },
]

for (const { given, said, why } of CASES)
  test(`a rule about a job that does not run is named with the job: ${why}`, () => {
    assert.deepEqual(idleRules([given], RUNNING, SHIPPED), said)
  })
