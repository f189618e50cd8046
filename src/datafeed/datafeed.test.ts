import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Job } from '../domain/job.ts'
import { compileDatafeed } from './datafeed.ts'

const job: Job = {
  job_id: 'x',
  analysis_config: {
    bucket_span: '15m',
    detectors: [
      { function: 'rare', by_field_name: 'destination.port', partition_field_name: 'host.name' },
      { function: 'count', over_field_name: 'process.parent.name' },
    ],
    influencers: ['user.name', 'process.args'],
  },
}

test('fields stand in one order: the front, the detectors, the influencers, what exceptions ask for, each once', () => {
  const { fields } = compileDatafeed(job, {}, { extraFields: ['process.args', 'process.executable'] })
  assert.deepEqual(fields, [
    ...['host.name', 'oddsock.program', 'user.name', 'destination.ip', 'process.name'],
    ...['destination.port', 'process.parent.name', 'process.args', 'process.executable'],
  ])
})

test('a datafeed without settings takes every event and waits two minutes', () => {
  const feed = compileDatafeed(job, {}, { profile: 'elastic-exact' })
  assert.deepEqual(feed.query, { kind: 'all' })
  assert.equal(feed.queryDelay, 120_000)
  assert.equal(feed.bucketSpan, 900_000)
})

test('a query delay that is given is kept', () => {
  assert.equal(compileDatafeed(job, { query_delay: '61s' }).queryDelay, 61_000)
})

test('an error in the query names the job and the place', () => {
  assert.throws(
    () => compileDatafeed(job, { query: { bool: { filter: [{ fuzzy: {} }] } } }),
    (error: Error & { where?: string }) => error.where === 'datafeed of "x": query.bool.filter[0].fuzzy',
  )
})

test('a bucket span of nothing is refused', () => {
  const config = { ...job, analysis_config: { ...job.analysis_config, bucket_span: '0m' } }
  assert.throws(() => compileDatafeed(config, {}), /bucket_span is 0m/)
})
