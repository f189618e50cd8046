import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Slots } from './slots.ts'

test('no more tasks run at once than there are places, and all of them run, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.boolean(), { maxLength: 30 }),
      async (places, fails) => {
        const slots = new Slots(places)
        const begun: number[] = []
        let running = 0
        const tasks = fails.map((fail, n) =>
          slots.run(async () => {
            begun.push(n)
            assert.ok(++running <= places)
            await new Promise((resolve) => setImmediate(resolve))
            running--
            if (fail) throw new Error('fails')
          }),
        )
        const outcomes = await Promise.allSettled(tasks)
        assert.deepEqual(
          begun,
          fails.map((_, n) => n),
        )
        assert.deepEqual(
          outcomes.map(({ status }) => status === 'rejected'),
          fails,
        )
      },
    ),
  )
})
