import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { DAY, HOUR, MINUTE, SECOND } from '../domain/time.ts'
import { type Clock, FakeClock, systemClock } from './clock.ts'

const START = Date.UTC(2026, 0, 6)

for (const [name, clock] of [
  ['the clock of the machine', systemClock],
  ['a fake clock', new FakeClock(START)],
] satisfies [string, Clock][]) {
  test(`${name} wakes a sleeper at once when it is told to stop, and leaves nothing behind`, async () => {
    const stop = new AbortController()
    const sleep = clock.sleep(DAY, stop.signal)
    stop.abort()
    await sleep
    await clock.sleep(DAY, stop.signal)
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0)
  })
}

test('the clock of the machine sleeps at least as long as it is told', async () => {
  const before = systemClock.now()
  await systemClock.sleep(20)
  // A timer may be early by a part of a millisecond, since the time of day is cut to whole ones.
  assert.ok(systemClock.now() - before >= 19)
  await systemClock.sleep(-5)
})

test('a fake clock wakes sleepers in the order of their times, each at its own', async () => {
  const clock = new FakeClock(START)
  const woken: [string, number][] = []
  const sleeper = async (name: string, duration: number) => {
    await clock.sleep(duration)
    woken.push([name, clock.now() - START])
  }
  void sleeper('late', HOUR)
  void sleeper('early', MINUTE)
  void sleeper('same', MINUTE)
  void sleeper('never', DAY)
  await clock.advance(HOUR)
  assert.deepEqual(woken, [
    ['early', MINUTE],
    ['same', MINUTE],
    ['late', HOUR],
  ])
  assert.equal(clock.now(), START + HOUR)
  assert.equal(clock.sleepers, 1)
})

test('a sleeper of a fake clock that goes to sleep again wakes as often as time allows', async () => {
  const clock = new FakeClock(START)
  let rounds = 0
  void (async () => {
    while (rounds < 1_000) {
      await clock.sleep(10 * SECOND)
      rounds++
    }
  })()
  await clock.advance(5 * MINUTE)
  assert.equal(rounds, 30)
})

test('a step of the time of day wakes nobody and keeps nobody asleep', async () => {
  const clock = new FakeClock(START)
  let woken = false
  void clock.sleep(MINUTE).then(() => {
    woken = true
  })
  clock.step(2 * HOUR)
  await clock.advance(59 * SECOND)
  assert.equal(woken, false)
  clock.step(-4 * HOUR)
  await clock.advance(SECOND)
  assert.equal(woken, true)
  assert.equal(clock.now(), START + MINUTE - 2 * HOUR)
})

test('a sleeper that was stopped is not woken again', async () => {
  const clock = new FakeClock(START)
  const stop = new AbortController()
  const sleep = clock.sleep(MINUTE, stop.signal)
  stop.abort()
  await sleep
  assert.equal(clock.sleepers, 0)
  await clock.advance(HOUR)
})
