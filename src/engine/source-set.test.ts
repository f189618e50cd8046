import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SILENT } from '../domain/log.ts'
import { type EpochMs, HOUR, MINUTE, SECOND } from '../domain/time.ts'
import type { Intake, LiveSource } from '../sources/live-source.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import { FakeClock } from './clock.ts'
import { Engine } from './engine.ts'

const START: EpochMs = Date.UTC(2026, 0, 6)

/** A source that cannot be opened while its port is taken; it hands in what it is given. */
class Door implements LiveSource {
  readonly name: string
  readonly health = { bytesRead: 0 }
  isTaken: boolean
  tries = 0
  intake: Intake | undefined

  constructor(name: string, isTaken = false) {
    this.name = name
    this.isTaken = isTaken
  }

  async start(intake: Intake): Promise<void> {
    this.tries++
    if (this.isTaken) throw new Error('another program listens there')
    this.intake = intake
  }

  async stop(): Promise<void> {}
}

async function serving(...sources: readonly LiveSource[]) {
  const clock = new FakeClock(START)
  const engine = new Engine({ storage: openMemory(), jobs: [], clock, log: SILENT })
  await engine.start(sources)
  await clock.advance(0)
  return { clock, engine }
}

test('a source that cannot be opened says so for as long as that lasts, and those behind it work', async () => {
  const [syslog, pushed] = [new Door('syslog', true), new Door('bulk')]
  const { clock, engine } = await serving(syslog, pushed)
  await clock.advance(HOUR)
  const { state, problems, sources } = engine.health()
  assert.deepEqual(problems, ['syslog: another program listens there (since 2026-01-06T00:00:00.000Z)'])
  assert.equal(state, 'running')
  assert.deepEqual(
    sources.map(({ closedSince }) => closedSince),
    [START, undefined],
  )
  assert.ok(pushed.intake, 'a source behind one that cannot be opened takes nothing in')
  await pushed.intake.take({ source: 'bulk', events: [{ message: 'one' }], clock: 'receipt' })
  assert.equal(engine.health().events, 1)
  await engine.stop()
})

test('a source is tried again every half minute until it is open, and then no more', async () => {
  const syslog = new Door('syslog', true)
  const { clock, engine } = await serving(syslog)
  await clock.advance(MINUTE)
  assert.equal(syslog.tries, 3)
  syslog.isTaken = false
  await clock.advance(29 * SECOND)
  assert.equal(engine.health().problems.length, 1)
  await clock.advance(SECOND)
  assert.deepEqual(engine.health().problems, [])
  assert.ok(syslog.intake)
  await clock.advance(HOUR)
  assert.equal(syslog.tries, 4)
  await engine.stop()
})

test('an engine that stops tries no source again', async () => {
  const syslog = new Door('syslog', true)
  const { clock, engine } = await serving(syslog)
  await engine.stop()
  await clock.advance(HOUR)
  assert.equal(syslog.tries, 1)
})

test('where the past of a source cannot be read none is opened, and that is said until the end', async () => {
  const broken: LiveSource = Object.assign(new Door('past'), {
    // biome-ignore lint/correctness/useYield: it fails before it has anything
    async *backlog(): AsyncGenerator<never> {
      throw new Error('damaged')
    },
  })
  const { clock, engine } = await serving(broken, new Door('bulk'))
  await clock.advance(HOUR)
  assert.deepEqual(engine.health().problems, [
    'past: damaged (since 2026-01-06T00:00:00.000Z)',
    'bulk: damaged (since 2026-01-06T00:00:00.000Z)',
  ])
  await engine.stop()
})
