import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EcsEvent } from '../domain/event.ts'
import { SILENT } from '../domain/log.ts'
import { CLOCK } from '../domain/stamps.ts'
import { DAY, type EpochMs, HOUR, isoTime } from '../domain/time.ts'
import { ruleForJob } from '../rules/rule-for-job.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import { FakeClock } from './clock.ts'
import { Engine } from './engine.ts'
import type { JobToRun } from './job-to-run.ts'
import { tooOldSince } from './too-old.ts'

const START: EpochMs = Date.UTC(2026, 0, 6)

const JOB: JobToRun = {
  job: {
    job_id: 'odd_ones',
    analysis_config: { bucket_span: '15m', detectors: [{ function: 'rare', by_field_name: 'process.name' }] },
  },
  datafeed: { query: { term: { 'event.category': 'network' } } },
  rules: [],
}

let serial = 0
function connect(time: EpochMs, clock: EpochMs): EcsEvent {
  return {
    '@timestamp': isoTime(time),
    [CLOCK]: isoTime(clock),
    event: { id: `e${serial++}`, category: 'network' },
    process: { name: 'nginx' },
  }
}

/** A server that runs on a store of so many days. */
async function runningOn(days: number, jobs: readonly JobToRun[] = [JOB]) {
  const storage = openMemory()
  const end = START + days * DAY
  for (let time = START; time <= end; time += HOUR) await storage.events.append([connect(time, time)])
  const clock = new FakeClock(end)
  const withRules = jobs.map((toRun) => ({ ...toRun, rules: [{ rule: ruleForJob(toRun.job), exceptions: [] }] }))
  const engine = new Engine({ storage, jobs: withRules, clock, log: SILENT })
  await engine.start()
  return { storage, end, clock, engine }
}

/** A server has run on a store of so many days, and then events of these times come in. */
async function afterwards(days: number, times: readonly EpochMs[]) {
  const { storage, end, engine } = await runningOn(days)
  await engine.stop()
  const before = await storage.events.last()
  await storage.events.append(times.map((time) => connect(time, end)))
  return tooOldSince(storage, [JOB], before!)
}

test('what lies before the beginning of a job is too old for it, what is late within eight days is not', async () => {
  const times = [START - 3 * DAY, START - 1, START, START + HOUR]
  assert.deepEqual(await afterwards(2, times), [{ job_id: 'odd_ones', events: 2, learnsFrom: START }])
  assert.deepEqual(await afterwards(2, [START, START + HOUR]), [])
})

test('what has left the late window of closed buckets is too old too', async () => {
  // At the last event, 30 days on, the bucket that is open is that of a quarter of an hour before: its 120 s are not over.
  const from = START + 22 * DAY - HOUR / 4
  const times = [START + 10 * DAY, from - 1, from, START + 29 * DAY]
  assert.deepEqual(await afterwards(30, times), [{ job_id: 'odd_ones', events: 2, learnsFrom: from }])
})

test('a running server counts by source what comes in too old for every job, and scores the rest late', async () => {
  const from = START + 22 * DAY - HOUR / 4
  const { engine, end, clock } = await runningOn(30)
  // Until the job is through what was there, it may score anything of it.
  for (let i = 0; i < 1_000 && !(engine.health().jobs[0]!.openFrom >= end - HOUR); i++) await clock.advance(0)
  const push = (source: string, ...times: readonly EpochMs[]) =>
    engine.intake.take({ source, clock: 'receipt', events: times.map((time) => connect(time, end)) })
  await push('bulk', START + 10 * DAY, from - 1, from, START + 29 * DAY)
  await push('syslog', START - 1)
  await push('syslog', end, end + 400 * DAY)
  assert.deepEqual(
    [...engine.health().tooOld],
    [
      ['bulk', 2],
      ['syslog', 1],
    ],
  )
  await clock.advance(HOUR)
  assert.equal(engine.health().jobs[0]!.lateEvents, 2)
  await engine.stop()
})

test('nothing is too old for a job that has not begun, and without a job the late window says what is', async () => {
  const storage = openMemory()
  const fresh = new Engine({ storage, jobs: [JOB], clock: new FakeClock(START), log: SILENT })
  await fresh.start()
  await fresh.intake.take({ source: 'bulk', clock: 'receipt', events: [connect(START - 99 * DAY, START)] })
  assert.deepEqual([...fresh.health().tooOld], [])
  await fresh.stop()
  const { engine, end } = await runningOn(30, [])
  const events = [end - 8 * DAY - 1, end - 8 * DAY].map((time) => connect(time, end))
  await engine.intake.take({ source: 'bulk', clock: 'receipt', events })
  assert.deepEqual([...engine.health().tooOld], [['bulk', 1]])
  await engine.stop()
})
