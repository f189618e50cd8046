import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PUSHED, PushSource } from './push-source.ts'
import { MemoryIntake } from './testing/memory-intake.ts'

const arrivals = (n: number) => ({ source: PUSHED, clock: 'receipt' as const, events: [{ n }] })
const isClosed = (error: { code?: string }) => error.code === 'INTAKE_CLOSED'

test('what is pushed before the source is opened waits, and goes in afterwards in its order', async () => {
  const [source, intake] = [new PushSource(), new MemoryIntake()]
  let taken = 0
  const all = [1, 2, 3].map((n) => source.take(arrivals(n)).then(() => taken++))
  source.reject(PUSHED, { reason: 'rubbish', from: 0, raw: '' })
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(taken, 0)
  await source.start(intake)
  await Promise.all(all)
  assert.deepEqual(
    intake.pieces.map(({ events }) => events[0]!.n),
    [1, 2, 3],
  )
  assert.deepEqual(
    intake.rejects.map(({ reason }) => reason),
    ['rubbish'],
  )
})

test('a source that stops waits for what is at hand, and takes nothing more', async () => {
  const [source, intake] = [new PushSource(), new MemoryIntake()]
  await source.start(intake)
  let commit = () => {}
  intake.pressure = new Promise((resolve) => {
    commit = resolve
  })
  const taken = source.take(arrivals(1))
  let stopped = false
  const stop = source.stop().then(() => {
    stopped = true
  })
  await assert.rejects(source.take(arrivals(2)), isClosed)
  assert.equal(stopped, false)
  commit()
  await taken
  await stop
  assert.equal(intake.pieces.length, 1)
})

test('what waits for a source that never opens is refused', async () => {
  const source = new PushSource()
  const taken = source.take(arrivals(1))
  source.reject(PUSHED, { reason: 'rubbish', from: 0, raw: '' })
  await Promise.all([assert.rejects(taken, isClosed), source.stop()])
})
