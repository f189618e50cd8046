import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DAY, type EpochMs, HOUR, MINUTE } from '../domain/time.ts'
import { SteadyTimes } from './steady-times.ts'

const START: EpochMs = Date.UTC(2026, 0, 6)

/** What each reading of one sender counts for, once the input has ended. */
function counted(readings: readonly EpochMs[]): number[] {
  const steady = new SteadyTimes()
  const accepted = new Float64Array(readings.length)
  readings.forEach((time, index) => {
    steady.read(0, time, index, accepted)
  })
  steady.end(accepted)
  return [...accepted]
}

/** So many readings, a minute apart. */
const minutes = (from: EpochMs, count: number) => Array.from({ length: count }, (_, i) => from + i * MINUTE)

test('readings that stay within an hour of each other count as they are', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -HOUR, max: HOUR }), { maxLength: 300 }), (steps) => {
      let time = START
      const readings = steps.map((step) => {
        time += step
        return time
      })
      const settled = [...minutes(START, 100).map(() => START), ...readings]
      assert.deepEqual(counted(settled), settled)
    }),
  )
})

test('22 boot events two months ahead at the head of a log count for the first time that is believed', () => {
  const log = minutes(START, 200)
  assert.deepEqual(counted([...minutes(START + 60 * DAY, 22), ...log]), [...new Array(22).fill(START), ...log])
})

test('22 boot events two months behind in the middle of a log count for the time before them', () => {
  const before = minutes(START, 150)
  const after = minutes(START + 151 * MINUTE, 150)
  const readings = [...before, ...minutes(START - 60 * DAY, 22), ...after]
  assert.deepEqual(counted(readings), [...before, ...new Array(22).fill(before.at(-1)), ...after])
})

test('a machine that was off over the weekend has stepped, whether many events follow or the log ends', () => {
  for (const following of [1, 50, 99, 100, 300]) {
    const readings = [...minutes(START, 150), ...minutes(START + 2.5 * DAY, following)]
    assert.deepEqual(counted(readings), readings, `${following} events after the weekend`)
  }
})

test('a clock that was set back has stepped when a hundred readings agree', () => {
  const before = minutes(START, 150)
  const back = minutes(START - DAY, 100)
  assert.deepEqual(counted([...before, ...back, ...before.slice(-1)]).slice(150, 250), back)
})

test('99 readings that agree are not believed once the clock comes back, 100 are', () => {
  const before = minutes(START, 150)
  for (const [length, believed] of [
    [99, false],
    [100, true],
  ] as const) {
    const off = minutes(START + DAY, length)
    const readings = [...before, ...off, ...minutes(START + 150 * MINUTE, 1)]
    const expected = believed ? off : off.map(() => before.at(-1))
    assert.deepEqual(counted(readings).slice(150, 150 + length), expected)
  }
})

test('a reading is either itself, or the last one that was believed, or at the head the first that will be', () => {
  const reading = fc.constantFrom(0, MINUTE, 59 * MINUTE, 2 * HOUR, DAY, -DAY).map((offset) => START + offset)
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 400 }), (readings) => {
      const answers = counted(readings)
      let believed = answers[0]
      for (const [i, answer] of answers.entries()) {
        if (answer === readings[i]) believed = answer
        else assert.equal(answer, believed, `${answer} at ${i} is neither the reading nor ${believed}`)
      }
    }),
  )
})

test('a reading in doubt waits, and all behind it; senders do not disturb each other', () => {
  const steady = new SteadyTimes()
  const accepted = new Float64Array(1000)
  let index = 0
  const read = (sender: number, time: EpochMs) => steady.read(sender, time, index++, accepted)
  for (const time of minutes(START, 100)) read(0, time)
  for (const time of minutes(START, 100)) read(1, time)
  assert.equal(steady.firstWaiting(index), 200, 'nothing waits')
  read(0, START + DAY)
  for (const time of minutes(START + 100 * MINUTE, 50)) read(1, time)
  assert.equal(steady.firstWaiting(index), 200)
  read(0, START + 99 * MINUTE)
  assert.equal(steady.firstWaiting(index), index)
  assert.equal(accepted[200], START + 99 * MINUTE)
  assert.equal(accepted[201], START + 100 * MINUTE)
})
