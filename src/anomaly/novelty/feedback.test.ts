import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NOVELTY_FIELDS } from '../../domain/novelty-fields.ts'
import type { Observation } from '../../domain/observation.ts'
import type { Expectation } from '../../domain/scope.ts'
import { type Contact, close, day, live, newJob, plainLife, row, SPAN, START } from './testdata/small-fleet.ts'
import { withoutMalice } from './unlearn.ts'

const LIFE = plainLife(['web-1', 'web-2', 'db-1'])
const TEN_DAYS = (() => {
  const model = newJob()
  live(model, LIFE, START, day(10))
  return JSON.stringify(model.save())
})()

const DAEMON: Contact = { host: 'web-1', program: '/usr/sbin/nginx', user: 'www-data', ip: '198.51.100.7' }
const EXPECTED: Expectation = {
  id: 'e1',
  host: 'web-1',
  user: 'www-data',
  program: '/usr/sbin/nginx',
  peers: ['198.51.100.7'],
  until: day(40),
}

/** What is told of contacts on the tenth day when somebody has said before what is expected; true for an alert. */
function told(expectation: Expectation | undefined, contacts: readonly Contact[], at = day(10)) {
  const model = newJob({}, JSON.parse(TEN_DAYS))
  if (expectation) model.expect(expectation)
  return close(model, at, contacts).map(({ oddsock }) => oddsock!)
}

test('what is expected is no alert, and its record says by which expectation', () => {
  assert.deepEqual(
    told(undefined, [DAEMON]).map(({ shown }) => shown),
    [true],
  )
  assert.deepEqual(
    told(EXPECTED, [DAEMON]).map(({ shown, expected }) => [shown, expected]),
    [[false, 'e1']],
  )
})

for (const { why, change } of [
  { why: 'another host', change: { host: 'web-2' } },
  { why: 'another address', change: { ip: '198.51.99.7' } },
  { why: 'another user', change: { user: 'root' } },
  { why: 'another program', change: { program: '/usr/bin/perl <inline>', directory: 'inl' } },
])
  test(`an expectation is for its scope and no more: ${why} is an alert as before`, () => {
    const other = { ...DAEMON, ...change }
    assert.deepEqual(told(EXPECTED, [other]), told(undefined, [other]))
    assert.deepEqual(
      told(EXPECTED, [other]).map(({ shown }) => shown),
      [true],
    )
  })

test('behind an expected address no other one can hide in the same bucket', () => {
  const [one] = told(EXPECTED, [DAEMON, { ...DAEMON, ip: '192.0.2.66' }])
  assert.deepEqual([one!.shown, one!.expected], [true, undefined])
})

test('one that names several addresses holds for any of them, and for all at once', () => {
  const several = { ...EXPECTED, peers: ['203.0.113.9', '198.51.100.7'] }
  const other = { ...DAEMON, ip: '203.0.113.9' }
  for (const contacts of [[DAEMON], [other], [DAEMON, other], [DAEMON, { ...other, ip: '::ffff:203.0.113.9' }]])
    assert.deepEqual(
      told(several, contacts).map(({ shown, expected }) => [shown, expected]),
      [[false, 'e1']],
    )
})

test('an expectation ends, and is forgotten', () => {
  const ended = { ...EXPECTED, until: day(10) }
  assert.equal(told(ended, [DAEMON])[0]!.shown, true)
  const model = newJob({}, JSON.parse(TEN_DAYS))
  model.expect(ended)
  live(model, LIFE, day(10), day(12))
  assert.doesNotMatch(JSON.stringify(model.save()), /"e1"/)
})

test('what was said stays said over save and load, and what is said twice counts once', () => {
  const model = newJob({}, JSON.parse(TEN_DAYS))
  model.expect(EXPECTED)
  model.expect({ ...EXPECTED, until: day(20) })
  const restored = newJob({}, JSON.parse(JSON.stringify(model.save())))
  assert.deepEqual(close(restored, day(19), [DAEMON]), close(model, day(19), [DAEMON]))
  assert.equal(close(model, day(21), [{ ...DAEMON, ip: '198.51.100.8' }])[0]!.oddsock!.expected, undefined)
})

test('nobody can expect everything', () => {
  assert.throws(() => newJob().expect({ id: 'all', host: 'web-1', until: day(1) }), RangeError)
})

test('un-learning by replay leaves the model as if the malicious events had never come', () => {
  const contact: fc.Arbitrary<Contact> = fc.record({
    host: fc.constantFrom('web-1', 'db-1', '__proto__'),
    program: fc.constantFrom('/usr/sbin/nginx', '/usr/bin/python# /a.py', '__proto__'),
    user: fc.constantFrom('root', 'www-data', 'ann'),
    ip: fc.constantFrom('10.0.0.2', '198.51.100.7', '203.0.113.9'),
  })
  // The intruder's program is one that nobody else runs as that account on that host; some of its events have lost their user.
  const evil: fc.Arbitrary<Contact> = fc.record({
    host: fc.constant('web-1'),
    program: fc.constant('/dev/shm/x'),
    user: fc.constantFrom('www-data', ''),
    ip: fc.constantFrom('10.0.0.2', '198.51.100.66'),
    terminal: fc.constantFrom(undefined, 'no') as fc.Arbitrary<string>,
  })
  const bucket = fc.record({ plain: fc.array(contact, { maxLength: 4 }), evil: fc.array(evil, { maxLength: 2 }) })
  const malice = { host: 'web-1', program: '/dev/shm/x', user: 'www-data', from: START }
  let differed = 0
  fc.assert(
    fc.property(fc.array(bucket, { minLength: 4, maxLength: 20 }), (buckets) => {
      const feed = (rowsOf: (one: (typeof buckets)[number], start: number) => Observation[]) => {
        const model = newJob()
        for (const [i, one] of buckets.entries()) {
          const start = day(i)
          model.close({ start, end: start + SPAN }, rowsOf(one, start))
        }
        return JSON.stringify(model.save())
      }
      const rows = (contacts: readonly Contact[], start: number) => contacts.map((one) => row(one, start))
      const never = feed(({ plain }, start) => rows(plain, start))
      const learned = feed(({ plain, evil }, start) => rows([...plain, ...evil], start))
      const unlearned = feed(({ plain, evil }, start) =>
        withoutMalice(rows([...plain, ...evil], start), NOVELTY_FIELDS, [malice]),
      )
      if (learned !== never) differed++
      assert.equal(unlearned, never)
    }),
    { numRuns: 60 },
  )
  assert.ok(differed > 20)
})

test('malice in an old program takes away only what went to its peer, and only since it began', () => {
  const before = row(DAEMON, day(1))
  const usual = row({ ...DAEMON, ip: '10.0.0.2' }, day(3))
  const evil = row(DAEMON, day(3))
  const malice = { program: DAEMON.program, host: 'web-1', user: 'www-data', peers: [DAEMON.ip!], from: day(2) }
  const spelled = row({ ...DAEMON, ip: `::ffff:${DAEMON.ip}` }, day(3))
  assert.deepEqual(withoutMalice([before, usual, evil, spelled], NOVELTY_FIELDS, [malice]), [before, usual])
})
