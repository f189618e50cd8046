import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import * as fc from 'fast-check'
import { text } from '../domain/field.ts'
import { hostOf } from '../domain/identity.ts'
import { REVISION } from '../domain/stamps.ts'
import type { LiveSource } from './live-source.ts'
import type { ByteSource } from './source.ts'
import { KeepingIntake, until } from './testing/keeping-intake.ts'

/** A source of these opened bytes, and how to take away what it stands on. */
export interface Opened {
  readonly source: ByteSource
  remove(): Promise<void>
}

/** What every source promises (`source.ts`), whatever it stands on. `open` gives one that holds these bytes, once opened. */
export function sourceContract(name: string, open: (bytes: Buffer) => Promise<Opened>): void {
  const bytes = Buffer.from(Array.from({ length: 15_000 }, (_, i) => `line ${i} ${'x'.repeat(i % 50)}\n`).join(''))

  async function withSource<T>(content: Buffer, use: (source: ByteSource) => Promise<T>): Promise<T> {
    const { source, remove } = await open(content)
    try {
      return await use(source)
    } finally {
      await source.close()
      await remove()
    }
  }

  test(`${name} reads all bytes, the first of them enough to know a format by`, async () => {
    for (const content of [bytes, Buffer.from('no newline'), Buffer.alloc(100_000, 'x'), Buffer.alloc(0)])
      await withSource(content, async (source) => {
        const chunks = await chunksOf(source)
        assert.ok(Buffer.concat(chunks).equals(content))
        assert.deepEqual(source.problems, [])
        const head = chunks[0] ?? Buffer.alloc(0)
        assert.ok(head.includes(10) || head.length >= Math.min(content.length, 65_536))
      })
  })

  test(`${name} gives any ranges again`, async () => {
    const end = { min: 0, max: bytes.length }
    await withSource(bytes, async (source) => {
      await chunksOf(source)
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(fc.integer(end), fc.integer({ min: 1, max: 5000 }))), async (pairs) => {
          const ranges = pairs
            .map(([from, length]) => ({ from, to: Math.min(bytes.length, from + length) }))
            .filter(({ from, to }) => from < to)
            .sort((a, b) => a.from - b.from)
          const found: string[] = []
          for await (const range of source.ranges(ranges)) found.push(range.toString())
          assert.deepEqual(
            found,
            ranges.map(({ from, to }) => bytes.toString('utf8', from, to)),
          )
        }),
        { numRuns: 10 },
      )
    })
  })

  test(`${name} is told apart by its beginning`, async () => {
    const fingerprint = (content: string) =>
      withSource(Buffer.from(content), async (source) => {
        await chunksOf(source)
        return source.fingerprint()
      })
    assert.equal(await fingerprint('a\n'), await fingerprint('a\n'))
    assert.notEqual(await fingerprint('a\n'), await fingerprint('b\n'))
  })
}

/** All chunks, copied, since each holds only until the next. */
export async function chunksOf(source: ByteSource): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  for await (const chunk of source.read()) chunks.push(Buffer.from(chunk))
  return chunks
}

/** A live source that was not started yet, and how something arrives at it once it was. */
export interface OpenedLive {
  readonly source: LiveSource
  send(lines: string): Promise<void>
}

/** What every live source promises (`live-source.ts`). `open` tells the test what to do when it is over. */
export function liveSourceContract(name: string, open: (t: TestContext) => Promise<OpenedLive>): void {
  const stamp = (serial: number) => `msg=audit(1780000000.000:${serial}):`
  const record = (serial: number) => `type=USER_LOGIN ${stamp(serial)} pid=1\ntype=EOE ${stamp(serial)} \n`
  const serials = (intake: KeepingIntake) => intake.events.map((event) => Number(text(event, 'auditd.sequence')))

  async function started(t: TestContext): Promise<OpenedLive & { readonly intake: KeepingIntake }> {
    const intake = new KeepingIntake()
    const opened = await open(t)
    t.after(() => {
      intake.release()
      return opened.source.stop()
    })
    for await (const arrivals of opened.source.backlog?.(undefined) ?? []) intake.keep(arrivals)
    await opened.source.start(intake)
    return { ...opened, intake }
  }

  test(`${name} hands in each event once, in order, with its host and the number of its records`, async (t) => {
    const { source, send, intake } = await started(t)
    for (const serial of [1, 2, 3]) await send(record(serial))
    await until('three events', () => intake.events.length >= 3)
    assert.deepEqual(serials(intake), [1, 2, 3])
    for (const event of intake.events) {
      assert.notEqual(hostOf(event), '')
      assert.equal(event[REVISION], 2)
    }
    assert.equal(source.health.problem, undefined)
    assert.ok(source.health.bytesRead > 0)
  })

  test(`${name} counts what is no event, and goes on`, async (t) => {
    const { send, intake } = await started(t)
    await send(record(1))
    await send('what is this?\n')
    await send(record(2))
    await until('two events and a reject', () => intake.events.length >= 2 && intake.rejects.length >= 1)
    assert.deepEqual(serials(intake), [1, 2])
    assert.deepEqual(
      intake.rejects.map(({ raw }) => raw.trim()),
      ['what is this?'],
    )
  })

  test(`${name} hands in no second piece before the first is answered, and stops only when it is`, async (t) => {
    const { source, send, intake } = await started(t)
    intake.hold()
    await send(record(1))
    await until('the first piece', () => intake.waiting === 1)
    await send(record(2))
    await setTimeout(300)
    assert.equal(intake.mostWaiting, 1)
    let stopped = false
    const stopping = source.stop().then(() => {
      stopped = true
    })
    await setTimeout(400)
    assert.equal(stopped, false)
    intake.release()
    await stopping
    assert.equal(serials(intake)[0], 1)
    const before = intake.events.length
    await send(record(3)).catch(() => {})
    await setTimeout(300)
    assert.equal(intake.events.length, before)
  })

  test(`${name} ends without a complaint when the engine takes nothing more`, async (t) => {
    const { source, send, intake } = await started(t)
    intake.close()
    await send(record(1))
    await until('the bytes', () => source.health.bytesRead > 0)
    await source.stop()
    assert.equal(source.health.problem, undefined)
    assert.deepEqual(intake.events, [])
  })
}
