import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '../domain/alert.ts'
import { AppError } from '../domain/error.ts'
import type { EcsEvent } from '../domain/event.ts'
import type { ExceptionItem } from '../domain/exception.ts'
import type { Job } from '../domain/job.ts'
import { type Log, SILENT } from '../domain/log.ts'
import { type EpochMs, HOUR, isoTime, MINUTE, SECOND } from '../domain/time.ts'
import { ALL } from '../query/ast.ts'
import { ruleForJob } from '../rules/rule-for-job.ts'
import type { Arrivals, Intake, LiveSource } from '../sources/live-source.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import type { Storage } from '../storage/storage.ts'
import { phaseOf } from './alert-writer.ts'
import { FakeClock } from './clock.ts'
import { Engine, type EngineOptions } from './engine.ts'
import type { JobToRun } from './job-to-run.ts'
import { bound } from './testing/bound.ts'
import { mortal } from './testing/mortal.ts'

const START: EpochMs = Date.UTC(2026, 0, 6)

const ODD_ONES: Job = {
  job_id: 'odd_ones',
  analysis_config: {
    bucket_span: '15m',
    detectors: [{ function: 'rare', by_field_name: 'process.name' }],
    influencers: ['host.name', 'process.name'],
  },
}

function jobWith(anomaly_threshold: number): JobToRun {
  return {
    job: ODD_ONES,
    datafeed: { query: { term: { 'event.category': 'network' } } },
    profile: 'elastic-exact',
    rules: [{ rule: { ...ruleForJob(ODD_ONES), anomaly_threshold }, exceptions: [] }],
  }
}

const JOB = jobWith(20)

let serial = 0
function connect(time: EpochMs, name: string, host = 'web-1'): EcsEvent {
  return {
    '@timestamp': isoTime(time),
    event: { id: `e${serial++}`, category: 'network', type: 'start' },
    host: { name: host },
    process: { name },
    destination: { ip: '203.0.113.7' },
  }
}

interface Life {
  readonly engine: Engine
  readonly clock: FakeClock
  readonly storage: Storage
  push(...events: EcsEvent[]): Promise<void>
  alerts(): Promise<readonly Alert[]>
  reasons(): Promise<readonly string[]>
}

async function life(
  storage: Storage,
  clock: FakeClock,
  sources: readonly LiveSource[] = [],
  options: Partial<EngineOptions> = {},
): Promise<Life> {
  const engine = new Engine({ storage, jobs: [JOB], clock, log: SILENT, ...options })
  await engine.start(sources)
  await clock.advance(0)
  return {
    engine,
    clock,
    storage,
    push: (...events) => engine.intake.take({ source: 'test', events, clock: 'receipt' }),
    alerts: async () => (await storage.alerts.search(ALL, 100)).map(({ doc }) => doc),
    reasons: async () => (await storage.alerts.notices({ after: 0, limit: 100 })).items.map(({ doc }) => doc.reason),
  }
}

/** A day in which one daemon is always there, pushed as it happens. */
async function quietDay({ push, clock }: Life): Promise<void> {
  for (let quarter = 0; quarter < 96; quarter++) {
    await push(connect(clock.now(), 'nginx'))
    await clock.advance(15 * MINUTE)
  }
}

test('something odd alerts within seconds, and is confirmed when its bucket has closed', async () => {
  const one = await life(openMemory(), new FakeClock(START))
  await quietDay(one)
  const at = one.clock.now()
  await one.push(connect(at, 'xmrig'))
  await one.clock.advance(3 * SECOND)
  const [provisional, ...others] = await one.alerts()
  assert.deepEqual(others, [])
  assert.equal(phaseOf(provisional!), 'provisional')
  assert.deepEqual(provisional!.process, { name: 'xmrig' })
  await one.clock.advance(30 * MINUTE)
  const confirmed = await one.alerts()
  assert.deepEqual(confirmed.map(phaseOf), ['confirmed'])
  assert.equal(confirmed[0]!['kibana.alert.uuid'], provisional!['kibana.alert.uuid'])
  assert.deepEqual(await one.reasons(), ['created', 'confirmed'])
  await one.engine.stop()
})

test('alerts of a bucket that has just closed do not hold back what is odd in the next one', async () => {
  const [{ rule, exceptions }] = JOB.rules as [JobToRun['rules'][number]]
  const jobs = [{ ...JOB, rules: [{ rule: { ...rule, max_signals: 1 }, exceptions }] }]
  const one = await life(openMemory(), new FakeClock(START), [], { jobs })
  await quietDay(one)
  await one.push(connect(one.clock.now(), 'xmrig'))
  await one.clock.advance(16 * MINUTE)
  await one.push(connect(one.clock.now(), 'nginx'))
  await one.clock.advance(2 * MINUTE)
  assert.deepEqual((await one.alerts()).map(phaseOf), ['confirmed'], 'the one alert of this interval')
  await one.push(connect(one.clock.now(), 'socat'))
  await one.clock.advance(3 * SECOND)
  assert.deepEqual((await one.alerts()).map(phaseOf).sort(), ['confirmed', 'provisional'])
  await one.clock.advance(30 * MINUTE)
  assert.deepEqual((await one.alerts()).map(phaseOf), ['confirmed', 'confirmed'])
  await one.engine.stop()
})

test('what the closed bucket does not find is withdrawn: it stays in the list, closed', async () => {
  const added: ExceptionItem[] = []
  const one = await life(openMemory(), new FakeClock(START), [], { addedExceptions: () => added })
  await quietDay(one)
  await one.push(connect(one.clock.now(), 'xmrig'))
  await one.clock.advance(3 * SECOND)
  added.push({
    item_id: 'x',
    name: 'x',
    entries: [{ type: 'match', field: 'process.name', operator: 'included', value: 'xmrig' }],
  })
  await one.clock.advance(30 * MINUTE)
  const [alert, ...others] = await one.alerts()
  assert.deepEqual(others, [])
  assert.deepEqual([phaseOf(alert!), alert!['kibana.alert.workflow_status']], ['withdrawn', 'closed'])
  assert.deepEqual(await one.reasons(), ['created', 'withdrawn'])
  await one.engine.stop()
})

test('of the alerts of a quiet job nobody is told', async () => {
  const one = await life(openMemory(), new FakeClock(START), [], { jobs: [{ ...JOB, quiet: true }] })
  await quietDay(one)
  await one.push(connect(one.clock.now(), 'xmrig'))
  await one.clock.advance(30 * MINUTE)
  assert.equal((await one.alerts()).length, 1)
  assert.deepEqual(await one.reasons(), [])
  await one.engine.stop()
})

test('what a person has said of an alert is still said when the alert grows', async () => {
  const one = await life(openMemory(), new FakeClock(START))
  await quietDay(one)
  await one.push(connect(one.clock.now(), 'xmrig'))
  await one.clock.advance(3 * SECOND)
  const [found] = await one.storage.alerts.search(ALL, 1)
  await one.storage.alerts.update({ ...found!.doc, 'kibana.alert.workflow_status': 'acknowledged' }, found!.version)
  await one.clock.advance(30 * MINUTE)
  const [alert] = await one.alerts()
  assert.deepEqual([phaseOf(alert!), alert!['kibana.alert.workflow_status']], ['confirmed', 'acknowledged'])
  await one.engine.stop()
})

test('a server that was stopped in order has nothing to do again, and one that died does it again without a difference', async () => {
  const stories = await Promise.all(
    (['undisturbed', 'stop', 'kill'] as const).map(async (how) => {
      serial = 0
      const clock = new FakeClock(START)
      const storage = openMemory()
      const started: unknown[] = []
      const log: Log = {
        ...SILENT,
        info: (message, fields) => message === 'Job started' && started.push(fields?.decisions_again),
      }
      const first = mortal(storage)
      let one = await life(first.storage, clock, [], { log })
      await quietDay(one)
      await one.push({ ...connect(clock.now(), 'xmrig'), event: { id: 'odd', category: 'network' } })
      await clock.advance(20 * MINUTE)
      if (how === 'stop') await one.engine.stop()
      if (how === 'kill') first.kill()
      if (how !== 'undisturbed') one = await life(storage, clock, [], { log })
      await one.push({ ...connect(clock.now(), 'socat'), event: { id: 'odd too', category: 'network' } })
      await clock.advance(40 * MINUTE)
      if (how === 'stop') assert.equal(started.at(-1), 0)
      const alerts = await one.alerts()
      await one.engine.stop()
      return alerts.map((alert) => [alert['kibana.alert.uuid'], alert.record_score, phaseOf(alert)])
    }),
  )
  assert.equal(stories[0]!.length, 2)
  assert.deepEqual(stories[1], stories[0])
  assert.deepEqual(stories[2], stories[0])
})

/** A log that was written before the start, and goes on afterwards. */
class PastSource implements LiveSource {
  readonly name: string
  readonly health = { bytesRead: 0 }
  readonly #pieces: readonly Arrivals[]
  intake: Intake | undefined
  cursorAtStart: unknown

  constructor(name: string, pieces: readonly Omit<Arrivals, 'source' | 'clock'>[]) {
    this.name = name
    this.#pieces = pieces.map((piece) => ({ ...piece, source: name, clock: 'event' }))
  }

  async *backlog(cursor: unknown): AsyncIterable<Arrivals> {
    this.cursorAtStart = cursor
    yield* this.#pieces.slice((cursor as number | undefined) ?? 0)
  }

  async start(intake: Intake): Promise<void> {
    this.intake = intake
  }

  async stop(): Promise<void> {}
}

test('backlogs of several logs become one sequence by time, and each goes on at its cursor after the next start', async () => {
  const log = (host: string, from: number) => {
    const hours = Array.from({ length: 24 }, (_, hour) => hour)
    return new PastSource(
      host,
      hours.map((hour) => ({ events: [connect(START + hour * HOUR + from * MINUTE, 'sshd', host)], cursor: hour + 1 })),
    )
  }
  const storage = openMemory()
  const clock = new FakeClock(START + 48 * HOUR)
  const first = await life(storage, clock, [log('a', 0), log('b', 20), log('c', 40)])
  await clock.advance(SECOND)
  await first.engine.stop()
  const times = (await storage.events.scan(ALL, { after: 0, limit: 100 })).items.map(({ doc }) => doc['@timestamp'])
  assert.equal(times.length, 72)
  assert.deepEqual(times, times.toSorted())
  const again = log('a', 0)
  const second = await life(storage, clock, [again])
  await clock.advance(SECOND)
  assert.equal(again.cursorAtStart, 24)
  await second.engine.stop()
})

test('an event that lies more than a day ahead is counted as set aside, one at the limit is not', async () => {
  const one = await life(openMemory(), new FakeClock(START))
  await one.push(connect(START, 'nginx'), connect(START + 24 * HOUR, 'nginx'), connect(START + 24 * HOUR + 1, 'nginx'))
  const { events, setAside } = one.engine.health()
  assert.deepEqual({ events, setAside }, { events: 3, setAside: 1 })
  await one.engine.stop()
})

test('who hands in again in the moment of the answer is answered again', async () => {
  const one = await life(openMemory(), new FakeClock(START))
  for (let n = 0; n < 3; n++) await one.push(connect(START, 'nginx'))
  assert.equal((await one.storage.events.last())?.seq, 3)
  await one.engine.stop()
})

/** Hands in one event and waits for the answer, also when it is stopped. */
class HandingSource implements LiveSource {
  readonly name = 'handing'
  readonly health = { bytesRead: 0 }
  answer: string | undefined
  #handed: Promise<void> = Promise.resolve()

  async start(intake: Intake): Promise<void> {
    this.#handed = intake.take({ source: this.name, events: [connect(START, 'nginx')], clock: 'receipt' }).then(
      () => {
        this.answer = 'taken'
      },
      (error: { code: string }) => {
        this.answer = error.code
      },
    )
  }

  stop(): Promise<void> {
    return this.#handed
  }
}

test('a job that has history to go through tries nothing until it has come to the present', async () => {
  const storage = openMemory()
  const clock = new FakeClock(START + 24 * HOUR)
  const first = await life(storage, clock, [], { jobs: [] })
  const came = (quarter: number, name: string) => {
    const time = START + quarter * 15 * MINUTE
    return { ...connect(time, name), 'event.ingested': isoTime(time) }
  }
  const past = Array.from({ length: 96 }, (_, quarter) => [
    came(quarter, 'nginx'),
    ...(quarter >= 60 && quarter % 10 === 0 ? [came(quarter, `odd${quarter}`)] : []),
  ])
  await first.engine.intake.take({ source: 'past', events: past.flat(), clock: 'event' })
  await first.engine.stop()
  const found: unknown[] = []
  const { alerts } = storage
  const watched = {
    create: (alert: Alert) => {
      found.push(phaseOf(alert))
      return alerts.create(alert)
    },
  } as Storage['alerts']
  const second = await life({ ...storage, alerts: bound(watched, alerts) }, clock, [], { jobs: [jobWith(1)] })
  await second.push(connect(clock.now(), 'nginx'))
  await clock.advance(30 * SECOND)
  assert.ok(found.length >= 4)
  assert.deepEqual([...new Set(found)], ['confirmed'])
  await second.engine.stop()
})

test('while the storage fails, senders wait; then everything is there once', async () => {
  const memory = openMemory()
  let failures = 3
  const storage: Storage = {
    ...memory,
    events: bound(
      {
        append: async (events: readonly EcsEvent[]) => {
          if (failures-- > 0) throw new Error('disk full')
          return memory.events.append(events)
        },
      } as Storage['events'],
      memory.events,
    ),
  }
  const one = await life(storage, new FakeClock(START))
  let taken = false
  const pushed = one.push(connect(START, 'nginx')).then(() => {
    taken = true
  })
  await one.clock.advance(50)
  assert.equal(taken, false)
  assert.match(one.engine.health().problems.join(), /disk full/)
  await one.clock.advance(10 * SECOND)
  await pushed
  assert.deepEqual(one.engine.health().problems, [])
  assert.equal((await memory.events.last())?.seq, 1)
  await one.engine.stop()
})

test('a storage that fails does not keep the engine from stopping: whoever waits is told to send again', async () => {
  const memory = openMemory()
  const full = { append: () => Promise.reject(new Error('disk full')) } as unknown as Storage['events']
  const storage: Storage = { ...memory, events: bound(full, memory.events) }
  const waits = new HandingSource()
  const one = await life(storage, new FakeClock(START), [waits])
  await one.clock.advance(50)
  assert.match(one.engine.health().problems.join(), /disk full/)
  await one.engine.stop()
  assert.equal(waits.answer, 'INTAKE_CLOSED')
})

test('a storage that takes no events is not asked again: whoever sends is told so at once', async () => {
  const memory = openMemory()
  const readOnly = new AppError({ message: 'Cannot store events', code: 'STORAGE_READ_ONLY' })
  const events = bound({ append: () => Promise.reject(readOnly) }, memory.events)
  const one = await life({ ...memory, events }, new FakeClock(START))
  await assert.rejects(one.push(connect(START, 'nginx')), { code: 'STORAGE_READ_ONLY' })
  assert.deepEqual(one.engine.health().problems, [])
  await one.engine.stop()
})

test('a storage that fails while a bucket is closed leaves no trace in what is found', async () => {
  const told = await Promise.all(
    [false, true].map(async (fails) => {
      serial = 0
      const memory = openMemory()
      let writes = 0
      const failing = {
        append: async (results: Parameters<Storage['results']['append']>[0]) => {
          if (fails && ++writes % 37 === 0) throw new Error('disk full')
          return memory.results.append(results)
        },
      } as Storage['results']
      const one = await life({ ...memory, results: bound(failing, memory.results) }, new FakeClock(START))
      await quietDay(one)
      await one.push({ ...connect(one.clock.now(), 'xmrig'), event: { id: 'odd', category: 'network' } })
      await one.clock.advance(HOUR)
      const results = await memory.results.newest('odd_ones', START)
      await one.engine.stop()
      return { alerts: (await one.alerts()).map((alert) => [alert['kibana.alert.uuid'], alert.record_score]), results }
    }),
  )
  assert.equal(told[0]!.alerts.length, 1)
  assert.deepEqual(told[1], told[0])
})

test('when nothing comes any more, the time of day closes the last bucket', async () => {
  const one = await life(openMemory(), new FakeClock(START))
  await quietDay(one)
  await one.push(connect(one.clock.now(), 'xmrig'))
  await one.clock.advance(HOUR)
  const records = await one.storage.results.newest('odd_ones', START + 24 * HOUR)
  assert.ok(records.some((result) => result.result_type === 'record' && result.by_field_value === 'xmrig'))
  await one.engine.stop()
})

test('after the stop nothing is taken any more, and whoever hands in is told so', async () => {
  const one = await life(openMemory(), new FakeClock(START))
  await one.engine.stop()
  await assert.rejects(one.push(connect(START, 'nginx')), { code: 'INTAKE_CLOSED' })
})
