import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { compileDatafeed } from '../../datafeed/datafeed.ts'
import type { AnomalyResult } from '../../domain/anomaly-record.ts'
import type { EcsEvent } from '../../domain/event.ts'
import { CLOCK } from '../../domain/stamps.ts'
import { DAY, type EpochMs, HOUR, isoTime } from '../../domain/time.ts'
import { ALL } from '../../query/ast.ts'
import type { EventStore } from '../storage.ts'
import { Duck } from './duck.ts'
import { DATABASE } from './duck-files.ts'
import { setAbout } from './duck-schema.ts'
import { type DuckStoreOptions, openDuckStore } from './duck-store.ts'

const START: EpochMs = Date.UTC(2026, 0, 6)
const folder = mkdtempSync(join(tmpdir(), 'oddsock-faults-'))
after(() => rmSync(folder, { recursive: true }))

let made = 0
const newDir = () => join(folder, `${made++}`)
const open = (dir: string, options: DuckStoreOptions = {}) =>
  openDuckStore(dir, { threads: 1, sealing: { fewest: 1 }, ...options })

/** Events of one day, their clock an hour behind their time. */
function eventsOf(day: number, count = 3): EcsEvent[] {
  return Array.from({ length: count }, (_, i) => ({
    '@timestamp': isoTime(START + day * DAY + i),
    event: { id: `${day}/${i}` },
    [CLOCK]: isoTime(START + day * DAY + i + HOUR),
  }))
}

async function ids(events: EventStore): Promise<unknown[]> {
  const { items } = await events.scan(ALL, { after: 0, limit: 1000 })
  return items.map(({ doc }) => (doc.event as { id: string }).id)
}

/** A folder with a sealed day, and a day in the table. */
async function twoDays(): Promise<string> {
  const dir = newDir()
  const store = await open(dir)
  await store.events.append([...eventsOf(0), ...eventsOf(1)])
  await store.tend(START + DAY + 2 * HOUR)
  await store.close()
  assert.equal(readdirSync(join(dir, 'days')).length, 1)
  return dir
}

const FEED = compileDatafeed(
  { job_id: 'j', analysis_config: { bucket_span: '15m', detectors: [{ function: 'count' }] } },
  {},
  { profile: 'elastic-exact' },
)

const dayFile = (dir: string) => join(dir, 'days', readdirSync(join(dir, 'days'))[0]!)

test('a second process is told who has the store open', async () => {
  const dir = newDir()
  const script = `import { openDuckStore } from ${JSON.stringify(fileURLToPath(new URL('duck-store.ts', import.meta.url)))}
    await openDuckStore(${JSON.stringify(dir)}); console.log('open'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script])
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await assert.rejects(open(dir), {
      code: 'STORE_IN_USE',
      message: `Cannot open "${join(dir, 'events.duckdb')}": process ${child.pid} has it open`,
    })
  } finally {
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
  }
  await (await open(dir)).close()
})

test('a store of a newer version is refused with the version to install', async () => {
  const dir = newDir()
  await (await open(dir, { program: '7.1.0' })).close()
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(join(dir, 'events.duckdb'))
  const connection = await instance.connect()
  await connection.run(`UPDATE about SET value = '99' WHERE name = 'version'`)
  connection.closeSync()
  instance.closeSync()
  await assert.rejects(open(dir, { program: '0.1.0' }), (error: { code: string; hint: string; message: string }) => {
    assert.equal(error.code, 'STORE_TOO_NEW')
    assert.match(error.hint, /^Install oddsock 7\.1\.0 or newer/)
    assert.match(error.message, /written by oddsock 7\.1\.0, and this is 0\.1\.0$/)
    return true
  })
})

const damages: { readonly what: string; readonly harm: (dir: string) => string; readonly lost: RegExp }[] = [
  {
    what: 'a database that is something else',
    harm: (dir) => {
      const path = join(dir, 'events.duckdb')
      writeFileSync(path, 'something else '.repeat(1000))
      return path
    },
    lost: /^Lost are the events of the last days .* Restore the last backup/,
  },
  {
    what: 'a file of a day that is missing',
    harm: (dir) => {
      const path = dayFile(dir)
      rmSync(path)
      return path
    },
    lost: /^Lost are the 3 events of 2026-01-06; .* from the last backup/,
  },
  {
    what: 'a file of a day that is cut short',
    harm: (dir) => {
      const path = dayFile(dir)
      truncateSync(path, 100)
      return path
    },
    lost: /^Lost are the 3 events of 2026-01-06; .* from the last backup/,
  },
]

for (const { what, harm, lost } of damages)
  test(`the start tells which file is damaged, what is lost and how to get it back: ${what}`, async () => {
    const dir = await twoDays()
    const where = harm(dir)
    await assert.rejects(open(dir), (error: { code: string; where: string; hint: string }) => {
      assert.equal(error.code, 'STORE_DAMAGED')
      assert.equal(error.where, where)
      assert.match(error.hint, lost)
      return true
    })
  })

test('a file of a day that was garbled in place is named by whoever reads it, and other days are read', async () => {
  const dir = await twoDays()
  const path = dayFile(dir)
  writeFileSync(path, Buffer.alloc(readFileSync(path).length, 'x'))
  const store = await open(dir)
  await assert.rejects(store.events.read([{ input: 0, from: 1, to: 2 }]), { code: 'STORE_DAMAGED', where: path })
  const [event] = await store.events.read([{ input: 0, from: 4, to: 5 }])
  assert.deepEqual(event, eventsOf(1)[0])
  await store.close()
})

test('what a crash left beside the registered files is removed at the start, and nothing else', async () => {
  const dir = await twoDays()
  const kept = dayFile(dir)
  writeFileSync(join(dir, 'days', '2026-01-07.6.parquet.unfinished'), 'half')
  writeFileSync(join(dir, 'days', '2026-01-07.6.parquet.3.unfinished'), 'a piece')
  writeFileSync(join(dir, 'days', '2026-01-07.6.parquet'), 'whole, and not registered')
  writeFileSync(join(dir, 'days', 'notes.txt'), 'not ours')
  const store = await open(dir)
  assert.deepEqual(readdirSync(join(dir, 'days')).sort(), [kept.split('/').at(-1), 'notes.txt'].sort())
  assert.deepEqual(await ids(store.events), ['0/0', '0/1', '0/2', '1/0', '1/1', '1/2'])
  await store.close()
})

test('an event that comes late for a sealed day is read at once, and joins its file a day later', async () => {
  const dir = await twoDays()
  const store = await open(dir)
  const late = { ...eventsOf(0)[0], event: { id: 'late' } }
  await store.events.append([late])
  await store.tend(START + DAY + 3 * HOUR)
  const before = dayFile(dir)
  assert.ok((await ids(store.events)).includes('late'))
  await store.tend(START + 2 * DAY + 3 * HOUR)
  assert.equal(readdirSync(join(dir, 'days')).filter((name) => before.endsWith(name)).length, 0, 'the old file is gone')
  assert.ok((await ids(store.events)).includes('late'))
  assert.equal(await store.events.append([late, ...eventsOf(0)]), 7, 'all are known again')
  await store.close()
})

/** Four events at the beginning of each of some hours of the first day. */
function busyHours(from: number, to: number): EcsEvent[] {
  return Array.from({ length: 4 * (to - from) }, (_, i) => {
    const time = START + (from + Math.floor(i / 4)) * HOUR + (i % 4)
    return { '@timestamp': isoTime(time), event: { id: `${from}/${i}` }, [CLOCK]: isoTime(time) }
  })
}

test('a busy day goes to files of its own before it is over, and copies are known whose keys are not in memory', async () => {
  const dir = newDir()
  const options = { sealing: { fewest: 1, most: 10 }, keysHeld: 0 }
  let store = await open(dir, options)
  await store.events.append(busyHours(0, 6))
  await store.tend(START + 5 * HOUR)
  assert.equal(readdirSync(join(dir, 'days')).length, 2, 'of the 20 quiet events twice ten')
  await store.events.append(busyHours(6, 9))
  // Hour 5 has four events left in the table, with them are twelve quiet ones.
  await store.tend(START + 8 * HOUR)
  assert.equal(readdirSync(join(dir, 'days')).length, 3)
  const all = [...busyHours(0, 6), ...busyHours(6, 9)]
  assert.deepEqual(
    await ids(store.events),
    all.map(({ event }) => (event as { id: string }).id),
  )
  await store.close()
  store = await open(dir, options)
  assert.equal(await store.events.append(all), 36, 'all are known')
  // The other six are less than a file's worth, and the day has files already: they join a day later.
  await store.tend(START + DAY + 2 * HOUR)
  assert.equal(readdirSync(join(dir, 'days')).length, 3)
  await store.tend(START + 2 * DAY + 2 * HOUR)
  assert.equal(readdirSync(join(dir, 'days')).length, 4)
  assert.equal((await ids(store.events)).length, 36)
  assert.equal(await store.events.append(all), 36)
  await store.close()
})

test('a store whose files were sealed before their times were written down is read as it was', async () => {
  const dir = await twoDays()
  const database = await Duck.open(join(dir, DATABASE))
  const connection = await database.connect()
  await connection.run('ALTER TABLE day_files DROP COLUMN first_time; ALTER TABLE day_files DROP COLUMN last_time')
  await setAbout(connection, 'version', '1')
  database.close()
  const store = await open(dir, { keysHeld: 0 })
  assert.deepEqual(await ids(store.events), ['0/0', '0/1', '0/2', '1/0', '1/1', '1/2'])
  assert.equal(await store.events.append([...eventsOf(0), ...eventsOf(1)]), 6)
  assert.deepEqual([...(await store.events.counts(FEED, { from: START, to: START + DAY }, 6))], [[START, 3]])
  await store.close()
})

test('days that are older than they are to be kept are dropped, and places are not given twice', async () => {
  const dir = newDir()
  let store = await open(dir, { keep: { days: 2 } })
  await store.events.append([...eventsOf(0), ...eventsOf(1), ...eventsOf(2)])
  await store.tend(START + 3 * DAY + 2 * HOUR)
  assert.deepEqual(await ids(store.events), ['1/0', '1/1', '1/2', '2/0', '2/1', '2/2'])
  await store.tend(START + 40 * DAY)
  assert.deepEqual(await ids(store.events), [])
  assert.deepEqual(readdirSync(join(dir, 'days')), [])
  const last = { seq: 9, clock: START + 2 * DAY + 2 + HOUR }
  assert.deepEqual(await store.events.last(), last)
  await store.close()
  store = await open(dir, { keep: { days: 2 } })
  assert.deepEqual(await store.events.last(), last)
  assert.equal(await store.events.append(eventsOf(41, 1)), 10)
  await store.close()
})

test('history whose times are old stays as long as it is to be kept since it came', async () => {
  const store = await open(newDir(), { keep: { days: 2 } })
  await store.events.append([{ ...eventsOf(0)[0], '@timestamp': isoTime(START - 60 * DAY) }])
  await store.tend(START + DAY)
  assert.deepEqual(await ids(store.events), ['0/0'])
  await store.tend(START + 3 * DAY + HOUR)
  assert.deepEqual(await ids(store.events), [])
  await store.close()
})

test('the oldest days go when the bytes to keep are exceeded, the newest never', async () => {
  const dir = newDir()
  const store = await open(dir, { keep: { bytes: 1 } })
  await store.events.append([...eventsOf(0), ...eventsOf(1)])
  await store.tend(START + DAY + 2 * HOUR)
  assert.deepEqual(await ids(store.events), ['1/0', '1/1', '1/2'])
  await store.close()
})

test('a day with few events stays in the table, so that made-up dates make no files', async () => {
  const dir = newDir()
  const store = await openDuckStore(dir, { threads: 1 })
  for (let day = -50; day < 0; day++) await store.events.append(eventsOf(day, 1))
  await store.tend(START + DAY)
  assert.deepEqual(readdirSync(join(dir, 'days')), [])
  assert.equal((await ids(store.events)).length, 50)
  await store.close()
})

test('a place in the journal of results is never given twice, over rewinding and opening again', async () => {
  const dir = newDir()
  const result = (n: number) =>
    ({ result_type: 'bucket', job_id: 'j', timestamp: START + n, bucket_span: 900, event_count: n }) as AnomalyResult
  let store = await open(dir)
  assert.equal(await store.results.append([result(1), result(2), result(3)]), 3)
  await store.results.rewind('j', 1)
  await store.close()
  store = await open(dir)
  assert.equal(await store.results.last('j'), 1)
  assert.equal(await store.results.append([result(2)]), 4)
  await store.close()
})

test('events are observed and read while a day is sealed', async () => {
  const dir = newDir()
  const store = await open(dir)
  await store.events.append(eventsOf(0, 3000))
  let upTo = await store.events.append(eventsOf(1))
  let done = false
  const sealing = store.tend(START + DAY + 2 * HOUR).finally(() => {
    done = true
  })
  for (let n = 0; !done || n < 3; n++) {
    upTo = await store.events.append([{ ...eventsOf(0)[0], event: { id: `more ${n}` } }])
    const counts = await store.events.counts(FEED, { from: START, to: START + DAY }, upTo)
    assert.equal(counts.get(START), 3001 + n)
    const [row] = await collect(store.events.observe(FEED, { start: START, end: START + FEED.bucketSpan }, upTo))
    assert.equal(row!.count, 3001 + n)
    assert.deepEqual((await store.events.read(row!.events))[0], eventsOf(0)[0])
  }
  await sealing
  assert.equal(readdirSync(join(dir, 'days')).length, 1)
  await store.close()
})

async function collect<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
