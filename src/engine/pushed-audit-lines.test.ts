import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EcsEvent } from '../domain/event.ts'
import { text } from '../domain/field.ts'
import { SILENT } from '../domain/log.ts'
import { REVISION } from '../domain/stamps.ts'
import { type DurationMs, type EpochMs, isoTime, MINUTE, SECOND } from '../domain/time.ts'
import { ALL } from '../query/ast.ts'
import { openMemory } from '../storage/memory/open-memory.ts'
import type { Storage } from '../storage/storage.ts'
import { FakeClock } from './clock.ts'
import { Engine } from './engine.ts'
import { bound } from './testing/bound.ts'

const START: EpochMs = Date.UTC(2026, 0, 6)

/** The three records that auditd writes of a connect to 203.0.113.7, port 443. */
function connect(serial: number, after: number, name: string): string[] {
  const stamp = `msg=audit(${((START + after) / SECOND).toFixed(3)}:${serial}):`
  return [
    `type=SYSCALL ${stamp} arch=c000003e syscall=42 success=yes exit=0 a0=3 items=0 ppid=1 pid=7 auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=1 comm="${name}" exe="/usr/bin/${name}" key="net"`,
    `type=SOCKADDR ${stamp} saddr=020001BBCB0071070000000000000000`,
    `type=PROCTITLE ${stamp} proctitle="${name}"`,
  ]
}

const pushed = (host: string, line: string): EcsEvent => ({
  '@timestamp': isoTime(START),
  _index: 'logs-audit',
  _id: `${host} ${line}`,
  message: line,
  host: { name: host },
})

async function live(storage: Storage, clock: FakeClock): Promise<Engine> {
  const engine = new Engine({ storage, jobs: [], clock, log: SILENT })
  await engine.start([])
  await clock.advance(0)
  return engine
}

/** Lets time pass, and what it has set off come to its end. */
async function pass(clock: FakeClock, duration: DurationMs): Promise<void> {
  await clock.advance(duration)
  for (let turn = 0; turn < 10; turn++) await clock.advance(0)
}

const push = (engine: Engine, events: readonly EcsEvent[]) =>
  engine.intake.take({ source: 'test', events, clock: 'receipt' })

async function stored(storage: Storage): Promise<readonly EcsEvent[]> {
  return (await storage.events.scan(ALL, { after: 0, limit: 1_000 })).items.map(({ doc }) => doc)
}

const joinedOf = (events: readonly EcsEvent[]) =>
  events
    .filter((event) => event.message === undefined)
    .map(shown)
    .toSorted()

function shown(event: EcsEvent): string {
  const told = ['host.name', 'auditd.sequence', 'process.name', 'destination.ip', 'destination.port', 'process.title']
  return [event['@timestamp'], event[REVISION], ...told.map((field) => text(event, field))].join(' ')
}

test('lines that come one by one become an event two seconds after the first of them', async () => {
  const [storage, clock] = [openMemory(), new FakeClock(START)]
  const engine = await live(storage, clock)
  for (const line of connect(7, 0, 'curl')) await push(engine, [pushed('web-1', line)])
  await pass(clock, SECOND)
  assert.deepEqual(joinedOf(await stored(storage)), [])
  await pass(clock, 2 * SECOND)
  assert.deepEqual(joinedOf(await stored(storage)), ['2026-01-06T00:00:00.000Z 3 web-1 7 curl 203.0.113.7 443 curl'])
  assert.equal((await stored(storage)).length, 4)
  await engine.stop()
})

test('the same serial on two hosts is two events, and a line names its own host first', async () => {
  const [storage, clock] = [openMemory(), new FakeClock(START)]
  const engine = await live(storage, clock)
  const [a, b] = [connect(7, 0, 'curl'), connect(7, 0, 'wget').map((line) => `node=db-1 ${line}`)]
  await push(
    engine,
    a.flatMap((line, i) => [pushed('web-1', line), pushed('relay', b[i]!)]),
  )
  await pass(clock, 5 * SECOND)
  assert.deepEqual(joinedOf(await stored(storage)), [
    '2026-01-06T00:00:00.000Z 3 db-1 7 wget 203.0.113.7 443 wget',
    '2026-01-06T00:00:00.000Z 3 web-1 7 curl 203.0.113.7 443 curl',
  ])
  await engine.stop()
})

test('a joined event came in when the last of its lines did', async () => {
  const [storage, clock] = [openMemory(), new FakeClock(START + MINUTE)]
  const engine = await live(storage, clock)
  const at = (second: number) => ({ 'event.ingested': isoTime(START + second * SECOND) })
  const lines = connect(7, 0, 'curl').map((line, i) => ({ ...pushed('web-1', line), ...at(10 - i) }))
  await push(engine, lines)
  await pass(clock, 5 * SECOND)
  const joined = (await stored(storage)).find((event) => event.message === undefined)
  assert.equal(text(joined!, 'event.ingested'), isoTime(START + 10 * SECOND))
  await engine.stop()
})

test('after a long silence the next start reads no old lines again, but for what a straggler may belong to', async () => {
  const [storage, clock] = [openMemory(), new FakeClock(START)]
  const first = await live(storage, clock)
  const [call, address, title] = connect(7, 0, 'curl')
  await push(first, [pushed('web-1', call!), pushed('web-1', title!)])
  await pass(clock, 5 * SECOND)
  await first.stop()
  const before = (await storage.events.last())!.seq
  const second = await live(storage, clock)
  await pass(clock, 5 * SECOND)
  assert.equal((await storage.events.last())!.seq, before)
  await push(second, [pushed('web-1', address!)])
  await pass(clock, 5 * SECOND)
  assert.deepEqual(joinedOf(await stored(storage)), ['2026-01-06T00:00:00.000Z 3 web-1 7 curl 203.0.113.7 443 curl'])
  await second.stop()
})

test('a storage that keeps no cursors does not keep the engine from stopping, and the next start makes the event', async () => {
  const [memory, clock] = [openMemory(), new FakeClock(START)]
  const state = bound({ put: () => Promise.reject(new Error('the store is closed')) }, memory.state)
  const first = await live({ ...memory, state }, clock)
  await push(
    first,
    connect(7, 0, 'curl').map((line) => pushed('web-1', line)),
  )
  await pass(clock, 3 * SECOND)
  const stopped = first.stop()
  await pass(clock, 2 * SECOND)
  await stopped
  const second = await live(memory, clock)
  await pass(clock, 5 * SECOND)
  assert.deepEqual(joinedOf(await stored(memory)), ['2026-01-06T00:00:00.000Z 3 web-1 7 curl 203.0.113.7 443 curl'])
  await second.stop()
})

/** Requests of two hosts, one after the other; of one event a record comes much later than the rest. */
const [web, db, late] = [connect(7, 0, 'curl'), connect(7, 0, 'wget'), connect(8, 100, 'xmrig')]
const REQUESTS: readonly (readonly EcsEvent[])[] = [
  [pushed('web-1', web[0]!), pushed('db-1', db[0]!)],
  [pushed('db-1', db[1]!), pushed('db-1', db[2]!), pushed('web-1', web[1]!), pushed('web-1', web[2]!)],
  [pushed('web-1', late[0]!), pushed('web-1', late[2]!)],
  [pushed('web-1', late[1]!)],
]
const JOINED = [
  '2026-01-06T00:00:00.000Z 3 db-1 7 wget 203.0.113.7 443 wget',
  '2026-01-06T00:00:00.000Z 3 web-1 7 curl 203.0.113.7 443 curl',
  '2026-01-06T00:00:00.100Z 3 web-1 8 xmrig 203.0.113.7 443 xmrig',
]

/** A storage that dies at its n-th call: that one is done or not, and neither it nor any later one is answered. */
function mortal(storage: Storage, deadly: number, isDone: boolean): { readonly storage: Storage; calls(): number } {
  let calls = 0
  const guarded = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          calls++
          if (calls === deadly && isDone) value.apply(target, args)
          return calls >= deadly ? new Promise(() => {}) : value.apply(target, args)
        }
      },
    })
  const { events, state } = storage
  return { storage: { ...storage, events: guarded(events), state: guarded(state) }, calls: () => calls }
}

/** A sender that sends a request until it is answered, to a server that is killed once. Answers the calls of its first life. */
async function story(storage: Storage, deadly: number, isDone: boolean): Promise<number> {
  const clock = new FakeClock(START)
  const first = mortal(storage, deadly, isDone)
  // A start that is killed never comes back.
  let engine = new Engine({ storage: first.storage, jobs: [], clock, log: SILENT })
  const restart = async () => {
    engine = new Engine({ storage, jobs: [], clock, log: SILENT })
    await engine.start([])
  }
  void engine.start([])
  await pass(clock, SECOND)
  let lives = 1
  for (const request of REQUESTS) {
    const answered = () => {
      let isAnswered = false
      void push(engine, request).then(() => {
        isAnswered = true
      })
      return () => isAnswered
    }
    let isAnswered = answered()
    await pass(clock, 200)
    if (!isAnswered() && lives === 1) {
      lives++
      await restart()
      isAnswered = answered()
      await pass(clock, 200)
    }
    assert.ok(isAnswered())
    await pass(clock, request === REQUESTS[2] ? 10 * SECOND : 0)
  }
  await pass(clock, 10 * SECOND)
  if (first.calls() >= deadly && lives === 1) {
    await restart()
    await pass(clock, 10 * SECOND)
  }
  return first.calls()
}

for (const isDone of [false, true])
  test(`killed at any call to the storage, ${isDone ? 'which was carried out' : 'which was not'}, it loses and doubles nothing`, async () => {
    const undisturbed = await story(openMemory(), Number.POSITIVE_INFINITY, isDone)
    assert.ok(undisturbed >= 10, `${undisturbed} calls`)
    for (let deadly = 1; deadly <= undisturbed; deadly++) {
      const storage = openMemory()
      await story(storage, deadly, isDone)
      const events = await stored(storage)
      const raw = events.filter((event) => event.message !== undefined).map(({ _id }) => _id)
      assert.deepEqual(joinedOf(events), JOINED, `killed at call ${deadly}`)
      assert.deepEqual(raw.toSorted(), REQUESTS.flatMap((all) => all.map(({ _id }) => _id)).toSorted())
    }
  })
