import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Alert } from '../domain/alert.ts'
import { derivedId } from '../domain/hash.ts'
import { isoTime } from '../domain/time.ts'
import type { Sink, SinkMessage } from './sink.ts'

/** A message as the other side knows it. */
export interface Received {
  readonly id: string
  readonly reason: string
  readonly alert: unknown
}

/** A sink that is open, and its other side. */
export interface Opened {
  readonly sink: Sink
  /** Whole messages that have arrived, oldest first. */
  received(): Promise<readonly Received[]>
  /** The other side is gone for a while, and comes back with what it had. */
  goAway(): Promise<void>
  comeBack(): Promise<void>
  remove(): Promise<void>
}

const REASONS = ['created', 'confirmed', 'withdrawn', 'worse'] as const

/** A made-up message; `more` are further fields of its alert. */
export function messageOf(n: number, more: Readonly<Record<string, unknown>> = {}): SinkMessage {
  const id = derivedId('alert', n)
  const reason = REASONS[n % REASONS.length]!
  const alert: Alert = {
    '@timestamp': isoTime(Date.UTC(2026, 0, 6) + n),
    'kibana.alert.uuid': id,
    'kibana.alert.workflow_status': 'open',
    process: { name: `program-${n}` },
    ...more,
  }
  return { notice: { id: derivedId(id, reason), alert_id: id, reason }, alert }
}

/** What every sink promises (`sink.ts`), whatever is behind it. */
export function sinkContract(name: string, open: () => Promise<Opened>): void {
  async function withSink(use: (opened: Opened) => Promise<void>): Promise<void> {
    const opened = await open()
    try {
      await use(opened)
    } finally {
      await opened.sink.close()
      await opened.remove()
    }
  }

  test(`${name} has passed on a message when it says so, in the order of asking`, () =>
    withSink(async ({ sink, received }) => {
      const sent: Received[] = []
      for (let n = 0; n < 5; n++) {
        const message = messageOf(n)
        await sink.deliver(message)
        sent.push({ id: message.notice.id, reason: message.notice.reason, alert: message.alert })
        assert.deepEqual(await received(), sent)
      }
    }))

  test(`${name} passes on whatever a host has called itself`, () =>
    withSink(async ({ sink, received }) => {
      const names = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))
      let n = 0
      await fc.assert(
        fc.asyncProperty(names, async (fields) => {
          const labels: unknown = JSON.parse(JSON.stringify({ ...fields, line: 'a\nb\r\n\u2028"\u001b[31m' }))
          const message = messageOf(n++, { labels, ['__proto__' as string]: 'x' })
          await sink.deliver(message)
          assert.deepEqual((await received()).at(-1)?.alert, message.alert)
        }),
        { numRuns: 50 },
      )
    }))

  test(`${name} tells by the id of the notice that a message comes twice`, () =>
    withSink(async ({ sink, received }) => {
      await sink.deliver(messageOf(1))
      await sink.deliver(messageOf(1))
      const [first, second] = await received()
      assert.equal(first?.id, messageOf(1).notice.id)
      assert.deepEqual(second, first)
    }))

  test(`${name} says so when nobody is there, and goes on when somebody is`, () =>
    withSink(async ({ sink, received, goAway, comeBack }) => {
      await sink.deliver(messageOf(0))
      await goAway()
      await assert.rejects(sink.deliver(messageOf(1)))
      await assert.rejects(sink.deliver(messageOf(1)))
      await comeBack()
      await sink.deliver(messageOf(1))
      assert.deepEqual(
        (await received()).map(({ id }) => id),
        [messageOf(0).notice.id, messageOf(1).notice.id],
      )
    }))
}
