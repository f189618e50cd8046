import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SECOND } from '../domain/time.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import { FakeClock } from './clock.ts'
import { Leases } from './lease.ts'

const LASTS = 20 * SECOND

/** Workers on one storage, each with a clock of its own. */
function workers() {
  const { state } = openMemory()
  const worker = (holder: string, start = 0) => {
    const clock = new FakeClock(start)
    return { clock, leases: new Leases({ state, clock, holder, lasts: LASTS }) }
  }
  return { state, worker }
}

test('a lease has one holder, who keeps it for as long as it shows signs of life', async () => {
  const { worker } = workers()
  const [a, b] = [worker('a'), worker('b', 1_000_000)]
  const held = await a.leases.take('job')
  assert.equal(held?.token, 1)
  for (let second = 0; second < 60; second++) {
    assert.equal(await b.leases.take('job'), undefined)
    await a.clock.advance(SECOND)
    await b.clock.advance(SECOND)
  }
  assert.equal(held.lost.aborted, false)
})

test('whoever shows no sign of life is followed by another, with a higher token, within 30 seconds', async () => {
  const { worker } = workers()
  const [a, b] = [worker('a'), worker('b')]
  await a.leases.take('job')
  let waited = 0
  let taken = await b.leases.take('job')
  for (; !taken && waited < 60; waited++) {
    await b.clock.advance(SECOND)
    taken = await b.leases.take('job')
  }
  assert.equal(taken?.token, 2)
  assert.ok(waited <= 30, `${waited} s`)
})

test('a holder that was paused knows that it is too late before it writes anything', async () => {
  const { worker, state } = workers()
  const a = worker('a')
  const held = await a.leases.take('job')
  const { version } = (await state.get('lease/job'))!
  a.clock.step(60 * SECOND)
  await a.clock.advance(LASTS / 4)
  assert.equal(held?.lost.aborted, true)
  assert.equal((await state.get('lease/job'))!.version, version)
})

test('a holder that is followed learns of it at its next sign of life', async () => {
  const { worker, state } = workers()
  const [a, b] = [worker('a'), worker('b')]
  const held = await a.leases.take('job')
  await b.leases.take('job')
  await b.clock.advance(LASTS + 1)
  assert.equal((await b.leases.take('job'))?.token, 2)
  await a.clock.advance(LASTS / 4)
  assert.equal(held?.lost.aborted, true)
  await held.release()
  assert.deepEqual((await state.get('lease/job'))!.doc, { holder: 'b', token: 2, beat: 0 })
})

test('a lease that was given back is free at once', async () => {
  const { worker } = workers()
  const [a, b] = [worker('a'), worker('b')]
  const held = await a.leases.take('job')
  await held!.release()
  assert.equal((await b.leases.take('job'))?.token, 2)
  assert.deepEqual([...(await a.leases.holders())], [['job', 'b']])
})

test('of two who take a lease at the same moment one gets it', async () => {
  const { worker } = workers()
  const [a, b] = [worker('a'), worker('b')]
  const taken = await Promise.all([a.leases.take('job'), b.leases.take('job')])
  assert.equal(taken.filter(Boolean).length, 1)
})
