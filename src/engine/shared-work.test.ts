import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SILENT } from '../domain/log.ts'
import { SECOND } from '../domain/time.ts'
import type { Sink } from '../sinks/sink.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import type { Share } from '../storage/storage.ts'
import { FakeClock } from './clock.ts'
import type { JobToRun } from './job-to-run.ts'
import { holdersIn } from './lease.ts'
import { SharedWork } from './shared-work.ts'

function jobOf(id: string): JobToRun {
  return {
    job: {
      job_id: id,
      analysis_config: { bucket_span: '15m', detectors: [{ function: 'rare', by_field_name: 'process.name' }] },
    },
    datafeed: { query: { term: { 'event.category': 'network' } } },
    profile: 'elastic-exact',
    rules: [],
  }
}

const JOBS = ['one', 'two', 'three'].map(jobOf)

/** Servers on one storage. `open`: shares that somebody may write to. */
function cluster(clock: FakeClock) {
  const storage = openMemory()
  const open: string[] = []
  const shares = (name: string) => async (work: string) => {
    const mark = `${name} ${work}`
    open.push(mark)
    const away = async () => void open.splice(open.indexOf(mark), 1)
    return { ...storage, close: away, abandon: away } satisfies Share
  }
  const server = (name: string, sinks: () => Promise<readonly Sink[]> = async () => []) =>
    new SharedWork({ storage, shares: shares(name), jobs: JOBS, sinks, clock, log: SILENT, holder: name })
  return { server, open, state: storage.state }
}

const mine = (server: SharedWork) => server.jobs.map(({ job_id }) => job_id).sort()

test('servers share jobs and sinks; what one gives back the other goes on with', async () => {
  const clock = new FakeClock(0)
  const { server, open, state } = cluster(clock)
  const [a, b] = [server('a'), server('b')]
  for (const one of [a, b]) one.start()
  await clock.advance(10 * SECOND)
  assert.deepEqual([...mine(a), ...mine(b)].sort(), ['one', 'three', 'two'])
  assert.equal(open.length, 4)
  assert.deepEqual([...(await holdersIn(state)).keys()].sort(), ['job/one', 'job/three', 'job/two', 'sinks'])
  assert.deepEqual(new Set((await holdersIn(state)).values()), new Set(['a', 'b']))
  await a.stop()
  await clock.advance(10 * SECOND)
  assert.deepEqual(mine(b), ['one', 'three', 'two'])
  assert.deepEqual(new Set((await holdersIn(state)).values()), new Set(['b']))
  await b.stop()
  assert.deepEqual(open, [])
})

test('sinks that cannot be opened leave nothing open, keep no job from running, and are tried again', async () => {
  const clock = new FakeClock(0)
  const { server, open, state } = cluster(clock)
  let tries = 0
  const a = server('a', async () => {
    if (++tries < 3) throw new Error('not yet')
    return []
  })
  a.start()
  await clock.advance(2.5 * SECOND)
  assert.equal(tries, 1)
  assert.deepEqual(mine(a), ['one', 'three', 'two'])
  await clock.advance(10 * SECOND)
  assert.equal(tries, 3)
  assert.equal((await holdersIn(state)).get('sinks'), 'a')
  assert.deepEqual(open.sort(), ['a one', 'a sinks', 'a three', 'a two'])
  await a.stop()
})
