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

/** A store of so many days, on which a server has run, and then events of these times come in. */
async function afterwards(days: number, times: readonly EpochMs[]) {
  const storage = openMemory()
  const end = START + days * DAY
  for (let time = START; time <= end; time += HOUR) await storage.events.append([connect(time, time)])
  const engine = new Engine({
    storage,
    jobs: [{ ...JOB, rules: [{ rule: ruleForJob(JOB.job), exceptions: [] }] }],
    clock: new FakeClock(end),
    log: SILENT,
  })
  await engine.start()
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
