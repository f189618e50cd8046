import assert from 'node:assert/strict'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { text } from '../domain/field.ts'
import { REVISION } from '../domain/stamps.ts'
import { TailedLog } from './tailed-log.ts'
import { KeepingIntake, until } from './testing/keeping-intake.ts'

/** What happens to a log and to who reads it, in any order. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('append' as const), bytes: fc.integer({ min: 1, max: 3000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('copytruncate' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pack' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 400 }) }) },
)

const stamp = (serial: number) => `msg=audit(1780000000.000:${serial}):`

/** Events of two records and their end; the records of two events in turn, so that there is always one that waits. */
function* recordsOf(events: number): Generator<string> {
  for (let serial = 1; serial <= events + 1; serial++) {
    if (serial <= events)
      yield `type=SYSCALL ${stamp(serial)} arch=c000003e syscall=42 success=yes exit=0 pid=${serial}\n`
    if (serial > 1) yield `type=PROCTITLE ${stamp(serial - 1)} proctitle="nc"\ntype=EOE ${stamp(serial - 1)} \n`
  }
}

class Storm {
  readonly folder = mkdtempSync(join(tmpdir(), 'rotation-storm-'))
  readonly log = join(this.folder, 'audit.log')
  readonly intake = new KeepingIntake()
  readonly #bytes: Buffer
  #written = 0
  #tail: TailedLog | undefined

  constructor(events: number) {
    this.#bytes = Buffer.from([...recordsOf(events)].join(''))
    writeFileSync(this.log, '')
  }

  append(bytes: number): void {
    appendFileSync(this.log, this.#bytes.subarray(this.#written, this.#written + bytes))
    this.#written = Math.min(this.#bytes.length, this.#written + bytes)
  }

  /** Up to the end of the line, since whoever rotates a log by renaming it writes whole lines. */
  endLine(): void {
    const end = this.#bytes.indexOf('\n', this.#written - 1) + 1
    if (this.#written > 0) this.append(end - this.#written)
  }

  finish(): void {
    this.append(this.#bytes.length)
  }

  makeRoom(): void {
    const names = (n: number) => [`${this.log}.${n}`, `${this.log}.${n}.gz`]
    let n = 1
    while (names(n).some(existsSync)) n++
    for (; n > 1; n--)
      for (const [i, name] of names(n - 1).entries()) if (existsSync(name)) renameSync(name, names(n)[i]!)
  }

  pack(): void {
    if (!existsSync(`${this.log}.2`)) return
    writeFileSync(`${this.log}.2.gz`, gzipSync(readFileSync(`${this.log}.2`)))
    rmSync(`${this.log}.2`)
  }

  async start(): Promise<void> {
    const { intake } = this
    const tail = new TailedLog(this.log, { host: 'web-1' })
    this.#tail = tail
    const cursor = intake.cursors.get(tail.name)
    for await (const arrivals of tail.backlog(cursor, (reject) => intake.reject(tail.name, reject)))
      intake.keep(arrivals)
    await tail.start(intake)
  }

  async stop(): Promise<void> {
    await this.#tail?.stop()
  }
}

async function play(
  storm: Storm,
  steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
): Promise<void> {
  await storm.start()
  for (const one of steps) {
    if (one.do === 'append') storm.append(one.bytes)
    if (one.do === 'rename' || one.do === 'copytruncate') storm.endLine()
    if (one.do === 'rename' || one.do === 'copytruncate') storm.makeRoom()
    if (one.do === 'rename') {
      renameSync(storm.log, `${storm.log}.1`)
      writeFileSync(storm.log, '')
    }
    if (one.do === 'copytruncate') {
      copyFileSync(storm.log, `${storm.log}.1`)
      truncateSync(storm.log)
    }
    if (one.do === 'pack') storm.pack()
    if (one.do === 'restart') await storm.stop().then(() => storm.start())
    if (one.do === 'crash') {
      // What was handed in and not answered is not there after the crash; nor is its cursor.
      storm.intake.hold()
      storm.append(500)
      await new Promise((resolve) => setTimeout(resolve, 250))
      storm.intake.close()
      await storm.stop()
      storm.intake.reopen()
      await storm.start()
    }
    if (one.do === 'wait') await new Promise((resolve) => setTimeout(resolve, one.ms))
  }
  storm.finish()
}

test('no event is lost or torn, whatever rotations and restarts there are', { timeout: 300_000 }, async () => {
  const EVENTS = 60
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const storm = new Storm(EVENTS)
      const { intake } = storm
      const whole = () => new Set(intake.events.filter((event) => event[REVISION] === 3).map(serialOf))
      try {
        await play(storm, steps)
        await until('the last event', () => whole().size === EVENTS, 6).catch(() => {})
        assert.deepEqual(
          [...whole()].sort((a, b) => a - b),
          Array.from({ length: EVENTS }, (_, i) => i + 1),
        )
        assert.deepEqual(
          intake.rejects.filter(({ reason }) => reason !== 'end of an event without its records'),
          [],
        )
      } finally {
        await storm.stop()
        rmSync(storm.folder, { recursive: true })
      }
    }),
    { numRuns: Number(process.env.STORM_RUNS ?? 8), endOnFailure: false },
  )
})

const serialOf = (event: Parameters<typeof text>[0]) => Number(text(event, 'auditd.sequence'))
