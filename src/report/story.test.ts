import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Alert, Facet } from '../domain/alert.ts'
import { storiesOf } from './story.ts'

interface Told {
  readonly process?: string
  readonly host?: string
  readonly rule?: string
  readonly severity?: string
  readonly score?: number
  readonly bucket?: number
  readonly count?: number
  readonly facets?: readonly Facet[]
  readonly seen?: readonly [first: string, last: string]
}

let serial = 0
function alert(told: Told): Alert {
  const { process = 'curl', host = 'web-1', rule = 'Unusual', severity = 'low', score = 60, bucket = 0 } = told
  const events = Array.from({ length: Math.min(3, told.count ?? 1) }, (_, i) => ({ of: host, i }))
  return {
    '@timestamp': '2026-03-08T00:20:00.000Z',
    'kibana.alert.uuid': String(serial++),
    'kibana.alert.workflow_status': 'open',
    'kibana.alert.rule.name': rule,
    'kibana.alert.severity': severity,
    timestamp: bucket,
    record_score: score,
    process: { name: process },
    host: { name: host },
    user: { name: 'root' },
    oddsock: {
      ...(told.seen && { first_seen: told.seen[0], last_seen: told.seen[1] }),
      evidence: { count: told.count ?? 1, events, facets: told.facets ?? [] },
    },
  }
}
const heads = (alerts: readonly Alert[]) => storiesOf(alerts).map(({ head }) => head.process)

test('no alerts are no stories', () => {
  assert.deepEqual(storiesOf([]), [])
})

test('alerts of one rule on one process are one story, whatever the host; another rule tells another', () => {
  const [first, second, ...none] = storiesOf([
    alert({ host: 'web-1', score: 50 }),
    alert({ host: 'web-2', score: 90 }),
    alert({ host: 'web-1', score: 70, bucket: 1 }),
    alert({ host: 'web-3', rule: 'Another', score: 80 }),
  ])
  assert.deepEqual(none, [])
  assert.equal(first?.head.score, 90)
  assert.deepEqual(
    first?.alerts.map(({ score }) => score),
    [90, 70, 50],
  )
  assert.deepEqual(first?.hosts, ['web-2', 'web-1'])
  assert.deepEqual(first?.users, ['root'])
  assert.equal(first?.events, 3)
  assert.equal(second?.head.rule, 'Another')
})

test('names that only look alike when they are put together stay apart', () => {
  assert.equal(storiesOf([alert({ rule: 'a', process: '","b' }), alert({ rule: 'a","', process: 'b' })]).length, 2)
})

test('the worst severity comes first, then the highest score, then the earliest, then by name', () => {
  assert.deepEqual(
    heads([
      alert({ process: 'low 99', severity: 'low', score: 99 }),
      alert({ process: 'unknown 98', severity: 'whatever', score: 98 }),
      alert({ process: 'critical 51', severity: 'critical', score: 51 }),
      alert({ process: 'high 60, b', severity: 'high', score: 60, bucket: 2 }),
      alert({ process: 'high 60, a', severity: 'high', score: 60, bucket: 2 }),
      alert({ process: 'high 60, earlier', severity: 'high', score: 60, bucket: 1 }),
      alert({ process: 'high 61', severity: 'high', score: 61, bucket: 3 }),
    ]),
    ['critical 51', 'high 61', 'high 60, earlier', 'high 60, a', 'high 60, b', 'low 99', 'unknown 98'],
  )
})

test('a story lasts from the first event of all its alerts to the last', () => {
  const [story] = storiesOf([
    alert({ score: 90, seen: ['2026-03-08T02:00:00Z', '2026-03-08T02:05:00Z'] }),
    alert({ score: 80, seen: ['2026-03-08T01:00:00Z', '2026-03-08T01:05:00Z'], bucket: 1 }),
    alert({ score: 70, bucket: 2 }),
  ])
  assert.equal(story?.first, Date.UTC(2026, 2, 8, 1))
  assert.equal(story?.last, Date.UTC(2026, 2, 8, 2, 5))
  assert.ok(!('first' in storiesOf([alert({})])[0]!), 'unknown times stay unknown')
})

test('events are counted over all alerts, five are shown, those of the worst first', () => {
  const [story] = storiesOf([alert({ host: 'a', score: 60, count: 300 }), alert({ host: 'b', score: 90, count: 20 })])
  assert.equal(story?.events, 320)
  assert.deepEqual(
    story?.samples.map(({ of }) => of),
    ['b', 'b', 'b', 'a', 'a'],
  )
})

test('facets are added up by field and value, the most frequent first, ties by name', () => {
  const facet = (field: string, values: readonly (readonly [string, number])[], others = 0): Facet => ({
    field,
    values: values.map(([value, count]) => ({ value, count })),
    others,
  })
  const [story] = storiesOf([
    alert({
      host: 'a',
      facets: [
        facet(
          'port',
          [
            ['443', 2],
            ['__proto__', 5],
          ],
          3,
        ),
        facet('user', [['root', 1]]),
      ],
    }),
    alert({
      host: 'b',
      facets: [
        facet(
          'port',
          [
            ['443', 4],
            ['80', 5],
          ],
          1,
        ),
        { ...facet('file', [['/x', 1]]), sampled: true },
      ],
    }),
    alert({ host: 'c', facets: [facet('file', [['/x', 2]])] }),
  ])
  assert.deepEqual(story?.facets, [
    facet(
      'port',
      [
        ['443', 6],
        ['80', 5],
        ['__proto__', 5],
      ],
      3,
    ),
    facet('user', [['root', 1]]),
    { ...facet('file', [['/x', 3]]), sampled: true },
  ])
})

test('the order of the alerts makes no difference, and none is lost', () => {
  const name = fc.constantFrom('curl', 'nc', '__proto__')
  const told = fc.record({
    process: name,
    host: fc.constantFrom('a', 'b'),
    rule: fc.constantFrom('r', 's'),
    severity: fc.constantFrom('low', 'high', 'odd'),
    score: fc.constantFrom(50, 60),
    bucket: fc.integer({ min: 0, max: 2 }),
    count: fc.integer({ min: 1, max: 4 }),
  })
  // An alert is known by rule, record and host, so no two are equal in all of these.
  const key = ({ process, host, rule, bucket }: Told) => JSON.stringify([process, host, rule, bucket])
  const alerts = fc.uniqueArray(told, { selector: key, maxLength: 20 })
  fc.assert(
    fc.property(
      alerts.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => {
        const stories = storiesOf(all.map(alert))
        assert.deepEqual(storiesOf(shuffled.map(alert)), stories)
        assert.equal(stories.flatMap(({ alerts }) => alerts).length, all.length)
        assert.equal(
          stories.reduce((sum, { events }) => sum + events, 0),
          all.reduce((sum, { count }) => sum + count, 0),
        )
      },
    ),
  )
})
