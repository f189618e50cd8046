import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CLOCK } from '../../domain/stamps.ts'
import { type EpochMs, isoTime, SECOND, type Seq } from '../../domain/time.ts'
import type { EventStore } from '../storage.ts'
import { bucketAt, collect, countsOf, eventOf, FEED, SPAN, START } from './history.ts'

/** What the clock showed when an event came stands beside it, and decides where its own time cannot be believed. */
export function keepsClockOfArrival(name: string, open: () => Promise<EventStore>): void {
  test(`${name} counts an event that was set aside for the bucket of the clock, and keeps its own time`, async () => {
    const store = await open()
    const future = START + 400 * 96 * SPAN
    const event = { ...eventOf({ id: '1', minute: 0, host: 'a', name: 'x' }), '@timestamp': isoTime(future) }
    const upTo = await store.append([{ ...event, 'oddsock.set_aside_at': isoTime(START + SPAN) }])
    const range = { from: START, to: START + 4 * SPAN }
    assert.deepEqual(await store.counts(FEED, range, upTo), countsOf([1], [1]))
    const [row] = await collect(store.observe(FEED, bucketAt(1), upTo))
    assert.deepEqual([row!.first, row!.last], [future, future])
  })

  test(`${name} tells where its clock reached a time, and where it stands`, async () => {
    const store = await open()
    const at = (seconds: number): EpochMs => START + seconds * SECOND
    assert.equal(await store.last(), undefined)
    assert.equal(await store.reached(START, 0), undefined)
    const stamps = [0, undefined, 10, 10, 30]
    await store.append(
      stamps.map((seconds, i) => ({
        ...eventOf({ id: `${i}`, minute: 5 - i, host: 'a' }),
        ...(seconds !== undefined && { [CLOCK]: isoTime(at(seconds)) }),
      })),
    )
    const cases: readonly (readonly [time: number, after: Seq, seq: Seq | undefined, clock: number])[] = [
      [-1, 0, 1, 0],
      [0, 0, 1, 0],
      [0, 1, 3, 10],
      [1, 0, 3, 10],
      [10, 3, 4, 10],
      [11, 0, 5, 30],
      [30, 0, 5, 30],
      [31, 0, undefined, 0],
      [0, 5, undefined, 0],
      [0, 99, undefined, 0],
    ]
    for (const [time, after, seq, clock] of cases) {
      const expected = seq === undefined ? undefined : { seq, clock: at(clock) }
      assert.deepEqual(await store.reached(at(time), after), expected, `${time} s after ${after}`)
    }
    assert.deepEqual(await store.last(), { seq: 5, clock: at(30) })
  })
}
