import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type EpochMs, HOUR, MINUTE } from '../domain/time.ts'
import { SequenceClock } from './sequence-clock.ts'

const START: EpochMs = Date.UTC(2026, 0, 6)

test('before the first event there is no time', () => {
  assert.equal(new SequenceClock().now, Number.NEGATIVE_INFINITY)
})

test('event.ingested and ticks show the time as it is, and it never goes back', () => {
  const clock = new SequenceClock()
  const seen = [START, START + MINUTE, START - HOUR, Number.NaN].map((time) => {
    clock.ingested(time)
    return clock.now
  })
  assert.deepEqual(seen, [START, START + MINUTE, START + MINUTE, START + MINUTE])
})

test('of one host the clock is its last event', () => {
  const clock = new SequenceClock()
  clock.event(0, START)
  clock.event(0, START + 5 * HOUR)
  assert.equal(clock.now, START + 5 * HOUR)
})

test('of two hosts the one behind counts, while it is less than an hour behind', () => {
  const clock = new SequenceClock()
  clock.event(0, START)
  clock.event(1, START + HOUR - 1)
  assert.equal(clock.now, START)
  clock.event(1, START + HOUR)
  assert.equal(clock.now, START + HOUR)
})

test('one host that runs 23 minutes ahead makes nobody late', () => {
  const clock = new SequenceClock()
  for (let minute = 0; minute < 600; minute++) {
    const now = START + minute * MINUTE
    for (let host = 0; host < 10; host++) clock.event(host, now)
    clock.event(10, now + 23 * MINUTE)
    assert.ok(clock.now <= now)
  }
})

test('one host that runs a year ahead, among three or more, does not move the clock', () => {
  const clock = new SequenceClock()
  for (const host of [0, 1]) clock.event(host, START)
  clock.event(2, START + 8760 * HOUR)
  assert.equal(clock.now, START)
})

test('hosts that have fallen silent do not hold the clock back', () => {
  const clock = new SequenceClock()
  for (let host = 0; host < 50; host++) clock.event(host, START)
  for (let host = 50; host < 53; host++) clock.event(host, START + 2 * HOUR)
  assert.equal(clock.now, START + 2 * HOUR)
})

test('false times move nothing', () => {
  const clock = new SequenceClock()
  clock.event(0, Number.NaN)
  assert.equal(clock.now, Number.NEGATIVE_INFINITY)
  clock.event(0, START)
  clock.event(1, Number.NaN)
  assert.equal(clock.now, START)
})

test('the clock is the running maximum of the lower median of the hosts that count', () => {
  const step = fc.tuple(fc.nat(8), fc.integer({ min: 0, max: 300 }), fc.boolean())
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const clock = new SequenceClock()
      const last = new Map<number, EpochMs>()
      let running = Number.NEGATIVE_INFINITY
      for (const [host, minute, ingested] of steps) {
        const time = START + minute * MINUTE
        if (ingested && host === 0) clock.ingested(time)
        else clock.event(host, time)
        if (ingested && host === 0) running = Math.max(running, time)
        else {
          last.set(host, time)
          running = Math.max(running, medianByHand([...last.values()]))
        }
        assert.equal(clock.now, running)
      }
    }),
  )
})

/** `time-and-order.md` §1, word by word. */
function medianByHand(times: readonly EpochMs[]): EpochMs {
  const descending = times.toSorted((a, b) => b - a)
  const reference = descending.length <= 2 ? descending[0]! : descending[1]!
  const counting = descending.filter((time) => reference - time < HOUR).reverse()
  return counting[Math.ceil(counting.length / 2) - 1]!
}
