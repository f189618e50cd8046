import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SILENT } from '../domain/log.ts'
import { MINUTE, SECOND } from '../domain/time.ts'
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

/** Servers on one storage. `open`: shares that somebody may write to; `dropped`: who has dropped what is old, and by which clock. */
function cluster(clock: FakeClock) {
  const storage = openMemory()
  const open: string[] = []
  const dropped: string[] = []
  const shares = (name: string) => async (work: string) => {
    const mark = `${name} ${work}`
    open.push(mark)
    const away = async () => void open.splice(open.indexOf(mark), 1)
    const dropOld = async (now: number) => void dropped.push(`${mark} ${now / MINUTE}`)
    return { ...storage, close: away, abandon: away, dropOld } satisfies Share
  }
  const server = (name: string, sinks: () => Promise<readonly Sink[]> = async () => []) =>
    new SharedWork({ storage, shares: shares(name), jobs: JOBS, sinks, clock, log: SILENT, holder: name })
  return { server, open, dropped, state: storage.state }
}

const mine = (server: SharedWork) => server.jobs.map(({ job_id }) => job_id).sort()

test('servers share jobs and sinks; what one gives back the other goes on with', async () => {
  const clock = new FakeClock(0)
  const { server, open, state } = cluster(clock)
  const [a, b] = [server('a'), server('b')]
  for (const one of [a, b]) one.start()
  await clock.advance(10 * SECOND)
  assert.deepEqual([...mine(a), ...mine(b)].sort(), ['one', 'three', 'two'])
  assert.equal(open.length, 5)
  const work = ['job/one', 'job/three', 'job/two', 'retention', 'sinks']
  assert.deepEqual([...(await holdersIn(state)).keys()].sort(), work)
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
  assert.deepEqual(open.sort(), ['a one', 'a retention', 'a sinks', 'a three', 'a two'])
  await a.stop()
})

test('one server at a time drops what is old, and another goes on with that too', async () => {
  const clock = new FakeClock(0)
  const { server, dropped } = cluster(clock)
  const a = server('a')
  a.start()
  await clock.advance(9 * MINUTE)
  const b = server('b')
  b.start()
  await clock.advance(12 * MINUTE)
  assert.deepEqual(dropped.map(nameOfDrop), ['a retention 10', 'a retention 20'])
  await a.stop()
  await clock.advance(11 * MINUTE)
  assert.deepEqual(dropped.map(nameOfDrop), ['a retention 10', 'a retention 20', 'b retention 31'])
  await b.stop()
})

/** To the minute: servers start within seconds. */
function nameOfDrop(dropped: string): string {
  return dropped.replace(/\d+(\.\d+)?$/, (minutes) => String(Math.floor(Number(minutes))))
}
