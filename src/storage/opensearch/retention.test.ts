import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY, type EpochMs, isoTime } from '../../domain/time.ts'
import { type OwnIndex, type Retention, toDrop } from './retention.ts'

const NOW: EpochMs = Date.UTC(2026, 0, 31, 12)
const KB = 1024

/** An index of events of a day of January, so full. */
function day(of: number, bytes = KB, term = 1): OwnIndex {
  const start = Date.UTC(2026, 0, of)
  const name = `o-events-${isoTime(start).slice(0, 10).replaceAll('-', '.')}-${String(term).padStart(6, '0')}`
  return { name, bytes, newest: start + DAY - 1, lastSeq: of * 100 + term }
}

function results(job: string, part: string, newest: EpochMs, lastSeq: number): OwnIndex {
  return { name: `o-results-${job}-${part}-000001`, bytes: KB, newest, lastSeq }
}

function dropped(indices: readonly OwnIndex[], keep: Retention, more = 0): string[] {
  return toDrop(indices, more + indices.reduce((sum, { bytes }) => sum + bytes, 0), keep, NOW)
}

const CASES: readonly {
  readonly name: string
  readonly indices: readonly OwnIndex[]
  readonly keep: Retention
  readonly others?: number
  readonly drops: readonly string[]
}[] = [
  {
    name: 'days that ended before the time to keep go, the others stay',
    indices: [day(31), day(20), day(21), day(22)],
    keep: { time: 10 * DAY },
    drops: ['o-events-2026.01.20-000001'],
  },
  {
    name: 'a day is kept at least',
    indices: [day(29), day(30), day(31)],
    keep: { time: 0 },
    drops: ['o-events-2026.01.29-000001'],
  },
  {
    name: 'the oldest go until the rest has room, with what else there is of ours',
    indices: [day(28), day(29), day(30), day(31)],
    keep: { bytes: 4 * KB },
    others: 2 * KB,
    drops: ['o-events-2026.01.28-000001', 'o-events-2026.01.29-000001'],
  },
  {
    name: 'what is written to stays, whatever its age and size: places go on behind it',
    indices: [day(1, 9 * KB), day(2, 9 * KB)],
    keep: { time: DAY, bytes: KB },
    drops: ['o-events-2026.01.01-000001'],
  },
  {
    name: 'after a crash an index of the new term is written to; one that is still empty leaves the last place where it was',
    indices: [day(1), day(2), { name: 'o-events-2026.01.02-000002', bytes: 0 }],
    keep: { time: DAY },
    drops: ['o-events-2026.01.01-000001'],
  },
  {
    name: 'an empty index that nobody writes to any more goes',
    indices: [day(31), { name: 'o-events-2026.01.30-000001', bytes: 0 }],
    keep: { time: 30 * DAY },
    drops: ['o-events-2026.01.30-000001'],
  },
  {
    name: 'nothing tells when undated events came',
    indices: [{ name: 'o-events-undated-000001', bytes: 9 * KB, newest: 0, lastSeq: 1 }, day(31)],
    keep: { time: DAY, bytes: KB },
    drops: [],
  },
  {
    name: 'each job has results of its own, also one whose name goes on where another ends',
    indices: [
      results('net', '2026.01.01', Date.UTC(2026, 0, 9), 10),
      results('net', '2026.01.10', Date.UTC(2026, 0, 18), 20),
      results('net-prod', '2026.01.01', Date.UTC(2026, 0, 9), 90),
    ],
    keep: { time: 5 * DAY },
    drops: ['o-results-net-2026.01.01-000001'],
  },
  {
    name: 'results that were kept under one name before days were',
    indices: [results('net', 'all', Date.UTC(2026, 0, 2), 10), results('net', '2026.01.28', Date.UTC(2026, 0, 30), 20)],
    keep: { time: 5 * DAY },
    drops: ['o-results-net-all-000001'],
  },
]

for (const { name, indices, keep, others = 0, drops } of CASES)
  test(name, () => assert.deepEqual(dropped(indices, keep, others), drops))
