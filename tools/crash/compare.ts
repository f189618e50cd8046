import { isDeepStrictEqual } from 'node:util'
import type { Alert } from '../../src/domain/alert.ts'
import { type EpochMs, parseTime } from '../../src/domain/time.ts'

/** Ids of stored events against those of senders. Each list holds ids, in the order in which they were met. */
export interface Delivery {
  /** Said yes to, and not stored. */
  readonly lost: readonly string[]
  /** Stored more than once. */
  readonly doubled: readonly string[]
  /** Stored, and nobody sent it. */
  readonly foreign: readonly string[]
}

/**
 * @param stored ids in the order of the store
 * @param acknowledged what was said yes to
 * @param sent everything that may be there; what was sent without an answer may, and need not
 */
export function compareDelivery(
  stored: Iterable<string>,
  acknowledged: Iterable<string>,
  sent: ReadonlySet<string>,
): Delivery {
  const seen = new Set<string>()
  const doubled: string[] = []
  for (const id of stored) {
    if (seen.has(id)) doubled.push(id)
    seen.add(id)
  }
  return {
    lost: [...acknowledged].filter((id) => !seen.has(id)),
    doubled,
    foreign: [...seen].filter((id) => !sent.has(id)),
  }
}

/** First place at which two sequences differ, for a person; undefined where they are equal. */
export function firstDifference(actual: readonly string[], expected: readonly string[]): string | undefined {
  const length = Math.max(actual.length, expected.length)
  for (let i = 0; i < length; i++)
    if (actual[i] !== expected[i])
      return `at place ${i + 1} of ${expected.length}: ${actual[i] ?? 'nothing'}, expected ${expected[i] ?? 'nothing'}`
  return undefined
}

export interface AlertDifferences {
  readonly missing: readonly string[]
  readonly surplus: readonly string[]
  /** `id: field`, for each field of an alert that is on both sides. */
  readonly changed: readonly string[]
  /** Told as provisional, and never settled, though their bucket has closed. */
  readonly unsettled: readonly string[]
}

/**
 * Confirmed alerts, but for what holds the time of day or the word of a person (`time-and-order.md` §5, §7). Withdrawn ones depend
 * on when a trial took place and are not compared.
 *
 * @param closedBefore buckets that start earlier have closed
 */
export function compareAlerts(
  actual: readonly Alert[],
  expected: readonly Alert[],
  closedBefore: EpochMs,
): AlertDifferences {
  const mine = byId(actual.filter((alert) => phaseOf(alert) === 'confirmed'))
  const theirs = byId(expected.filter((alert) => phaseOf(alert) === 'confirmed'))
  return {
    missing: [...theirs.keys()].filter((id) => !mine.has(id)),
    surplus: [...mine.keys()].filter((id) => !theirs.has(id)),
    changed: [...theirs].flatMap(([id, alert]) => {
      const other = mine.get(id)
      return other ? changedFields(comparable(other), comparable(alert)).map((field) => `${id}: ${field}`) : []
    }),
    unsettled: actual
      .filter((alert) => phaseOf(alert) === 'provisional')
      .filter((alert) => parseTime(alert['kibana.alert.original_time']) < closedBefore)
      .map(idOf),
  }
}

const idOf = (alert: Alert) => alert['kibana.alert.uuid']

function byId(alerts: readonly Alert[]): Map<string, Alert> {
  return new Map(alerts.map((alert) => [idOf(alert), alert]))
}

export function phaseOf(alert: Alert): unknown {
  return (alert.oddsock as { readonly alert?: { readonly phase?: unknown } } | undefined)?.alert?.phase
}

/** Without the time at which a person was first told, which is that of a trial. */
function comparable(alert: Alert): Record<string, unknown> {
  const ours = alert.oddsock as { readonly alert?: Record<string, unknown> } | undefined
  const { provisional_at: _told, ...phase } = ours?.alert ?? {}
  const kept = Object.entries(alert).filter(([field]) => !field.startsWith('kibana.alert.workflow_'))
  return { ...Object.fromEntries(kept), oddsock: { ...ours, alert: phase } }
}

function changedFields(a: Record<string, unknown>, b: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((field) => !isDeepStrictEqual(a[field], b[field]))
}
