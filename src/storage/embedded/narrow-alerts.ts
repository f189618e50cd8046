import type { Alert } from '../../domain/alert.ts'
import { values } from '../../domain/field.ts'
import { parseTime } from '../../domain/time.ts'
import type { Query } from '../../query/ast.ts'
import type { Value } from './sqlite.ts'

/**
 * Two columns beside each alert leave most alerts unread when somebody asks for the open ones, or for those of a day. They only
 * narrow: what they let through is still judged by the query itself, and where they know nothing (NULL) they let it through.
 */

const STATUS = 'kibana.alert.workflow_status'

/** What the columns `at` and `status` hold for an alert. */
export function columnsOf(alert: Alert): readonly [at: number | null, status: string | null] {
  return [timeOf(onlyValue(alert, '@timestamp')) ?? null, statusOf(onlyValue(alert, STATUS)) ?? null]
}

/** A condition that holds for every alert for which the query holds. */
export interface Narrowing {
  readonly sql: string
  readonly values: readonly Value[]
}

/** Undefined where a query says nothing about the columns. */
export function narrowing(query: Query): Narrowing | undefined {
  switch (query.kind) {
    case 'and': {
      const parts = query.of.map(narrowing).filter((part) => part !== undefined)
      return parts.length > 0 ? joined(parts, ' AND ') : undefined
    }
    case 'or': {
      const parts = query.of.map(narrowing)
      const some = (query.atLeast ?? 1) >= 1 && parts.length > 0
      return some && parts.every((part) => part !== undefined) ? joined(parts, ' OR ') : undefined
    }
    case 'equals':
      return query.field === STATUS && !query.ignoreCase ? oneOf(query.values.map(String)) : undefined
    case 'match':
    case 'phrase':
      return query.field === STATUS ? oneOf([String(query.text)]) : undefined
    case 'range':
      return query.field === '@timestamp' ? within(query) : undefined
    default:
      return undefined
  }
}

function joined(parts: readonly Narrowing[], word: string): Narrowing {
  return {
    sql: parts.map(({ sql }) => `(${sql})`).join(word),
    values: parts.flatMap((part) => part.values),
  }
}

function oneOf(wanted: readonly string[]): Narrowing {
  const known = wanted.map(statusOf).filter((status) => status !== undefined)
  return { sql: `status IS NULL OR status IN (${known.map(() => '?').join(', ')})`, values: known }
}

function within({ gt, gte, lt, lte }: Extract<Query, { kind: 'range' }>): Narrowing | undefined {
  const from = timeOf(gt ?? gte)
  const to = timeOf(lt ?? lte)
  // A row has its time in whole milliseconds, as the bound has: what is equal is let through either way.
  if (from !== undefined && to !== undefined) return { sql: 'at IS NULL OR at BETWEEN ? AND ?', values: [from, to] }
  if (from !== undefined) return { sql: 'at IS NULL OR at >= ?', values: [from] }
  return to === undefined ? undefined : { sql: 'at IS NULL OR at <= ?', values: [to] }
}

function onlyValue(alert: Alert, field: string): unknown {
  const found = values(alert, field)
  return found.length === 1 ? found[0] : undefined
}

/** Of texts alone: a query compares the number 5 with `"5"` and with no time. */
function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? parseTime(value) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

const STATUSES = new Set<unknown>(['open', 'acknowledged', 'closed'])

/** Only the statuses that there are: SQLite would cut another text at a NUL. */
function statusOf(value: unknown): string | undefined {
  return STATUSES.has(value) ? (value as string) : undefined
}
