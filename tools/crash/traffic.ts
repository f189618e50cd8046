import { DAY, type EpochMs, HOUR, isoTime, MINUTE } from '../../src/domain/time.ts'
import { diaryOf } from '../../src/scenario/demo-fleet/diary.ts'
import { HOSTS, type Host } from '../../src/scenario/demo-fleet/hosts.ts'
import { type Rng, seeded } from '../../src/scenario/demo-fleet/rng.ts'
import { auditLines } from '../../src/scenario/demo-fleet/write-audit.ts'
import { ecsLines } from '../../src/scenario/demo-fleet/write-ecs.ts'

/*
 * What the clients of a crash test send: the demo fleet, whose incidents alert, and what real fleets do besides. A host was cut off
 * and catches up, a document is sent again with another time of arrival, a clock is years off, a name is hostile, a line is broken.
 * The same seed and start give the same traffic.
 */

/** A document as its sender draws it up. */
export interface Pushed {
  readonly id: string
  /** `event.ingested`; they never go back. */
  readonly ingested: EpochMs
  readonly body: string
  /** No JSON: it must be refused, alone. */
  readonly broken?: true
}

/** A line of a log that grows, and when it is written. */
export interface Logged {
  readonly time: EpochMs
  readonly text: string
}

export interface TrafficOptions {
  readonly seed: number
  /** A midnight in UTC. */
  readonly start: EpochMs
  /** Nothing that arrives at this time or later. */
  readonly end: EpochMs
  /** Only these hosts. */
  readonly hosts?: readonly string[]
}

type Document = Record<string, unknown> & { '@timestamp': string; event: Record<string, unknown> }

/** What one ordered sender pushes, in the order of arrival. */
export function pushedDocuments(options: TrafficOptions): readonly Pushed[] {
  const rng = seeded(options.seed, 'crash/pushed')
  const drafts: { ingested: EpochMs; id: string; body: string; broken?: true }[] = []
  for (const host of chosen(options))
    for (const [n, document] of documentsOf(host, options).entries()) {
      const id = `${host.name}-${n}`
      const { ingested, document: twisted } = twist(host, document, options.start, rng)
      drafts.push({ ingested, id, body: bodyOf(twisted, ingested) })
      // A shipper that lost the answer sends again; whoever passes it on stamps it anew, and may do so much later.
      if (rng.next() < 0.01) {
        const again = ingested + rng.whole(1_000, HOUR)
        drafts.push({ ingested: again, id, body: bodyOf(twisted, again) })
      }
      if (rng.next() < 0.001)
        drafts.push({ ingested, id: `${id}-broken`, body: bodyOf(twisted, ingested).slice(0, -2), broken: true })
    }
  drafts.push(newcomer(options))
  return drafts.filter(({ ingested }) => ingested < options.end).sort((a, b) => a.ingested - b.ingested)
}

/** Raw audit logs, by host; the lines of one event are written one after the other. */
export function loggedLines(options: TrafficOptions): ReadonlyMap<string, readonly Logged[]> {
  return new Map(chosen(options).map((host) => [host.name, linesOf(host, options)]))
}

function chosen({ hosts }: TrafficOptions): readonly Host[] {
  return HOSTS.filter(({ name }) => hosts?.includes(name) ?? true)
}

function documentsOf(host: Host, { start, seed }: TrafficOptions): Document[] {
  const log = host.log === 'defend' ? 'defend' : 'auditd-manager'
  return [...ecsLines({ ...host, log }, diaryOf(host, start, seed), seed)].map((line) => JSON.parse(line))
}

function linesOf(host: Host, { start, seed, end }: TrafficOptions): Logged[] {
  const log = host.log.startsWith('audit-') ? host.log : 'audit'
  const lines: Logged[] = []
  let time: EpochMs = start
  for (const text of auditLines({ ...host, log } as Host, diaryOf(host, start, seed), seed)) {
    const stamp = /audit\((\d+)\.(\d{3}):/.exec(text)
    if (stamp) time = Number(stamp[1]) * 1_000 + Number(stamp[2])
    if (time >= end) break
    lines.push({ time, text })
  }
  return lines
}

/** A host that was cut off for a morning and caught up within a minute. */
const CUT_OFF = { host: 'quay-ci', from: 3 * DAY + 9 * HOUR, to: 3 * DAY + 13 * HOUR }

/** Names that break what was not built for them. */
const HOSTILE = [
  '__proto__',
  'constructor',
  'a\nb',
  "'; DROP TABLE events; --",
  '\u001b[2Jx',
  '\u0000',
  'é'.repeat(5_000),
]

function twist(host: Host, document: Document, start: EpochMs, rng: Rng) {
  let ingested = Date.parse(String(document.event.ingested))
  if (host.name === CUT_OFF.host && ingested >= start + CUT_OFF.from && ingested < start + CUT_OFF.to)
    ingested = start + CUT_OFF.to + rng.whole(0, MINUTE)
  const chance = rng.next()
  if (chance < 0.0005) return { ingested, document: { ...document, '@timestamp': isoTime(ingested + 400 * DAY) } }
  if (chance < 0.0015) {
    const process = { ...(document.process as object), name: rng.pick(HOSTILE) }
    return { ingested, document: { ...document, process } }
  }
  return { ingested, document }
}

/** So long before the end a program appears that nobody has seen before: late enough to be told to the sinks at any time of day. */
const NEWCOMER_BEFORE_END = 45 * MINUTE

function newcomer(options: TrafficOptions) {
  const host = chosen(options)[0]!
  const time = options.end - NEWCOMER_BEFORE_END
  const like = documentsOf(host, options).find(({ event }) => event.action === 'connected-to')!
  const process = { ...(like.process as object), name: 'oddling', executable: '/tmp/.x/oddling', title: 'oddling' }
  const event = { ...like.event, sequence: 1 }
  const document = { ...like, '@timestamp': isoTime(time - 2_000), process, event }
  return { ingested: time, id: 'newcomer', body: bodyOf(document, time) }
}

function bodyOf(document: Document, ingested: EpochMs): string {
  return JSON.stringify({ ...document, event: { ...document.event, ingested: isoTime(ingested) } })
}
