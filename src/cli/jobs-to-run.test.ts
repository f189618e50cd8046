import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../config/load.ts'
import { jobsToRun } from './jobs-to-run.ts'
import { testFolder } from './testing/folder.ts'

const FOLDER = testFolder()

/** The jobs of a server with these settings. */
async function jobsOf(settings: Readonly<Record<string, unknown>>) {
  const flags = Object.entries(settings).map(([setting, value]) => ({ flag: '--test', setting, value }))
  const { config } = loadConfig({ env: { HOME: '/nowhere' }, flags, catalogues: { sources: [], sinks: [] } })
  return (await jobsToRun(config)).jobs
}

const thresholdsOf = (jobs: Awaited<ReturnType<typeof jobsOf>>) =>
  jobs.map(({ rules }) => rules.map(({ rule }) => [rule.anomaly_threshold, rule.max_signals]))

test('a server alerts from the score on that its settings say, of its first job, and keeps max_signals', async () => {
  assert.deepEqual(thresholdsOf(await jobsOf({})), [[[50, 100]], [[50, 100]]])
  assert.deepEqual(thresholdsOf(await jobsOf({ 'alerts.threshold': 72.5 })), [[[72.5, 100]], [[50, 100]]])
})

test('with alerts a day the first job decides what is told, whatever its score', async () => {
  const jobs = await jobsOf({ 'alerts.per_day': 3 })
  assert.deepEqual(thresholdsOf(jobs), [[[0, 100]], [[50, 100]]])
  assert.deepEqual(
    jobs.map(({ jobOptions }) => jobOptions?.alertBudget),
    [3, undefined],
  )
})

test('alerts a day are refused for a job that cannot rank what it finds', async () => {
  const settings = { 'alerts.per_day': 3, jobs: ['linux_anomalous_network_activity'] }
  await assert.rejects(jobsOf(settings), { code: 'BUDGET_WITHOUT_NOVELTY' })
})

test('of a job beside the first nobody is told, unless a rule of the user is about it', async () => {
  const quietOf = async (rules: readonly string[]) => (await jobsOf({ rules })).map(({ quiet }) => quiet)
  assert.deepEqual(await quietOf([]), [false, true])
  const rule = (more: string) =>
    FOLDER.write(
      'mine.toml',
      `[rule]\ntype = "machine_learning"\nname = "Mine"\ndescription = ""\nseverity = "low"\nrisk_score = 1
machine_learning_job_id = "v3_linux_anomalous_network_activity_ea"\nanomaly_threshold = 30\n${more}`,
    )
  assert.deepEqual(await quietOf([rule('')]), [false, false])
  assert.deepEqual(await quietOf([rule('enabled = false\n')]), [false, true])
})

test('a model has room for an entry in a hundred bytes of its limit', async () => {
  const jobs = await jobsOf({ model_memory_limit: '1GiB' })
  assert.deepEqual(
    jobs.map(({ jobOptions }) => jobOptions?.entryLimit),
    [10_737_418, 10_737_418],
  )
})

test('the profile of the settings is that of every job', async () => {
  const jobs = await jobsOf({ profile: 'elastic-exact' })
  assert.deepEqual(
    jobs.map(({ profile }) => profile),
    ['elastic-exact', 'elastic-exact'],
  )
})
