import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY, HOUR } from '../domain/time.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import { Decisions } from './decisions.ts'
import { expired, type Snapshot, Snapshots } from './snapshots.ts'
import { Ticks } from './ticks.ts'

const START = Date.UTC(2026, 0, 5)
const snapshot = (decisions: number, now: number) => ({ decisions, results: 0, upTo: 0, now }) as unknown as Snapshot

test('a year of snapshots every three hours leaves the newest two, ten days and sixteen weeks', () => {
  const keys = Array.from({ length: 8 * 365 }, (_, i) => String(START + i * 3 * HOUR))
  const gone = new Set(expired(keys, Number))
  const kept = keys.filter((key) => !gone.has(key)).map(Number)
  const last = Number(keys.at(-1))
  assert.ok(kept.length <= 2 + 10 + 16)
  assert.ok(kept.includes(last) && kept.includes(last - 3 * HOUR))
  assert.equal(new Set(kept.map((time) => Math.floor(time / DAY)).filter((day) => day > last / DAY - 10)).size, 10)
  assert.equal(new Set(kept.map((time) => Math.floor(time / (7 * DAY)))).size, 16)
})

test('decisions that every kept snapshot holds are let go, and the others are found again', async () => {
  const { state } = openMemory()
  const decisions = new Decisions(state, 'a')
  const snapshots = new Snapshots(state, 'a', ['host.name'])
  let oldest = 0
  for (let n = 0; n < 400; n++) {
    await decisions.decide({ now: START + n * DAY, upTo: n, began: START })
    oldest = await snapshots.save(snapshot(decisions.count, START + n * DAY))
    await decisions.forget(oldest)
  }
  assert.ok(oldest > 400 - 16 * 7 - 7 && oldest < 400)
  const again = new Decisions(state, 'a')
  const stored = await again.stored(oldest)
  assert.deepEqual(
    stored.map(({ upTo }) => upTo),
    Array.from({ length: 400 - oldest }, (_, i) => oldest + i),
  )
  assert.equal(again.count, 400)
})

test('a snapshot of other fields is of no use; one that was made after them is the newest, whatever its number', async () => {
  const { state } = openMemory()
  await new Snapshots(state, 'a', ['host.name']).save(snapshot(500, START))
  const snapshots = new Snapshots(state, 'a', ['host.name', 'user.name'])
  assert.equal(await snapshots.newest(), undefined)
  await snapshots.save(snapshot(3, START + DAY))
  await snapshots.save(snapshot(4, START + 2 * DAY))
  assert.equal((await new Snapshots(state, 'a', ['host.name', 'user.name']).newest())?.decisions, 4)
})

test('ticks are let go once every job is past them and they are old; the last one still shows the time', async () => {
  const { state } = openMemory()
  const ticks = new Ticks(state)
  for (let day = 0; day < 20; day++) await ticks.add({ now: START + day * DAY, upTo: day })
  await ticks.forget(5, START + 12 * DAY)
  const again = new Ticks(state)
  await again.load()
  assert.deepEqual(again.reached(START, 0), { now: START + 5 * DAY, upTo: 5 })
  await again.forget(100, START + 100 * DAY)
  assert.equal(again.latest, START + 19 * DAY)
  await again.add({ now: START + 30 * DAY, upTo: 20 })
  assert.deepEqual(again.reached(START + 20 * DAY, 0), { now: START + 30 * DAY, upTo: 20 })
})

test('a snapshot whose model is of another version is passed over, and where none is left the job begins anew', async () => {
  const { state } = openMemory()
  const saved = (version: number) => ({ ...snapshot(version, START + version), loop: { model: { version } } as never })
  const snapshots = (version: number) => new Snapshots(state, 'a', ['host.name'], version)
  for (const version of [1, 2]) await snapshots(version).save(saved(version))
  assert.equal((await snapshots(2).newest())?.decisions, 2)
  assert.equal((await snapshots(1).newest())?.decisions, 1)
  assert.equal(await snapshots(3).newest(), undefined)
})
