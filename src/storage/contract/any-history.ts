import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Datafeed } from '../../datafeed/datafeed.ts'
import { compareObservations, EVENTS_KEPT, type Observation, uniteObservations } from '../../domain/observation.ts'
import { type EpochMs, MINUTE } from '../../domain/time.ts'
import type { EventReader } from '../storage.ts'
import {
  collect,
  eventOf,
  FEED,
  idOf,
  type OpenEvents,
  type OpenReader,
  OTHER_FEED,
  type Sight,
  SPAN,
  START,
} from './history.ts'

/** Whatever happened, and whichever way it is observed, the answer is that of counting by hand. */
export function countsAnyHistoryAsByHand(name: string, open: OpenEvents, runs: number): void {
  test(`${name} answers any history as counting by hand does, whichever way it is observed`, () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anySight, { maxLength: 8 }), { minLength: 1, maxLength: 6 }),
        async (batches) => {
          const opened = await open(
            batches.map((batch) => batch.map(eventOf)),
            [FEED, OTHER_FEED],
          )
          try {
            await followHistory(opened, batches)
          } finally {
            await opened.close()
          }
        },
      ),
      { numRuns: runs },
    ))
}

const anySight: fc.Arbitrary<Sight> = fc.record({
  id: fc.integer({ min: 0, max: 30 }).map(String),
  minute: fc.integer({ min: 0, max: 59 }),
  host: fc.constantFrom('a', 'b', '__proto__'),
  name: fc.constantFrom(undefined, 'x', 'y', '__proto__', ['x', 'y'], 'x,y'),
  user: fc.constantFrom(undefined, '', 'root'),
  category: fc.constantFrom('network', 'network', 'network', 'process'),
})

/** Takes in batch after batch and observes what has grown, as a job does; at each step all must be as counted by hand. */
async function followHistory(opened: OpenReader, batches: readonly Sight[][]): Promise<void> {
  const { reader } = opened
  const known: Sight[] = []
  const rows = new Map<string, Observation[]>()
  const seen = new Map<string, number>()
  for (const batch of batches) {
    const before = known.length
    for (const sight of batch) if (!known.some(({ id }) => id === sight.id)) known.push(sight)
    const upTo = await opened.take(batch.map(eventOf))
    assert.equal(upTo, known.length)
    for (const feed of [FEED, OTHER_FEED]) {
      const hour = { from: START, to: START + 60 * MINUTE }
      const counts = await reader.counts(feed, hour, upTo)
      assert.deepEqual(sorted(counts), sorted(countByHand(feed, known)))
      const grown = await reader.counts(feed, hour, upTo, before)
      assert.deepEqual(sorted(grown), sorted(countByHand(feed, known.slice(before))))
      for (const [start, count] of counts) {
        const key = `${feed.job_id} ${start}`
        if (seen.get(key) === count) continue
        seen.set(key, count)
        const now = await collect(reader.observe(feed, { start, end: start + feed.bucketSpan }, upTo))
        assert.deepEqual([...now].sort(compareObservations), now, 'rows stand in their order')
        rows.set(key, uniteObservations(rows.get(key) ?? [], now))
        await sameAsByHand(reader, rows.get(key)!, feed, start, known)
      }
      if (!reader.capabilities.observesAgain) continue
      for (const start of grown.keys()) {
        const since = await collect(reader.observe(feed, { start, end: start + feed.bucketSpan }, upTo, before))
        await sameAsByHand(reader, since, feed, start, known.slice(before))
      }
    }
  }
  if (!reader.capabilities.observesAgain) return
  for (let upTo = 0; upTo <= known.length; upTo++)
    for (let start = START; start < START + 60 * MINUTE; start += SPAN) {
      const then = await collect(reader.observe(FEED, { start, end: start + SPAN }, upTo))
      await sameAsByHand(reader, then, FEED, start, known.slice(0, upTo))
      const counts = await reader.counts(FEED, { from: start, to: start + SPAN }, upTo)
      assert.equal(counts.get(start) ?? 0, countByHand(FEED, known.slice(0, upTo)).get(start) ?? 0)
    }
}

function admits(feed: Datafeed, { category }: Sight): boolean {
  return feed === OTHER_FEED || category === 'network'
}

function countByHand(feed: Datafeed, sights: readonly Sight[]): Map<EpochMs, number> {
  const counts = new Map<EpochMs, number>()
  for (const sight of sights) {
    const start = START + Math.floor((sight.minute * MINUTE) / feed.bucketSpan) * feed.bucketSpan
    if (admits(feed, sight)) counts.set(start, (counts.get(start) ?? 0) + 1)
  }
  return counts
}

async function sameAsByHand(
  reader: EventReader,
  rows: readonly Observation[],
  feed: Datafeed,
  start: EpochMs,
  sights: readonly Sight[],
): Promise<void> {
  const [from, to] = [(start - START) / MINUTE, (start - START + feed.bucketSpan) / MINUTE]
  const inside = sights.filter((sight) => admits(feed, sight) && sight.minute >= from && sight.minute < to)
  const groups = new Map<string, Sight[]>()
  for (const sight of inside) {
    const action = feed === OTHER_FEED ? sight.category : null
    const name = sight.name === undefined ? null : [sight.name].flat().join(',')
    const key = JSON.stringify([sight.host, name, sight.user ?? null, [sight.name].flat()[0] ?? null, action])
    groups.set(key, [...(groups.get(key) ?? []), sight])
  }
  const answer = await Promise.all(
    rows.map(async (row) => ({
      count: row.count,
      first: (row.first - START) / MINUTE,
      last: (row.last - START) / MINUTE,
      events: (await reader.read(row.events)).map(idOf),
    })),
  )
  const byHand = [...groups.values()].map((group) => ({
    count: group.length,
    first: Math.min(...group.map(({ minute }) => minute)),
    last: Math.max(...group.map(({ minute }) => minute)),
    events: group.slice(0, EVENTS_KEPT).map(({ id }) => id),
  }))
  const byFirstEvent = (list: typeof byHand) => list.toSorted((a, b) => (a.events[0]! < b.events[0]! ? -1 : 1))
  assert.deepEqual(byFirstEvent(answer as typeof byHand), byFirstEvent(byHand))
}

function sorted(counts: ReadonlyMap<EpochMs, number>): [EpochMs, number][] {
  return [...counts].sort(([a], [b]) => a - b)
}
