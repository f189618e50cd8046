import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { deriveFields } from '../../domain/derive.ts'
import type { EcsEvent } from '../../domain/event.ts'
import { text } from '../../domain/field.ts'
import { auditLog } from './index.ts'
import { type JoinedEvent, LineJoiner } from './line-joiner.ts'

const LINES = ['sockets.log', 'records.log', 'programs.log']
  .flatMap((name) => readFileSync(new URL(`testdata/golden/${name}`, import.meta.url), 'utf8').split('\n'))
  .filter((line) => /^(node=\S+ )?type=\S+ msg=audit\(\d+\.\d+:\d+\)/.test(line))

const keyOf = (event: EcsEvent) =>
  ['host.name', '@timestamp', 'event.sequence'].map((field) => text(event, field)).join(' ')

/** What a tail of the log tells: the newest telling of each event, with its number of records. */
function decoded(lines: readonly string[]): Map<string, unknown> {
  const events = new Map<string, unknown>()
  const reader = auditLog.decoder(
    { host: 'web-1' },
    { event: (event, _from, _to, records) => void events.set(keyOf(event), { event, records }), reject() {} },
  )
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  reader.lines(bytes, 0, bytes.length, 0)
  reader.end()
  return events
}

function joiner(room?: number) {
  const told: JoinedEvent[] = []
  const lines = new LineJoiner((joined) => void told.push(joined), room)
  const silence = (since = 0) => {
    for (let now = 250; now <= 3_000; now += 250) lines.settle(since + now)
  }
  return { told, lines, silence }
}

function newest(told: readonly JoinedEvent[]): Map<string, unknown> {
  const events = told.map(({ event, records }) => ({ event: deriveFields(event), records }))
  return new Map(events.map((one) => [keyOf(one.event), one]))
}

test('documents give the events that a tail of the same log gives', () => {
  assert.ok(LINES.length > 30)
  const { told, lines, silence } = joiner()
  for (const [place, message] of LINES.entries()) lines.add({ message, host: { name: 'web-1' } }, place)
  silence()
  assert.deepEqual(newest(told), decoded(LINES))
})

test('it does not matter in which order lines come, nor how much time lies between', () => {
  const shuffled = fc.shuffledSubarray(LINES, { minLength: LINES.length })
  fc.assert(
    fc.property(shuffled, fc.array(fc.nat(LINES.length), { maxLength: 5 }), (sent, pauses) => {
      const { told, lines, silence } = joiner()
      for (const [place, message] of sent.entries()) {
        if (pauses.includes(place)) silence(place * 10_000)
        lines.add({ message, host: { name: 'web-1' } }, place)
      }
      silence(LINES.length * 10_000)
      assert.deepEqual(newest(told), decoded(LINES))
    }),
  )
})

test('with little room, lines that come together are joined all the same', () => {
  const { told, lines, silence } = joiner(3_000)
  for (const [place, message] of LINES.entries()) lines.add({ message, host: { name: 'web-1' } }, place)
  const early = told.length
  silence()
  assert.ok(early > 3, `${early} events were told for lack of room`)
  assert.deepEqual(newest(told), decoded(LINES))
})

test('lines that are sent twice change nothing, however many lie between', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(LINES.length - 1), { maxLength: 30 }), fc.nat(20), (again, distance) => {
      const { told, lines, silence } = joiner()
      const sent = LINES.flatMap((line, i) => [
        line,
        ...(again.includes(i - distance) ? [LINES[i - distance]!, LINES[i - distance]!] : []),
      ])
      for (const [place, message] of sent.entries()) lines.add({ message, host: { name: 'web-1' } }, place)
      silence()
      assert.deepEqual(newest(told), decoded(LINES))
    }),
  )
})

test('a line waits at its place for two seconds, and an event tells where its newest line stands', () => {
  const { told, lines, silence } = joiner()
  const line = (type: string) => `type=${type} msg=audit(1481077231.371:479): cwd="/"`
  lines.add({ message: line('CWD'), 'event.ingested': '2026-01-01T00:00:02Z' }, 4)
  lines.add({ message: 'something else' }, 5)
  lines.add({ message: line('PATH'), 'event.ingested': '2026-01-01T00:00:01Z' }, 6)
  const at = () => [lines.waitingFrom, lines.keptFrom]
  assert.deepEqual(at(), [4, 4])
  silence()
  assert.deepEqual(at(), [undefined, 4])
  lines.add({ message: line('PROCTITLE') }, 9)
  assert.deepEqual(at(), [9, 4])
  silence(10_000)
  assert.deepEqual(
    told.map(({ records, place, ingested }) => ({ records, place, ingested })),
    [
      { records: 2, place: 6, ingested: Date.UTC(2026, 0, 1, 0, 0, 2) },
      { records: 3, place: 9, ingested: Date.UTC(2026, 0, 1, 0, 0, 2) },
    ],
  )
})
