import assert from 'node:assert/strict'
import type { EcsEvent } from '../domain/event.ts'
import { values } from '../domain/field.ts'
import { eventKeyOf } from '../domain/identity.ts'
import { parseTime } from '../domain/time.ts'
import type { Format } from './format.ts'
import { LineBlocks } from './lines.ts'

/** What both readings of a format tell of one event. */
export interface Seen {
  readonly profile: string
  readonly time: number
  readonly ingested: number
  readonly id: number
  readonly from: number
  readonly to: number
}

/** The wanted fields of a network job and of landmarks, and what makes an event idle for both. */
export const WANTED = [
  'host.name',
  'oddsock.program',
  'user.name',
  'destination.ip',
  'process.name',
  'event.category',
  'event.type',
  'host.os.type',
  'event.module',
  'source.ip',
  'event.action',
  'event.outcome',
  'user.id',
  'user.effective.name',
  'user.target.name',
  'auditd.data.unit',
]
const DECISIVE = WANTED.filter((field) => field !== 'oddsock.program')
const FINGERPRINT = 'f'

const TELLING: ReadonlySet<unknown> = new Set(['network', 'authentication', 'session', 'iam', 'configuration'])

/** An event of no other kind is idle: nobody asks for more of it than its host. */
function profileOf(event: EcsEvent): string {
  const idle =
    !values(event, 'event.category').some((category) => TELLING.has(category)) &&
    !values(event, 'event.action').includes('started-service')
  return JSON.stringify((idle ? ['host.name'] : WANTED).map((field) => values(event, field)))
}

/** What the quick reader makes of these bytes, cut into chunks of so many: events, copies too, and the places of rejects. */
export function quickly(
  format: Format,
  bytes: Buffer,
  chunk: number,
  strict = false,
): { readonly seen: Seen[]; readonly rejects: number[] } {
  const seen: Seen[] = []
  const rejects: number[] = []
  const sink = {
    sight: (profile: string, time: number, ingested: number, id: number, from: number, to: number) =>
      void seen.push({ profile, time, ingested, id, from, to }),
    reject: ({ from }: { readonly from: number }) => void rejects.push(from),
  }
  const isIdle = (profile: string) => (JSON.parse(profile) as unknown[]).length === 1
  const options = {
    host: 'somewhere',
    fingerprint: FINGERPRINT,
    fields: WANTED,
    decisive: DECISIVE,
    profile: profileOf,
    isIdle,
    strict,
  }
  inChunks(bytes, chunk, new LineBlocks(format.sighter(options, sink), sink.reject))
  return { seen, rejects }
}

/** What the reference decoder makes of them. */
export function inFull(format: Format, bytes: Buffer): { readonly seen: Seen[]; readonly rejects: number[] } {
  const seen: Seen[] = []
  const rejects: number[] = []
  const sink = {
    event(event: EcsEvent, from: number, to: number) {
      const time = parseTime(values(event, '@timestamp')[0])
      const ingested = parseTime(values(event, 'event.ingested')[0])
      const id = eventKeyOf(event, { fingerprint: FINGERPRINT, offset: from })
      seen.push({ profile: profileOf(event), time, ingested, id, from, to })
    },
    reject: ({ from }: { readonly from: number }) => void rejects.push(from),
  }
  inChunks(bytes, bytes.length, new LineBlocks(format.decoder({ host: 'somewhere' }, sink), sink.reject))
  return { seen, rejects }
}

/** A scan takes the first reading of an event; what follows under its id, revisions by stragglers too, is a copy to it. */
function firstOfEach(seen: readonly Seen[]): Seen[] {
  const ids = new Set<number>()
  return seen.filter(({ id }) => !ids.has(id) && ids.add(id))
}

/** Every chunk is handed over in the same buffer, as a source does. */
function inChunks(bytes: Buffer, size: number, lines: LineBlocks): void {
  const buffer = Buffer.alloc(Math.max(1, size))
  for (let at = 0; at < bytes.length; at += size) {
    const length = bytes.copy(buffer, 0, at, at + size)
    lines.push(buffer.subarray(0, length))
  }
  lines.end()
}

/** The quick reading of these bytes is the reference reading of them, however they are cut. */
export function assertSameReadings(
  format: Format,
  bytes: Buffer,
  chunks: readonly number[] = [bytes.length || 1],
): void {
  const expected = inFull(format, bytes)
  for (const chunk of chunks) {
    const { seen, rejects } = quickly(format, bytes, chunk)
    assert.deepEqual(firstOfEach(seen), firstOfEach(expected.seen))
    assert.deepEqual(rejects, expected.rejects)
  }
}
