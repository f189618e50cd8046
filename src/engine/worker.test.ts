import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SILENT } from '../domain/log.ts'
import { SECOND } from '../domain/time.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import { FakeClock } from './clock.ts'
import { type Lease, Leases } from './lease.ts'
import { type Work, Worker, type WorkerOptions } from './worker.ts'

const NAMES = ['one', 'two', 'three', 'four', 'five', 'six']
/** Work whose start ends when it is told to. */
function waiting() {
  let end: (work: Work) => void = () => {}
  const promise = new Promise<Work>((resolve) => {
    end = resolve
  })
  return { promise, end }
}

const IDLE: Work = { stop: async () => {}, drop: async () => {} }

/** Workers on one storage and one clock; they show signs of life as long as theirs goes. */
function team() {
  const { state } = openMemory()
  const worker = (holder: string, clock: FakeClock, start: WorkerOptions['start'], names = NAMES) => {
    const leases = new Leases({ state, clock, holder })
    return new Worker({ leases, clock, log: SILENT, names, start })
  }
  const holders = () => new Leases({ state, clock: new FakeClock(0), holder: 'nobody' }).holders()
  return { worker, holders }
}

test('those who start together share', async () => {
  const { worker, holders } = team()
  const clock = new FakeClock(0)
  const workers = ['a', 'b', 'c'].map((name) => worker(name, clock, async () => IDLE))
  for (const one of workers) one.start()
  await clock.advance(5 * SECOND)
  assert.deepEqual([...(await holders()).values()].sort(), ['a', 'a', 'b', 'b', 'c', 'c'])
  for (const one of workers) await one.stop()
  assert.deepEqual([...(await holders()).values()], ['', '', '', '', '', ''])
})

test('all the work of one that has died is taken within 30 seconds, however long it takes to start', async () => {
  const { worker, holders } = team()
  const stopped = new FakeClock(0)
  const [clock, begun] = [new FakeClock(0), waiting()]
  const dying = worker('dead', stopped, async () => IDLE)
  dying.start()
  await stopped.advance(5 * SECOND)
  assert.deepEqual(
    [...(await holders()).values()],
    NAMES.map(() => 'dead'),
  )
  const follower = worker('follower', clock, () => begun.promise)
  follower.start()
  await clock.advance(30 * SECOND)
  assert.deepEqual(
    [...(await holders()).values()],
    NAMES.map(() => 'follower'),
  )
  begun.end(IDLE)
  await follower.stop()
})

test('work that cannot be started is given back, and tried again', async () => {
  const { worker, holders } = team()
  const clock = new FakeClock(0)
  let tries = 0
  const start = async () => {
    if (++tries < 3) throw new Error('not yet')
    return IDLE
  }
  const one = worker('a', clock, start, ['one'])
  one.start()
  await clock.advance(10 * SECOND)
  assert.equal(tries, 3)
  assert.deepEqual([...(await holders()).values()], ['a'])
  await one.stop()
})

test('work that can never be started keeps nobody from the rest', async () => {
  const { worker, holders } = team()
  const clock = new FakeClock(0)
  const start = async ({ name }: Lease) => {
    if (name === 'one') throw new Error('never')
    return IDLE
  }
  const one = worker('a', clock, start)
  one.start()
  await clock.advance(10 * SECOND)
  const held = [...(await holders())].filter(([, holder]) => holder === 'a').map(([name]) => name)
  assert.deepEqual(held.filter((name) => name !== 'one').sort(), ['five', 'four', 'six', 'three', 'two'])
  await one.stop()
})
