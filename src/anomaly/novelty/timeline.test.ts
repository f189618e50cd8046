import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Timeline } from './timeline.ts'
import { nextDue, wait } from './waiting.ts'

test('a time line counts as a look at each time does, and what was only tried counts no more', () => {
  const times = fc.array(fc.tuple(fc.nat(2), fc.integer({ min: -20, max: 20 })))
  fc.assert(
    fc.property(times, times, fc.nat(2), fc.integer({ min: -21, max: 21 }), (added, tried, owner, at) => {
      const line = new Timeline()
      for (const [of, time] of added) line.add(of, time)
      const undo = line.mark()
      for (const [of, time] of tried) line.add(of, time)
      undo()
      const own = added.filter(([of]) => of === owner).map(([, time]) => time)
      assert.equal(line.size(owner), own.length)
      assert.equal(line.upTo(owner, at), own.filter((time) => time <= at).length)
      assert.equal(line.before(owner, at), own.filter((time) => time < at).length)
    }),
  )
})

test('what waits comes when it is due, the first first', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.nat(50), (dues, now) => {
      const waiting: { due: number }[] = []
      for (const due of dues) wait(waiting, { due })
      const came: number[] = []
      for (let one = nextDue(waiting, now); one !== undefined; one = nextDue(waiting, now)) came.push(one.due)
      assert.deepEqual(
        came,
        dues.filter((due) => due <= now).sort((a, b) => a - b),
      )
      assert.equal(waiting.length, dues.length - came.length)
    }),
  )
})
