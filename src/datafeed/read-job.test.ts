import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { compileDatafeed } from './datafeed.ts'
import { readDatafeed, readJob } from './read-job.ts'

const MODULES = new URL('testdata/ml-modules/', import.meta.url)
const CONTENT = new URL('../../content/jobs/', import.meta.url)

function json(url: URL): Record<string, unknown> {
  return JSON.parse(readFileSync(url, 'utf8'))
}

test('jobs and datafeeds of Elastic modules are read, compiled and kept as they are', () => {
  const files = readdirSync(MODULES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'))
  const jobs = files.filter((file) => !file.includes('/datafeed_'))
  assert.equal(jobs.length, 8)
  for (const file of jobs) {
    const [folder, name] = file.replace('.json', '').split('/') as [string, string]
    const { value, problems } = readJob(json(new URL(file, MODULES)), name)
    assert.deepEqual(problems, [], file)
    const { job_id, ...rest } = value!.job
    assert.deepEqual([job_id, rest], [name, json(new URL(file, MODULES))])
    const feed = readDatafeed(json(new URL(`${folder}/datafeed_${name}.json`, MODULES)))
    assert.deepEqual(feed.problems, [], file)
    assert.equal(compileDatafeed(value!.job, feed.value!).bucketSpan, 900_000)
  }
})

test('every job that is shipped is read with its datafeed, and is called as its file', () => {
  for (const file of readdirSync(CONTENT)) {
    const { value, problems } = readJob(json(new URL(file, CONTENT)))
    assert.deepEqual(problems, [], file)
    assert.equal(`${value?.job.job_id}.json`, file)
    assert.equal(value?.datafeed?.job_id, value?.job.job_id)
    assert.equal('datafeed_config' in value!.job, false)
  }
})

const DETECTOR = { function: 'rare', by_field_name: 'process.name' }
const job = (change: object, analysis: object = {}) => ({
  job_id: 'x',
  analysis_config: { bucket_span: '15m', detectors: [DETECTOR], ...analysis },
  ...change,
})

const WRONG: readonly { given: unknown; where: string; code: string; says: string }[] = [
  { given: null, where: 'the whole', code: 'JOB_INVALID', says: 'Cannot load job: the whole is null, expected a job' },
  {
    given: job({ job_id: 'My Job' }),
    where: 'job_id',
    code: 'JOB_INVALID',
    says: 'Cannot load job "My Job": job_id is "My Job", expected small letters, digits, "-" and "_", at most 64',
  },
  { given: job({ job_id: '-x' }), where: 'job_id', code: 'JOB_INVALID', says: 'job_id is "-x"' },
  {
    given: { job_id: 'x' },
    where: 'analysis_config',
    code: 'JOB_INCOMPLETE',
    says: 'Cannot load job "x": analysis_config is missing',
  },
  {
    given: job({}, { bucket_span: '7m' }),
    where: 'analysis_config.bucket_span',
    code: 'JOB_INVALID',
    says: 'analysis_config.bucket_span is "7m", expected whole days, or a duration that divides a day evenly, such as 15m',
  },
  { given: job({}, { bucket_span: '0m' }), where: 'analysis_config.bucket_span', code: 'JOB_INVALID', says: '"0m"' },
  {
    given: job({}, { detectors: [] }),
    where: 'analysis_config.detectors',
    code: 'JOB_INVALID',
    says: 'analysis_config.detectors is [], expected at least one detector',
  },
  {
    given: job({}, { detectors: [DETECTOR, { function: 'rare' }] }),
    where: 'analysis_config.detectors[1]',
    code: 'JOB_INVALID',
    says: 'expected a by_field_name for this function',
  },
  {
    given: job({}, { influencers: ['a', ''] }),
    where: 'analysis_config.influencers[1]',
    code: 'JOB_INVALID',
    says: 'expected a text that is not empty',
  },
  {
    given: job({ datafeed_config: { query: { bool: { filter: [{ regexp: {} }] } } } }),
    where: 'datafeed_config.query',
    code: 'QUERY_UNREADABLE',
    says: '"regexp" is not understood',
  },
  {
    given: job({ datafeed_config: { query_delay: 'soon' } }),
    where: 'datafeed_config.query_delay',
    code: 'DATAFEED_INVALID',
    says: 'query_delay is "soon", expected a duration such as 90s',
  },
]

test('what is wrong with a job is named, with its place', () => {
  for (const { given, where, code, says } of WRONG) {
    const { value, problems } = readJob(given)
    assert.equal(value, undefined, says)
    assert.equal(problems.length, 1, JSON.stringify(problems))
    assert.deepEqual([problems[0]?.where, problems[0]?.code], [where, code])
    assert.ok(problems[0]?.message.includes(says), problems[0]?.message)
  }
})

test('all problems of a job come at once', () => {
  const { problems } = readJob(job({ job_id: 'X' }, { bucket_span: '7m', influencers: 'host.name' }))
  assert.deepEqual(
    problems.map(({ where }) => where),
    ['job_id', 'analysis_config.bucket_span', 'analysis_config.influencers'],
  )
})

test('whole days are a bucket span', () => {
  for (const span of ['1d', '2d', '24h', '48h', '1s', '86400s'])
    assert.deepEqual(readJob(job({}, { bucket_span: span })).problems, [], span)
})
