import { existsSync, readFileSync } from 'node:fs'
import type { Alert } from '../../src/domain/alert.ts'
import { text } from '../../src/domain/field.ts'
import { type EpochMs, HOUR, isoTime, parseTime } from '../../src/domain/time.ts'
import type { JobToRun } from '../../src/engine/job-runner.ts'
import { ALL } from '../../src/query/ast.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { compareAlerts, compareDelivery, firstDifference, phaseOf } from './compare.ts'
import { compareLogs, eventsOfLog } from './log-delivery.ts'
import { alertsOf, clockOf, type Sequence, storedSequence } from './replay.ts'
import type { Logged, Pushed } from './traffic.ts'

/** What the clients of a run have done, and how it must have ended. */
export interface Evidence {
  readonly pushed: readonly Pushed[]
  readonly acknowledged: ReadonlySet<string>
  readonly refused: ReadonlySet<string>
  /** Every line that was written, by host. */
  readonly logged: ReadonlyMap<string, readonly Logged[]>
  /** Where the sink has written. */
  readonly sinkFile: string
  /** Ids of the rules whose alerts sinks are told of. */
  readonly toldRules: ReadonlySet<string>
  /** How often the server was interrupted: so often may a notice come again. */
  readonly interruptions: number
  /** Nobody but one ordered sender was there, and the time of day is no part of the sequence. */
  readonly ordered: boolean
  /** Buckets that start earlier have closed. */
  readonly closedBefore: EpochMs
  readonly now: EpochMs
}

export interface Verdict {
  readonly events: number
  readonly ticks: number
  readonly alerts: number
  readonly notices: number
  /** Everything that is wrong, a line each; empty when all is well. */
  readonly faults: readonly string[]
}

/** What a store holds after a run, and what it would hold without any disturbance. */
export interface Outcome {
  readonly sequence: Sequence
  readonly alerts: readonly Alert[]
  readonly expected: readonly Alert[]
}

/** Reads the store, and gives its sequence to a fresh engine. */
export async function check(storage: Storage, jobs: readonly JobToRun[], evidence: Evidence): Promise<Verdict> {
  const sequence = await storedSequence(storage)
  const alerts = (await storage.alerts.search(ALL, Number.MAX_SAFE_INTEGER)).map(({ doc }) => doc)
  const expected = await alertsOf(sequence, jobs)
  return {
    events: sequence.events.length,
    ticks: sequence.ticks.length,
    alerts: expected.length,
    notices: noticesIn(evidence.sinkFile).length,
    faults: faultsOf({ sequence, alerts, expected }, evidence),
  }
}

/**
 * The comparison of `time-and-order.md` §5: each acknowledged document exactly once; alerts as of a fresh engine that is given the
 * stored sequence. With one ordered sender that sequence is the one that was sent, so they are those of an undisturbed run too.
 */
export function faultsOf({ sequence, alerts, expected }: Outcome, evidence: Evidence): readonly string[] {
  const { missing, surplus, changed, unsettled } = compareAlerts(alerts, expected, evidence.closedBefore)
  return [
    ...pushFaults(sequence, evidence),
    ...logFaults(sequence, evidence),
    ...(evidence.ordered ? orderFaults(sequence, evidence) : []),
    ...some('alerts are missing', missing),
    ...some('alerts are too many', surplus),
    ...some('fields of alerts differ', changed),
    ...some('provisional alerts were never settled', unsettled),
    ...noticeFaults(alerts, noticesIn(evidence.sinkFile), evidence),
    ...(expected.length === 0 ? ['no alert is expected: the run has tested little'] : []),
  ]
}

function some(what: string, list: readonly string[]): string[] {
  return list.length === 0 ? [] : [`${list.length} ${what}: ${list.slice(0, 5).join(', ')}`]
}

function pushFaults({ events }: Sequence, { pushed, acknowledged, refused }: Evidence): string[] {
  const whole = new Set(pushed.filter(({ broken }) => !broken).map(({ id }) => id))
  const broken = pushed.filter((document) => document.broken).map(({ id }) => id)
  const { lost, doubled, foreign } = compareDelivery(
    events.flatMap((event) => text(event, '_id') ?? []),
    acknowledged,
    whole,
  )
  return [
    ...some('documents are lost', lost),
    ...some('documents are doubled', doubled),
    ...some('documents were sent by nobody', foreign),
    ...some(
      'documents were not taken',
      [...whole].filter((id) => !acknowledged.has(id)),
    ),
    ...some(
      'broken documents were not refused',
      broken.filter((id) => !refused.has(id)),
    ),
  ]
}

function logFaults({ events }: Sequence, { logged }: Evidence): string[] {
  const written = new Map<number, number>()
  for (const [host, lines] of logged)
    for (const [key, records] of eventsOfLog(
      host,
      lines.map(({ text }) => text),
    ))
      written.set(key, records)
  const { lost, doubled, foreign, incomplete } = compareLogs(
    events.filter((event) => text(event, '_id') === undefined),
    written,
  )
  return [
    ...some('events of logs are lost', lost),
    ...some('events of logs are doubled', doubled),
    ...some('events of logs were written by nobody', foreign),
    ...some('events of logs lack lines', incomplete),
  ]
}

/** The stored sequence is the sent one: in its order, each by the newest time of arrival so far, and without a tick. */
function orderFaults({ events, ticks }: Sequence, { pushed }: Evidence): string[] {
  const expected: string[] = []
  const seen = new Set<string>()
  let clock = Number.NEGATIVE_INFINITY
  for (const { id, ingested, broken } of pushed) {
    if (broken) continue
    // A copy is stored by nobody, but its time of arrival has been seen.
    clock = Math.max(clock, ingested)
    if (!seen.has(id)) expected.push(`${id} at ${isoTime(clock)}`)
    seen.add(id)
  }
  const stored = events.map((event) => `${text(event, '_id')} at ${isoTime(clockOf(event))}`)
  const difference = firstDifference(stored, expected)
  return [
    ...(difference === undefined ? [] : [`the order is not that of the sender: ${difference}`]),
    ...some(
      'ticks stand between',
      ticks.filter(({ upTo }) => upTo < events.length).map(({ now }) => isoTime(now)),
    ),
  ]
}

interface NoticeLine {
  readonly id: string
  readonly alert: string
  readonly reason: string
}

function noticesIn(file: string): readonly NoticeLine[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const document = JSON.parse(line)
      return {
        id: document['oddsock.notice.id'],
        alert: document['kibana.alert.uuid'],
        reason: document['oddsock.notice.reason'],
      }
    })
}

/** Alerts older than a day are not sent; the margin is for the length of the run, and for a clock that was stepped. */
const SENT_FOR_SURE = 18 * HOUR

function noticeFaults(
  alerts: readonly Alert[],
  notices: readonly NoticeLine[],
  { now, interruptions, toldRules }: Evidence,
): string[] {
  const told = new Set(notices.map(({ alert, reason }) => `${alert} ${reason}`))
  const recent = alerts
    .filter((alert) => toldRules.has(String(alert['kibana.alert.rule.rule_id'])))
    .filter((alert) => parseTime(alert['kibana.alert.original_time']) > now - SENT_FOR_SURE)
  const untold = recent.map((alert) => alert['kibana.alert.uuid']).filter((id) => !told.has(`${id} created`))
  const counts = new Map<string, number>()
  for (const { id } of notices) counts.set(id, (counts.get(id) ?? 0) + 1)
  const again = notices.length - counts.size
  const both = alerts
    .map((alert) => alert['kibana.alert.uuid'])
    .filter((id) => told.has(`${id} confirmed`) && told.has(`${id} withdrawn`))
  return [
    ...some('recent alerts were told to nobody', untold),
    ...(again > interruptions ? [`${again} notices came again, in ${interruptions} interruptions`] : []),
    ...some('alerts were confirmed and withdrawn', both),
    ...(recent.length === 0 ? ['no alert is recent: the sink was not tested'] : []),
    ...some(
      'alerts have no phase',
      alerts.filter((alert) => phaseOf(alert) === undefined).map(({ '@timestamp': at }) => at),
    ),
  ]
}
