import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileDatafeed } from '../datafeed/datafeed.ts'
import type { EcsEvent } from '../domain/event.ts'
import type { Job } from '../domain/job.ts'
import { DAY, type EpochMs, isoTime, MINUTE, type Seq } from '../domain/time.ts'
import { ALL } from '../query/ast.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import { JobLoop, type ScoredBucket } from './job-loop.ts'

const START: EpochMs = Date.UTC(2026, 0, 6)
const JOB: Job = {
  job_id: 'test',
  analysis_config: { bucket_span: '15m', detectors: [{ function: 'rare', by_field_name: 'process.name' }] },
}
/** A bucket closes two minutes after its end. */
const FEED = compileDatafeed(JOB, { query_delay: '120s' }, { profile: 'elastic-exact' })

let ids = 0
const eventAt = (minute: number, name = 'nginx'): EcsEvent => ({
  '@timestamp': isoTime(START + minute * MINUTE),
  event: { id: `${ids++}` },
  process: { name },
})

/** A job over a memory store, and what was told of it: bucket (by number), `late` where it was, and the names in it. */
function openJob(lateWindow = 8 * DAY) {
  const storage = openMemory()
  const told: string[] = []
  const scored: ScoredBucket[] = []
  const column = FEED.fields.indexOf('process.name')
  const loop = new JobLoop(JOB, FEED, storage.events, storage.results, {
    lateWindow,
    onScored: (one) => {
      const names = one.rows.map((row) => row.values[column]).sort()
      told.push([(one.bucket.start - START) / (15 * MINUTE), ...(one.late ? ['late'] : []), ...names].join(' '))
      scored.push(one)
    },
  })
  return {
    loop,
    told,
    scored,
    storage,
    append: (...events: EcsEvent[]) => storage.events.append(events),
    at: (minute: number, upTo: Seq) => loop.step(START + minute * MINUTE, upTo),
  }
}

test('a bucket closes when the clock is past its end by the query delay, and no sooner', async () => {
  const { loop, told, append, at } = openJob()
  loop.begin(START)
  assert.equal(loop.due, START + 17 * MINUTE)
  const upTo = await append(eventAt(0), eventAt(16, 'next'))
  await at(17 - 1 / 60_000, upTo)
  assert.deepEqual(told, [])
  await at(17, upTo)
  assert.deepEqual(told, ['0 nginx'])
  assert.equal(loop.due, START + 32 * MINUTE)
})

test('a bucket is scored on what came up to the event that closed it, however late the loop is', async () => {
  const { loop, told, append, at } = openJob()
  loop.begin(START)
  const upTo = await append(eventAt(0), eventAt(17, 'closer'))
  await append(eventAt(1, 'straggler'))
  await at(17, upTo)
  assert.deepEqual(told, ['0 nginx'])
})

test('late rows are scored before the bucket that closes, the oldest bucket first, each growth once', async () => {
  const { loop, told, append, at } = openJob()
  loop.begin(START)
  await at(32, await append(eventAt(0), eventAt(15), eventAt(32)))
  assert.deepEqual(told.splice(0), ['0 nginx', '1 nginx'])
  const upTo = await append(eventAt(16, 'b'), eventAt(1, 'a'), eventAt(2, 'a'), eventAt(47))
  await at(47, upTo)
  assert.deepEqual(told.splice(0), ['0 late a nginx', '1 late b nginx', '2 nginx'])
  assert.equal(loop.lateEvents, 3)
  await at(62, await append(eventAt(62)))
  assert.deepEqual(told, ['3 nginx'])
})

test('what comes after the last closing is scored at the end of the input', async () => {
  const { loop, told, append, at } = openJob()
  loop.begin(START)
  await at(17, await append(eventAt(0), eventAt(17)))
  const upTo = await append(eventAt(1, 'late'))
  await loop.finish(START + 17 * MINUTE, upTo)
  assert.deepEqual(told, ['0 nginx', '0 late late nginx', '1 nginx'])
})

test('the end of the input closes the bucket of the last event, at a clock that is past it', async () => {
  const { loop, told, scored, append } = openJob()
  loop.begin(START)
  await loop.finish(START + 20 * MINUTE, await append(eventAt(0), eventAt(20)))
  assert.deepEqual(told, ['0 nginx', '1 nginx'])
  assert.equal(scored.at(-1)!.now, START + 32 * MINUTE)
  assert.equal(loop.buckets, 2)
})

test('without any event, the end of the input is nothing to do', async () => {
  const { loop, told } = openJob()
  await loop.finish(Number.NaN, 0)
  assert.deepEqual(told, [])
})

test('rows older than the late window, or than the job, are not scored', async () => {
  const { loop, told, append, at } = openJob(60 * MINUTE)
  loop.begin(START + 15 * MINUTE)
  await at(122, await append(eventAt(15), eventAt(122)))
  told.splice(0)
  await at(137, await append(eventAt(20, 'too late'), eventAt(0, 'before the job'), eventAt(65, 'late'), eventAt(137)))
  assert.deepEqual(told, ['4 late late', '8 nginx'])
})

test('results are stored before anybody hears of them', async () => {
  const storage = openMemory()
  const stored: number[] = []
  const loop = new JobLoop(JOB, FEED, storage.events, storage.results, {
    lateWindow: DAY,
    onScored: async ({ bucket }) => {
      const { items } = await storage.results.scan(ALL, { after: 0, limit: 100 })
      stored.push(items.filter(({ doc }) => doc.timestamp === bucket.start).length)
    },
  })
  loop.begin(START)
  await loop.finish(START + 20 * MINUTE, await storage.events.append([eventAt(0), eventAt(20)]))
  assert.equal(stored.length, 2)
  assert.ok(stored.every((count) => count > 0))
})

test('a stretch of empty buckets in one step is the same as closing each of them', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 2, maxLength: 12 }), async (gaps) => {
      let minute = 0
      const minutes = gaps.map((gap) => (minute += gap))
      const run = async (ticks: boolean) => {
        const { loop, append, at } = openJob()
        loop.begin(START + minutes[0]! * MINUTE)
        let clock = minutes[0]!
        let upTo = 0
        for (const next of minutes) {
          const before = loop.buckets
          // The clock comes by every minute, or jumps from event to event.
          for (; ticks && clock < next; clock++) await at(clock, upTo)
          upTo = await append({ ...eventAt(next, `p${next % 5}`), event: { id: `${next}` } })
          await at(next, upTo)
          assert.ok(loop.buckets >= before)
        }
        return { model: JSON.stringify(loop.model.save()), buckets: loop.buckets }
      }
      assert.deepEqual(await run(true), await run(false))
    }),
    { numRuns: 15 },
  ))
