import assert from 'node:assert/strict'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { EcsEvent } from '../domain/event.ts'
import { text } from '../domain/field.ts'
import { eventKeyOf } from '../domain/identity.ts'
import { REVISION } from '../domain/stamps.ts'
import { liveSourceContract } from './contract.ts'
import { FileHistory } from './file-history.ts'
import { FileSource } from './file-source.ts'
import { TailedLog, type TailOptions } from './tailed-log.ts'
import { KeepingIntake, until } from './testing/keeping-intake.ts'

let folder: string
let log: string
let open: TailedLog[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tailed-log-'))
  log = join(folder, 'audit.log')
  open = []
})
afterEach(async () => {
  for (const tail of open) await tail.stop()
  rmSync(folder, { recursive: true })
})

const HOST = 'web-1'
const NOBODY = 65_534
const START = 1_780_000_000

/** Events of one record each and their end, so that each is complete at once. */
function records(...serials: readonly number[]): string {
  return serials
    .map((serial) => `type=USER_LOGIN ${stamp(serial)} pid=1 uid=0 res=success\ntype=EOE ${stamp(serial)} \n`)
    .join('')
}

const stamp = (serial: number, second = serial) => `msg=audit(${START + second}.000:${serial}):`

const serialsOf = (events: readonly EcsEvent[]) => events.map((event) => Number(text(event, 'auditd.sequence')))

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

/** A tail on the log that has read its backlog into the intake; `live` starts it. */
async function tailed(intake: KeepingIntake, options: Partial<TailOptions> = {}): Promise<TailedLog> {
  const tail = new TailedLog(log, { host: HOST, ...options })
  open.push(tail)
  for await (const arrivals of tail.backlog(intake.cursors.get(tail.name), (reject) =>
    intake.reject(tail.name, reject),
  ))
    intake.keep(arrivals)
  return tail
}

async function live(intake: KeepingIntake, options: Partial<TailOptions> = {}): Promise<TailedLog> {
  const tail = await tailed(intake, options)
  await tail.start(intake)
  return tail
}

const arrived = (intake: KeepingIntake, count: number) => until(`event ${count}`, () => intake.events.length >= count)

/** As a server that ends and starts again: the intake keeps what it has and the cursor. */
async function restart(intake: KeepingIntake): Promise<TailedLog> {
  await open.pop()?.stop()
  return live(intake)
}

liveSourceContract('a tailed log', async () => ({
  source: new TailedLog(log, { host: HOST }),
  send: async (lines) => appendFileSync(log, lines),
}))

describe('a log that grows', () => {
  test('is read from its beginning, and on as it grows', async () => {
    const intake = new KeepingIntake()
    writeFileSync(log, records(1, 2))
    const tail = await live(intake)
    assert.deepEqual(serialsOf(intake.events), [1, 2])
    appendFileSync(log, records(3))
    await arrived(intake, 3)
    assert.deepEqual(serialsOf(intake.events), [1, 2, 3])
    assert.equal(text(intake.events[2]!, 'host.name'), HOST)
    assert.deepEqual(tail.health, { bytesRead: readFileSync(log).length, bytesBehind: 0 })
  })

  test('lets half a line wait for its end', async () => {
    const intake = new KeepingIntake()
    const whole = records(1, 2)
    writeFileSync(log, whole.slice(0, -30))
    await live(intake)
    await arrived(intake, 1)
    appendFileSync(log, whole.slice(-30))
    await arrived(intake, 2)
    assert.deepEqual(serialsOf(intake.events), [1, 2])
    assert.deepEqual(intake.rejects, [])
  })

  test('goes on at the right byte after a restart', async () => {
    const intake = new KeepingIntake()
    writeFileSync(log, records(1, 2))
    await live(intake)
    appendFileSync(log, records(3))
    await arrived(intake, 3)
    await open.pop()!.stop()
    appendFileSync(log, records(4))
    const again = await live(intake)
    assert.deepEqual(serialsOf(intake.events), [1, 2, 3, 4])
    assert.equal(again.health.bytesRead, records(4).length)
  })

  test('keeps its cursor before an event that is not complete, also behind others that are', async () => {
    const intake = new KeepingIntake()
    writeFileSync(
      log,
      `type=SYSCALL ${stamp(7, 1)} arch=c000003e syscall=42 success=yes exit=0 pid=9\n${records(1, 2)}`,
    )
    await live(intake)
    assert.deepEqual(serialsOf(intake.events), [1, 2])
    await open.pop()!.stop()
    appendFileSync(log, `type=PROCTITLE ${stamp(7, 1)} proctitle="nc"\ntype=EOE ${stamp(7, 1)} \n`)
    await live(intake)
    const event = intake.events.at(-1)!
    assert.deepEqual(serialsOf(intake.events), [1, 2, 1, 2, 7])
    assert.equal(text(event, 'process.title'), 'nc')
    assert.equal(event[REVISION], 3)
  })

  test('tells an event of a silent host after 2 s, and again with its stragglers', async () => {
    const intake = new KeepingIntake()
    writeFileSync(log, `type=SYSCALL ${stamp(1)} arch=c000003e syscall=42 success=yes exit=0 pid=9\n`)
    await live(intake)
    assert.deepEqual(intake.events, [])
    await arrived(intake, 1)
    assert.equal(intake.events[0]![REVISION], 1)
    appendFileSync(log, `type=PROCTITLE ${stamp(1)} proctitle="nc"\n`)
    await arrived(intake, 2)
    assert.equal(intake.events[1]![REVISION], 2)
    assert.equal(text(intake.events[1]!, 'process.title'), 'nc')
    assert.deepEqual(serialsOf(intake.events), [1, 1])
  })

  test('may begin after the tail has', async () => {
    const intake = new KeepingIntake()
    const tail = await live(intake)
    assert.equal(tail.health.problem, `Cannot read "${log}": there is no such file or folder`)
    writeFileSync(log, records(1))
    await arrived(intake, 1)
    assert.equal(tail.health.problem, undefined)
  })

  test('waits while its format is not known, and says so', async () => {
    const intake = new KeepingIntake()
    writeFileSync(log, 'what is this?\n')
    const tail = await live(intake)
    assert.equal(tail.health.problem, `Cannot read "${log}": its format is not known`)
    appendFileSync(log, records(1))
    await arrived(intake, 1)
    assert.equal(tail.health.problem, undefined)
    assert.deepEqual(
      intake.rejects.map(({ raw, from }) => [raw, from]),
      [['what is this?\n', 0]],
    )
  })

  test('does not hold more than one piece that the engine has not taken', async () => {
    const intake = new KeepingIntake()
    writeFileSync(log, '')
    const tail = await live(intake)
    intake.hold()
    writeFileSync(log, records(...range(0, 5000)))
    await until('a piece', () => intake.waiting === 1)
    await new Promise((resolve) => setTimeout(resolve, 500))
    assert.ok(tail.health.bytesRead <= 64 * 1024)
    intake.release()
    await arrived(intake, 5000)
    assert.equal(intake.mostWaiting, 1)
    assert.deepEqual(serialsOf(intake.events), range(0, 5000))
  })

  test('ends quietly when the engine takes nothing more', async () => {
    const intake = new KeepingIntake()
    const tail = await live(intake)
    intake.close()
    writeFileSync(log, records(1))
    await until('the log', () => tail.health.bytesRead > 0)
    await tail.stop()
    assert.equal(tail.health.problem, undefined)
  })
})

describe('documents without an identity of their own', () => {
  const line = (i: number) => `${JSON.stringify({ '@timestamp': new Date(i * 1000).toISOString(), message: 'x' })}\n`

  test('get that of their place, and a scan gives them the same', async () => {
    const intake = new KeepingIntake()
    const content = range(0, 100).map(line).join('')
    writeFileSync(log, content.slice(0, 1000))
    await live(intake)
    appendFileSync(log, content.slice(1000))
    await arrived(intake, 100)
    const source = new FileSource([log], 0, HOST)
    const fingerprint = await source.fingerprint()
    const length = line(0).length
    assert.deepEqual(
      intake.events.map((event) => eventKeyOf(event, { fingerprint: '', offset: 0 })),
      range(0, 100).map((i) => eventKeyOf({}, { fingerprint, offset: i * length })),
    )
  })

  test('keep it when their file was rotated and packed', async () => {
    const intake = new KeepingIntake()
    writeFileSync(`${log}.1.gz`, gzipSync(range(0, 3).map(line).join('')))
    writeFileSync(log, line(5))
    await tailed(intake)
    const other = new KeepingIntake()
    rmSync(log)
    rmSync(`${log}.1.gz`)
    writeFileSync(log, range(0, 3).map(line).join(''))
    await tailed(other)
    assert.deepEqual(
      intake.events.slice(0, 3).map(({ _index, _id }) => [_index, _id]),
      other.events.map(({ _index, _id }) => [_index, _id]),
    )
  })

  test('are told the same by a history that was loaded from all files of the log', async () => {
    const intake = new KeepingIntake()
    const lines = range(0, 9).map(line)
    writeFileSync(`${log}.2.gz`, gzipSync(lines.slice(0, 3).join('')))
    writeFileSync(`${log}.1`, lines.slice(3, 6).join('').trimEnd())
    writeFileSync(log, lines.slice(6).join(''))
    const history = new FileHistory(new FileSource([`${log}.2.gz`, `${log}.1`, log], 0, HOST))
    const loaded: EcsEvent[] = []
    for await (const { events } of history.backlog(undefined)) loaded.push(...events)
    assert.equal(loaded.length, 9)
    await tailed(intake)
    for (const event of intake.events)
      assert.ok(loaded.some(({ _index, _id }) => _index === event._index && _id === event._id))
    // The line that has no end may get one yet.
    assert.equal(intake.events.length, 8)
  })

  test('are not touched where they have one', async () => {
    const intake = new KeepingIntake()
    writeFileSync(log, `${JSON.stringify({ '@timestamp': '2026-01-01T00:00:00Z', event: { id: 'a' } })}\n`)
    await tailed(intake)
    assert.equal(intake.events[0]!._id, undefined)
  })
})

describe('a rotation', () => {
  test('that renames is followed, and late lines in the old file are read', async () => {
    const intake = new KeepingIntake()
    writeFileSync(log, records(1))
    await live(intake)
    appendFileSync(log, records(2))
    renameSync(log, `${log}.1`)
    writeFileSync(log, records(3))
    await arrived(intake, 3)
    appendFileSync(`${log}.1`, records(4))
    await arrived(intake, 4)
    assert.deepEqual(serialsOf(intake.events), [1, 2, 3, 4])
  })

  test('that copies and cuts is followed, and what the copy alone still holds is read', async () => {
    const intake = new KeepingIntake()
    writeFileSync(log, records(1))
    await live(intake)
    intake.hold()
    appendFileSync(log, records(2))
    await until('a piece', () => intake.waiting === 1)
    appendFileSync(log, records(3, 4))
    copyFileSync(log, `${log}.1`)
    truncateSync(log, 0)
    appendFileSync(log, records(5))
    intake.release()
    await arrived(intake, 5)
    assert.deepEqual(serialsOf(intake.events), [1, 2, 3, 4, 5])
  })

  test('that cuts is noticed although the new content is longer than the old one was', async () => {
    const intake = new KeepingIntake()
    writeFileSync(log, records(1))
    await live(intake)
    copyFileSync(log, `${log}.1`)
    writeFileSync(log, records(2, 3, 4))
    await arrived(intake, 4)
    assert.deepEqual(serialsOf(intake.events), [1, 2, 3, 4])
  })

  test('between two records of an event does not tear it', async () => {
    const intake = new KeepingIntake()
    writeFileSync(log, `${records(1)}type=SYSCALL ${stamp(2)} arch=c000003e syscall=42 success=yes exit=0 pid=9\n`)
    await live(intake)
    renameSync(log, `${log}.1`)
    writeFileSync(log, `type=PROCTITLE ${stamp(2)} proctitle="nc"\ntype=EOE ${stamp(2)} \n`)
    await arrived(intake, 2)
    assert.equal(intake.events[1]![REVISION], 3)
  })

  for (const { how, rotate } of [
    { how: 'renamed', rotate: () => renameSync(log, `${log}.1`) },
    {
      how: 'renamed twice, the second one packed',
      rotate() {
        writeFileSync(`${log}.2.gz`, gzipSync(readFileSync(log)))
        unlinkSync(log)
        writeFileSync(`${log}.1`, records(50))
      },
    },
    {
      how: 'copied and cut',
      rotate() {
        copyFileSync(log, `${log}.1`)
        truncateSync(log, 0)
      },
    },
    { how: 'given a date', rotate: () => renameSync(log, `${log}-20260101`) },
  ])
    test(`while nobody looked is caught up with: ${how}`, async () => {
      const intake = new KeepingIntake()
      writeFileSync(log, records(1, 2))
      await live(intake)
      await open.pop()!.stop()
      appendFileSync(log, records(3))
      rotate()
      appendFileSync(log, records(100))
      await live(intake)
      const between = how.includes('twice') ? [50] : []
      assert.deepEqual(serialsOf(intake.events), [1, 2, 3, ...between, 100])
    })

  test('leaves siblings, which are read first and in order, packed ones too', async () => {
    const intake = new KeepingIntake()
    writeFileSync(`${log}.3.gz`, gzipSync(records(1, 2)))
    writeFileSync(`${log}.2`, records(3))
    writeFileSync(`${log}.1`, records(4))
    writeFileSync(log, records(5))
    await live(intake)
    assert.deepEqual(serialsOf(intake.events), [1, 2, 3, 4, 5])
    const again = await restart(intake)
    assert.equal(intake.events.length, 5)
    assert.equal(again.health.bytesRead, 0)
  })

  test('that ends a file inside a line does not let it run into the next file', async () => {
    const intake = new KeepingIntake()
    writeFileSync(`${log}.1.gz`, gzipSync(`${records(1)}type=USER_LOGIN ${stamp(2)} pid=1`))
    writeFileSync(log, records(3))
    await live(intake)
    await arrived(intake, 3)
    assert.deepEqual(serialsOf(intake.events), [1, 3, 2])
    assert.deepEqual(intake.rejects, [])
  })

  test('that leaves half an archive reads what is there, and says so', async () => {
    const intake = new KeepingIntake()
    const packed = gzipSync(records(...range(0, 5000)))
    writeFileSync(`${log}.1.gz`, packed.subarray(0, packed.length / 2))
    writeFileSync(log, records(9000))
    const tail = await live(intake)
    const serials = serialsOf(intake.events)
    assert.ok(serials.length > 1000)
    assert.equal(serials.at(-1), 9000)
    assert.equal(tail.health.problem, `Cannot read "${log}.1.gz" to its end: its gzip data ends early`)
  })

  test('to another name of the same beginning, before the log is cut, is read once', async () => {
    const intake = new KeepingIntake()
    writeFileSync(log, records(1, 2))
    await live(intake)
    copyFileSync(log, `${log}.1`)
    truncateSync(log, 0)
    await until('the cut', () => (open[0]!.health.bytesBehind ?? 1) === 0)
    appendFileSync(log, records(3))
    await arrived(intake, 3)
    assert.deepEqual(serialsOf(intake.events), [1, 2, 3])
  })
})

describe('trouble with a log', () => {
  test('that becomes a folder is told, and over when it is a file again', async () => {
    const intake = new KeepingIntake()
    writeFileSync(log, records(1))
    const tail = await live(intake)
    appendFileSync(log, records(2))
    rmSync(log)
    mkdirSync(log)
    await until('the problem', () => tail.health.problem === `Cannot read "${log}": it is a folder`)
    rmdirSync(log)
    writeFileSync(log, records(3))
    await arrived(intake, 3)
    assert.deepEqual(serialsOf(intake.events), [1, 2, 3])
    assert.equal(tail.health.problem, undefined)
  })

  test('that vanishes and comes back as it was is told, and nothing is read twice', async () => {
    const intake = new KeepingIntake()
    writeFileSync(log, records(1))
    const tail = await live(intake)
    const aside = mkdtempSync(join(tmpdir(), 'tailed-log-'))
    renameSync(log, join(aside, 'x'))
    await until('the problem', () => tail.health.problem?.endsWith('there is no such file or folder') === true)
    renameSync(join(aside, 'x'), log)
    rmdirSync(aside)
    appendFileSync(log, records(2))
    await arrived(intake, 2)
    assert.deepEqual(serialsOf(intake.events), [1, 2])
    await until('all to be well', () => tail.health.problem === undefined)
  })

  test('that may not be read any more is told; what is open is read on, and all is well when it may', async () => {
    const intake = new KeepingIntake()
    writeFileSync(log, records(1))
    chmodSync(folder, 0o755)
    // Permissions do not hold back the super-user.
    const me = process.geteuid!()
    const become = (user: number) => me === 0 && process.seteuid!(user)
    const asMyself = (change: () => void) => {
      become(me)
      change()
      become(NOBODY)
    }
    become(NOBODY)
    try {
      const tail = await live(intake)
      asMyself(() => {
        chmodSync(log, 0)
        if (me === 0) appendFileSync(log, records(2))
      })
      await until('the problem', () => tail.health.problem === `Cannot read "${log}": no permission`)
      if (me === 0) await arrived(intake, 2)
      asMyself(() => {
        renameSync(log, `${log}.1`)
        writeFileSync(log, records(3), { mode: 0 })
      })
      await new Promise((resolve) => setTimeout(resolve, 500))
      assert.ok(!serialsOf(intake.events).includes(3))
      asMyself(() => chmodSync(log, 0o644))
      await until('event 3', () => serialsOf(intake.events).includes(3))
    } finally {
      become(me)
    }
  })

  test('a line without end is a reject, and the log goes on behind it', async () => {
    const intake = new KeepingIntake()
    writeFileSync(log, records(1))
    await live(intake)
    for (const _ of range(0, 17)) appendFileSync(log, Buffer.alloc(1024 * 1024, 'x'))
    appendFileSync(log, `\n${records(2)}`)
    await arrived(intake, 2)
    assert.deepEqual(
      intake.rejects.map(({ reason, from }) => [reason, from]),
      [['line longer than 16 MiB', records(1).length]],
    )
  })
})
