import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Observation } from '../domain/observation.ts'
import { MINUTE } from '../domain/time.ts'
import { History, HOSTS_KEPT } from './history.ts'

const SPAN = 15 * MINUTE
const FIELDS = ['process.name', 'host.name', 'destination.ip', 'oddsock.program']

const start = (bucket: number) => bucket * SPAN
const row = (values: readonly (string | null)[], count = 1): Observation => ({
  values,
  count,
  first: 0,
  last: 0,
  events: [],
})
function learn(history: History, bucket: number, ...rows: readonly Observation[]): void {
  history.learn({ start: start(bucket), end: start(bucket + 1) }, rows)
}

test('nothing is known before the first bucket', () => {
  const { historyFrom, ...rest } = new History(FIELDS, 'process.name').acquaintance('curl', 'web-1', start(6))
  assert.ok(Number.isNaN(historyFrom))
  assert.deepEqual(rest, { bucketsScored: 0, hostsKnown: 0, rhythm: { times: 1 } })
})

test('it tells apart what was seen here, elsewhere and nowhere', () => {
  const history = new History(FIELDS, 'process.name')
  learn(history, 1, row(['curl', 'web-1', null, null], 3), row(['curl', 'web-1', '192.0.2.1', null], 2))
  learn(history, 2, row(['curl', 'web-2', null, null]))
  learn(history, 5, row(['ssh', 'web-1', null, null]))
  const shared = { historyFrom: start(1), bucketsScored: 3, hostsKnown: 2 }
  assert.deepEqual(history.acquaintance('curl', 'web-1', start(6)), {
    ...shared,
    // It went on from one bucket to the next, which is once.
    rhythm: { times: 2 },
    anywhere: { first: start(1), last: start(2), buckets: 2, events: 6, hosts: ['web-1', 'web-2'] },
    here: { first: start(1), last: start(1), buckets: 1, events: 5, hosts: ['web-1'] },
  })
  assert.equal(history.acquaintance('ssh', 'web-2', start(6)).here, undefined)
  assert.equal(history.acquaintance('ssh', 'web-2', start(6)).anywhere?.buckets, 1)
  assert.deepEqual(history.acquaintance('xmrig', 'web-1', start(6)), { ...shared, rhythm: { times: 1 } })
})

test('what has gone on since the bucket before is no new time', () => {
  const history = new History(FIELDS, 'process.name')
  for (const bucket of [1, 2, 5]) learn(history, bucket, row(['curl', 'web-1', null, null]))
  assert.equal(history.acquaintance('curl', 'web-1', start(6)).rhythm?.times, 2)
  assert.equal(history.acquaintance('curl', 'web-1', start(7)).rhythm?.times, 3)
  // A row that came late for the bucket in between.
  assert.equal(history.acquaintance('curl', 'web-1', start(4)).rhythm?.times, 2)
})

test('what an alert was told does not change when more is learned', () => {
  const history = new History(FIELDS, 'process.name')
  learn(history, 1, row(['curl', 'web-1', null, null]))
  const told = history.acquaintance('curl', 'web-1', start(6))
  learn(history, 2, row(['curl', 'web-2', null, null]))
  assert.deepEqual(told.anywhere, { first: start(1), last: start(1), buckets: 1, events: 1, hosts: ['web-1'] })
})

test('a bucket that is told of again for its late rows counts once', () => {
  const history = new History(FIELDS, 'process.name')
  learn(history, 4, row(['curl', 'web-1', null, null]))
  learn(history, 5, row(['curl', 'web-1', null, null]))
  learn(history, 4, row(['curl', 'web-1', null, null]), row(['ssh', 'web-1', null, null]))
  assert.equal(history.acquaintance('curl', 'web-1', start(6)).bucketsScored, 2)
  assert.equal(history.acquaintance('curl', 'web-1', start(6)).anywhere?.buckets, 2)
  assert.equal(history.acquaintance('curl', 'web-1', start(6)).anywhere?.events, 3)
  assert.deepEqual(history.presenceOf('curl'), { starts: [start(4), start(5)], buckets: 2 })
})

test('the rarest come first: fewest buckets, then fewest events, then by name; addresses of one event count apart', () => {
  const history = new History(FIELDS, 'process.name')
  learn(history, 1, row(['a', 'h', '192.0.2.1,192.0.2.2', '/bin/a'], 5), row(['a', 'h', '192.0.2.3', '/bin/b'], 5))
  learn(history, 2, row(['a', 'h', '192.0.2.1', '/bin/a'], 1), row(['a', 'h', '192.0.2.0', '/bin/c'], 1))
  const rarest = (of: 'programs' | 'peers', count: number) => history.rarest(of, count).map(({ value }) => value)
  assert.deepEqual(rarest('peers', 9), ['192.0.2.0', '192.0.2.2', '192.0.2.3', '192.0.2.1'])
  assert.deepEqual(rarest('programs', 2), ['/bin/c', '/bin/b'])
})

test('what it keeps is bounded', () => {
  const history = new History(FIELDS, 'process.name', 2)
  for (let i = 0; i < 40; i++) learn(history, i, row(['curl', `host-${i}`, `192.0.2.${i}`, null]))
  assert.equal(history.acquaintance('curl', 'x', start(6)).anywhere?.hosts.length, HOSTS_KEPT)
  assert.equal(history.rarest('peers', 99).length, 2)
  assert.equal(history.peersNotKept, 38)
})

test('three weeks of quarter hours are remembered whole, whatever their pattern', () => {
  const history = new History(FIELDS, 'process.name')
  const weeks = 3 * 7 * 24 * 4
  for (let i = 0; i < weeks; i++) {
    const odd = i % 2 === 1 ? [row(['odd', 'host-1', null, null])] : []
    learn(history, i, row(['always', 'host-1', null, null]), ...odd)
  }
  assert.deepEqual(history.presenceOf('always'), {
    starts: Array.from({ length: 2016 }, (_, i) => start(i)),
    buckets: 2016,
  })
  assert.deepEqual(
    history.presenceOf('odd').starts,
    Array.from({ length: 1008 }, (_, i) => start(2 * i + 1)),
  )
  assert.deepEqual(history.presenceOf('never'), { starts: [], buckets: 0 })
})

test('of more runs than it keeps it gives the latest, and the true count of buckets', () => {
  const history = new History(FIELDS, 'process.name')
  for (let i = 0; i < 2_100; i++) learn(history, 2 * i, row(['curl', 'host-1', null, null]))
  const { starts, buckets } = history.presenceOf('curl')
  assert.equal(buckets, 2_100)
  assert.equal(starts.length, 2_048)
  assert.deepEqual([starts[0], starts.at(-1)], [start(2 * 52), start(2 * 2_099)])
})

test('counts agree with a plain recount of the rows, for names of any kind', () => {
  const name = fc.constantFrom('curl', '__proto__', 'constructor', 'a,b')
  const learned = fc.array(
    fc.record({ name, host: fc.constantFrom('web-1', '__proto__', null), count: fc.integer({ min: 1, max: 5 }) }),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(fc.array(learned, { maxLength: 12 }), name, (buckets, asked) => {
      const history = new History(FIELDS, 'process.name')
      for (const [i, rows] of buckets.entries())
        learn(history, i, ...rows.map((one) => row([one.name, one.host, null, null], one.count)))
      const mine = buckets.map((rows) => rows.filter((one) => one.name === asked))
      const { anywhere } = history.acquaintance(asked, null, start(6))
      assert.equal(anywhere?.buckets ?? 0, mine.filter((rows) => rows.length > 0).length)
      assert.equal(
        anywhere?.events ?? 0,
        mine.flat().reduce((sum, one) => sum + one.count, 0),
      )
      assert.deepEqual(new Set(anywhere?.hosts), new Set(mine.flat().map((one) => one.host ?? '')))
    }),
  )
})
