import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DAY, HOUR, LATEST, MINUTE, SECOND } from '../../domain/time.ts'
import { HOSTILE } from '../testing/hostile.ts'
import { elements } from '../testing/markup.ts'
import type { Span } from './bins.ts'
import { readMark, readSvg } from './contract.ts'
import { costCurve } from './cost-curve.ts'
import { histogram } from './histogram.ts'
import { lanes } from './lanes.ts'
import { spark } from './spark.ts'
import { strips } from './strips.ts'
import { timeline } from './timeline.ts'

/*
 * What holds for every mark, whatever it is given. `readMark` looks at the drawing itself: well-formed, named and described,
 * finite, inside its frame, nothing unescaped, not too many rectangles.
 */

const FRAME = { id: 'm', width: 912 }
const NARROW = { id: 'n', width: 440 }

const score = fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), fc.constantFrom(0, 25, 50, 75, 100, 1e-300))
const name = fc.oneof(fc.constantFrom(...HOSTILE), fc.constantFrom('curl', 'WWWWWWWWWWWWWWWWWWWWWWWW'))
const span: fc.Arbitrary<Span> = fc
  .record({
    from: fc.oneof(
      fc.integer({ min: -30 * 365, max: 300 * 365 }).map((day) => day * DAY + 777),
      fc.constantFrom(0, -1),
    ),
    length: fc.constantFrom(0, 1, 10 * MINUTE, 15 * MINUTE, 2 * HOUR, DAY, 21 * DAY, 400 * DAY, 700 * 365 * DAY),
    bucketSpan: fc.constantFrom(SECOND, 15 * MINUTE, DAY),
  })
  .map(({ from, length, bucketSpan }) => ({ from, to: from + length, bucketSpan }))

/** Moments of a span, its ends among them, and now and then one outside. */
function moments({ from, to, bucketSpan }: Span): fc.Arbitrary<number> {
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => Math.floor(from + share * (to - from))),
    },
    { weight: 2, arbitrary: fc.constantFrom(from, to, Math.floor(from / bucketSpan) * bucketSpan) },
    { weight: 1, arbitrary: fc.constantFrom(from - 10 * DAY, to + DAY) },
  )
}
const scored = (of: Span) => fc.record({ time: moments(of), score, what: name })
const blind = (of: Span) =>
  fc.tuple(moments(of), moments(of)).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }))
const lane = (of: Span) => fc.record({ name, cells: few(scored(of)), blind: few(blind(of)) })
const few = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 12 })

test('lanes are sound for any entities, times, scores and blind stretches', () => {
  const data = span.chain((of) =>
    fc.record({
      from: fc.constant(of.from),
      to: fc.constant(of.to),
      bucketSpan: fc.constant(of.bucketSpan),
      of: fc.constant('host'),
      lanes: fc.oneof(few(lane(of)), fc.array(lane(of), { minLength: 58, maxLength: 62 })),
    }),
  )
  fc.assert(
    fc.property(data, (given) => {
      const mark = lanes(given, FRAME)
      readMark(mark)
      assert.equal(mark.table.rows.length + mark.table.others, given.lanes.flatMap(({ cells }) => cells).length)
    }),
  )
})

test('strips are sound for any processes and times', () => {
  const data = span.chain((of) =>
    fc.record({
      from: fc.constant(of.from),
      to: fc.constant(of.to),
      bucketSpan: fc.constant(of.bucketSpan),
      buckets: fc.nat(3000),
      strips: few(fc.record({ name, active: few(moments(of)), activeBuckets: fc.nat(3000), scored: few(scored(of)) })),
    }),
  )
  fc.assert(
    fc.property(data, (given) => {
      const { table } = strips(given, FRAME)
      readMark(strips(given, FRAME))
      assert.deepEqual(
        table.rows.map(([process]) => process),
        given.strips.map((strip) => strip.name),
      )
    }),
  )
})

test('timelines are sound for any activity, records and blind stretches', () => {
  const data = span.chain((of) =>
    fc.record({
      from: fc.constant(of.from),
      to: fc.constant(of.to),
      bucketSpan: fc.constant(of.bucketSpan),
      name,
      activity: few(fc.tuple(moments(of), fc.nat(1e9))).map((pairs) => new Map(pairs)),
      records: few(scored(of)),
      blind: few(blind(of)),
    }),
  )
  fc.assert(fc.property(data, (given) => void readMark(timeline(given, FRAME))))
})

test('histograms and cost curves are sound for any scores, thresholds and lengths of history', () => {
  const records = fc.array(fc.record({ score, alerts: fc.integer({ min: 1, max: 1e6 }) }), { maxLength: 40 })
  const days = fc.oneof(fc.constantFrom(0, 1e-9, 0.5, 1, 14, 3650), fc.double({ min: 0, max: 4000, noNaN: true }))
  fc.assert(
    fc.property(records, score, days, (all, threshold, length) => {
      const shown = histogram({ scores: all.map((record) => record.score), threshold }, NARROW)
      readMark(shown)
      const listed = shown.table.rows.map(([, n]) => Number(n))
      assert.equal(
        listed.reduce((sum, n) => sum + n, 0),
        all.length,
      )
      readMark(costCurve({ records: all, days: length, threshold }, NARROW))
    }),
  )
})

test('sparks are sound for any series', () => {
  fc.assert(
    fc.property(
      name.filter((title) => title !== ''),
      fc.array(fc.nat(1e9), { maxLength: 300 }),
      (title, values) => {
        const root = readSvg(String(spark({ title, values }, { id: 's', width: 150 })))
        assert.equal(elements(root, 'path').length, 1)
      },
    ),
  )
})

test('a million values are pooled into a drawing that is no larger than others', () => {
  const million = Array.from({ length: 1e6 }, (_, i) => i)
  const of: Span = { from: 0, to: 1e6 * MINUTE - 1, bucketSpan: MINUTE }
  const records = million.map((i) => ({ time: i * MINUTE, score: i % 101, what: `p${i % 7}`, alerts: 1 }))
  const marks = [
    histogram({ scores: records.map((record) => record.score), threshold: 50 }, NARROW),
    costCurve({ records, days: 694, threshold: 50 }, NARROW),
    lanes({ ...of, of: 'host', lanes: [{ name: 'a', cells: records }] }, FRAME),
    strips(
      {
        ...of,
        buckets: 1e6,
        strips: [{ name: 'a', active: million.map((i) => i * MINUTE), activeBuckets: 1e6, scored: records }],
      },
      FRAME,
    ),
    timeline({ ...of, name: 'a', activity: new Map(million.map((i) => [i * MINUTE, 1])), records }, FRAME),
  ]
  for (const mark of marks) {
    readMark(mark)
    assert.ok(String(mark.svg).length < 100_000)
    assert.ok(mark.table.rows.length <= 200)
  }
  const counted = marks[0]!.table.rows.map(([, n]) => Number(n!.replaceAll(',', '')))
  assert.equal(
    counted.reduce((sum, n) => sum + n, 0),
    1e6,
  )
  assert.equal(marks[2]!.table.others, 1e6 - 200)
  readSvg(String(spark({ title: 'a', values: million }, { id: 's', width: 150 })))
})

test('times at the far end of what an event may carry are drawn too', () => {
  const of: Span = { from: LATEST - DAY, to: LATEST, bucketSpan: 15 * MINUTE }
  readMark(timeline({ ...of, name: 'a', activity: new Map([[LATEST - HOUR, 3]]), records: [] }, FRAME))
  readMark(strips({ ...of, buckets: 96, strips: [{ name: 'a', active: [LATEST - HOUR], activeBuckets: 1 }] }, FRAME))
})
