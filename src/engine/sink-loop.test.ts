import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import type { Alert } from '../domain/alert.ts'
import { derivedId } from '../domain/hash.ts'
import { SILENT } from '../domain/log.ts'
import { DAY, HOUR, isoTime, MINUTE, SECOND } from '../domain/time.ts'
import { DeliveryError, type Sink, type SinkMessage } from '../sinks/sink.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import type { StateStore } from '../storage/state-store.ts'
import type { Storage } from '../storage/storage.ts'
import { FakeClock } from './clock.ts'
import { Outbox } from './outbox.ts'

const START = Date.UTC(2026, 0, 6)
const idOf = (n: number) => derivedId('alert', n)

/** A sink whose other side does as it is told. */
class Told implements Sink {
  readonly name: string
  readonly got: string[] = []
  tries = 0
  closed = false
  answer: (message: SinkMessage, signal?: AbortSignal) => Promise<void> = async () => {}

  constructor(name = 'told') {
    this.name = name
  }

  async deliver(message: SinkMessage, signal?: AbortSignal): Promise<void> {
    this.tries++
    await this.answer(message, signal)
    this.got.push(message.alert['kibana.alert.uuid'])
  }

  async close(): Promise<void> {
    this.closed = true
  }
}

class House {
  readonly storage: Storage = openMemory()
  readonly clock = new FakeClock(START)
  readonly #given: StateStore | undefined

  constructor(state?: (storage: Storage) => StateStore) {
    this.#given = state?.(this.storage)
  }

  async alert(n: number): Promise<void> {
    const id = idOf(n)
    const alert: Alert = {
      '@timestamp': isoTime(START + n),
      'kibana.alert.uuid': id,
      'kibana.alert.workflow_status': 'open',
    }
    await this.storage.alerts.create(alert, { id: derivedId(id, 'created'), alert_id: id, reason: 'created' })
  }

  /** As after a start of the server; `random` at its top, so that pauses are as long as they get. */
  async start(...sinks: Sink[]): Promise<Outbox> {
    const { alerts, state } = this.storage
    const deps = {
      alerts,
      state: this.#given ?? state,
      clock: this.clock,
      log: SILENT,
      random: () => 1 - Number.EPSILON,
    }
    const outbox = new Outbox(sinks, deps)
    await outbox.start()
    await this.clock.advance(0)
    return outbox
  }
}

const refused = async () => {
  throw new DeliveryError({ message: 'it answered 400' }, true)
}
const unable = async () => {
  throw new DeliveryError({ message: 'it answered 500' }, false)
}
const unreachable = async () => {
  throw new Error('connect ECONNREFUSED')
}

test('notices are passed on in their order, within seconds, and then forgotten', async () => {
  const house = new House()
  const sink = new Told()
  const outbox = await house.start(sink)
  for (let n = 0; n < 3; n++) await house.alert(n)
  await house.clock.advance(SECOND)
  assert.deepEqual(sink.got, [0, 1, 2].map(idOf))
  assert.deepEqual(outbox.health, [{ name: 'told', delivered: 3, given_up: 0, waiting: 0 }])
  assert.deepEqual((await house.storage.alerts.notices({ after: 0, limit: 10 })).items, [])
  await outbox.stop()
  assert.ok(sink.closed)
})

test('a start goes on where the last one stopped, and a sink that is new tells of what comes from now on', async () => {
  const house = new House()
  const [old, late] = [new Told('old'), new Told('late')]
  const first = await house.start(old)
  await house.alert(0)
  await house.clock.advance(SECOND)
  await first.stop()
  await house.alert(1)
  const second = await house.start(old, late)
  await house.alert(2)
  await house.clock.advance(SECOND)
  assert.deepEqual(old.got, [0, 1, 2].map(idOf))
  assert.deepEqual(late.got, [idOf(2)])
  await second.stop()
})

test('an alert of the first seconds is not lost when the server dies before it is passed on', async () => {
  const house = new House()
  const outbox = await house.start(new Told())
  await outbox.stop()
  await house.alert(0)
  const sink = new Told()
  const again = await house.start(sink)
  assert.deepEqual(sink.got, [idOf(0)])
  await again.stop()
})

test('what fails is tried again after 1, 2, 4 … 256 seconds and then every 5 minutes, before any other', async () => {
  const house = new House()
  const sink = new Told()
  const times: number[] = []
  sink.answer = async () => {
    times.push(Math.round((house.clock.now() - START) / SECOND))
    await unreachable()
  }
  const outbox = await house.start(sink)
  await house.alert(0)
  await house.alert(1)
  await house.clock.advance(30 * MINUTE)
  const pauses = times.slice(1).map((time, i) => time - times[i]!)
  assert.deepEqual(pauses.slice(0, 11), [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
  const [health] = outbox.health
  assert.equal(health?.problem, 'connect ECONNREFUSED')
  assert.equal(health?.problem_since, START + SECOND)
  assert.equal(health?.waiting, 2)
  sink.answer = async () => {}
  await house.clock.advance(5 * MINUTE)
  assert.deepEqual(sink.got, [0, 1].map(idOf))
  assert.equal(outbox.health[0]?.problem, undefined)
  await outbox.stop()
})

test('pauses differ by chance, from half of their length on', async () => {
  const house = new House()
  const { alerts, state } = house.storage
  const sink = new Told()
  sink.answer = unreachable
  const outbox = new Outbox([sink], { alerts, state, clock: house.clock, log: SILENT, random: () => 0 })
  await outbox.start()
  await house.alert(0)
  await house.clock.advance(SECOND)
  assert.equal(sink.tries, 1)
  await house.clock.advance(500)
  assert.equal(sink.tries, 2)
  await outbox.stop()
})

test('a receiver that asks to be left alone is, but for no longer than an hour', async () => {
  for (const [asked, waits] of [
    [10 * MINUTE, 10 * MINUTE],
    [7 * DAY, HOUR],
  ] as const) {
    const house = new House()
    const sink = new Told()
    sink.answer = async () => {
      throw new DeliveryError({ message: 'it answered 429' }, false, asked)
    }
    const outbox = await house.start(sink)
    await house.alert(0)
    await house.clock.advance(SECOND)
    await house.clock.advance(waits - 1)
    assert.equal(sink.tries, 1)
    await house.clock.advance(1)
    assert.equal(sink.tries, 2)
    await outbox.stop()
  }
})

test('a message that is refused again and again is given up, counted, and the next one has its turn', async () => {
  const house = new House()
  const sink = new Told()
  sink.answer = (message) => (message.notice.alert_id === idOf(0) ? refused() : Promise.resolve())
  const outbox = await house.start(sink)
  await house.alert(0)
  await house.alert(1)
  await house.clock.advance(15 * MINUTE)
  assert.deepEqual(sink.got, [])
  await house.clock.advance(10 * MINUTE)
  assert.deepEqual(sink.got, [idOf(1)])
  assert.deepEqual(outbox.health, [{ name: 'told', delivered: 1, given_up: 1, waiting: 0 }])
  await outbox.stop()
  const again = await house.start(sink)
  assert.equal(again.health[0]?.given_up, 1)
  await again.stop()
})

test('a receiver that stumbles over one message for a day gets the next one; while nobody answers, everything waits', async () => {
  for (const { answer, afterTwoDays } of [
    { answer: unable, afterTwoDays: [idOf(1)] },
    { answer: unreachable, afterTwoDays: [] },
  ]) {
    const house = new House()
    const sink = new Told()
    sink.answer = (message) => (message.notice.alert_id === idOf(0) ? answer() : Promise.resolve())
    const outbox = await house.start(sink)
    await house.alert(0)
    await house.alert(1)
    await house.clock.advance(23 * HOUR)
    assert.deepEqual(sink.got, [])
    await house.clock.advance(25 * HOUR)
    assert.deepEqual(sink.got, afterTwoDays)
    await outbox.stop()
  }
})

test('days in which nobody answered do not count against a message', async () => {
  const house = new House()
  const sink = new Told()
  sink.answer = unreachable
  const outbox = await house.start(sink)
  await house.alert(0)
  await house.clock.advance(2 * DAY)
  sink.answer = unable
  await house.clock.advance(HOUR)
  sink.answer = refused
  await house.clock.advance(15 * MINUTE)
  sink.answer = async () => {}
  await house.clock.advance(5 * MINUTE)
  assert.deepEqual(sink.got, [idOf(0)])
  await outbox.stop()
})

test('a sink that is down does not hold up another, and its notices are kept', async () => {
  const house = new House()
  const [well, down] = [new Told('well'), new Told('down')]
  down.answer = unreachable
  const outbox = await house.start(well, down)
  await house.alert(0)
  await house.clock.advance(HOUR)
  assert.deepEqual(well.got, [idOf(0)])
  assert.equal((await house.storage.alerts.notices({ after: 0, limit: 10 })).items.length, 1)
  down.answer = async () => {}
  await house.clock.advance(5 * MINUTE)
  assert.deepEqual(down.got, [idOf(0)])
  assert.equal((await house.storage.alerts.notices({ after: 0, limit: 10 })).items.length, 0)
  await outbox.stop()
})

test('stopping waits for nobody: neither for a receiver that is silent nor for a pause', async () => {
  const house = new House()
  const [silent, down] = [new Told('silent'), new Told('down')]
  silent.answer = (_, signal) =>
    new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))
  down.answer = unreachable
  const outbox = await house.start(silent, down)
  await house.alert(0)
  await house.clock.advance(HOUR)
  await outbox.stop()
  assert.ok(silent.closed && down.closed)
  assert.equal(house.clock.sleepers, 0)
})

test('a cursor that cannot be stored holds up what comes next, and sends nothing twice', async () => {
  let full = false
  const house = new House(({ state }) => ({
    get: (key) => state.get(key),
    keys: (prefix) => state.keys(prefix),
    remove: (keys) => state.remove(keys),
    put: (key, value, version) => (full ? Promise.reject(new Error('ENOSPC')) : state.put(key, value, version)),
  }))
  const sink = new Told()
  const outbox = await house.start(sink)
  full = true
  await house.alert(0)
  await house.alert(1)
  await house.clock.advance(HOUR)
  assert.deepEqual(sink.got, [idOf(0)])
  assert.equal(outbox.health[0]?.problem, 'ENOSPC')
  full = false
  await house.clock.advance(5 * MINUTE)
  assert.deepEqual(sink.got, [0, 1].map(idOf))
  await outbox.stop()
})

test('without any sink, notices are not kept for ever', async () => {
  const house = new House()
  await house.alert(0)
  const outbox = await house.start()
  assert.deepEqual((await house.storage.alerts.notices({ after: 0, limit: 10 })).items, [])
  await outbox.stop()
})

test('two sinks cannot share a cursor', () => {
  const { storage, clock } = new House()
  assert.throws(
    () => new Outbox([new Told('a'), new Told('a')], { ...storage, clock, log: SILENT, random: () => 0 }),
    RangeError,
  )
})

test('whatever fails and whenever the server stops, each notice arrives, in order, at most once more for each stop', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('alert', 'fail', 'recover', 'wait', 'restart'), { maxLength: 40 }),
      async (deeds) => {
        const house = new House()
        const sink = new Told()
        let outbox = await house.start(sink)
        let alerts = 0
        let stops = 0
        for (const deed of [...deeds, 'recover', 'wait'] as const) {
          if (deed === 'alert') await house.alert(alerts++)
          if (deed === 'fail') sink.answer = unreachable
          if (deed === 'recover') sink.answer = async () => {}
          if (deed === 'wait') await house.clock.advance(10 * MINUTE)
          if (deed !== 'restart') continue
          stops++
          await outbox.stop()
          outbox = await house.start(sink)
        }
        await outbox.stop()
        await setImmediate()
        const firsts = sink.got.filter((id, i) => sink.got.indexOf(id) === i)
        assert.deepEqual(
          firsts,
          Array.from({ length: alerts }, (_, n) => idOf(n)),
        )
        assert.ok(sink.got.length - alerts <= stops)
      },
    ),
    { numRuns: 100 },
  ))
