import type { Alert } from '../domain/alert.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { EcsEvent } from '../domain/event.ts'
import { values } from '../domain/field.ts'
import { type DurationMs, type EpochMs, parseDuration, parseTime } from '../domain/time.ts'
import type { Outcome } from './outcome.ts'
import type { Expectation, Fields, Story } from './story.ts'

/** A record or an alert, as expectations look at it. */
export interface Happened {
  /** After the start of the story. */
  readonly at: DurationMs
  valuesOf(field: string): readonly string[]
}

/** Everything of the kind and range that an expectation speaks of, in the order of time. */
export function happenedIn({ of, from, to }: Expectation, { start }: Story, outcome: Outcome): Happened[] {
  const all =
    of === 'records' ? outcome.records.map((one) => record(one, start)) : outcome.alerts.map((one) => alert(one, start))
  const isInside = ({ at }: Happened) => at >= from && (of === 'records' ? at < to : at <= to)
  return all.filter(isInside).sort((a, b) => a.at - b.at)
}

/** Whether each row stands for exactly one thing that happened, and nothing is left over on either side. */
export function isMet(rows: readonly Fields[], happened: readonly Happened[]): boolean {
  if (rows.length !== happened.length) return false
  const rowOf = new Map<Happened, Fields>()
  /** Finds a place for a row, moving others to another place if they have one. */
  const settle = (row: Fields, tried: Set<Happened>): boolean =>
    happened.some((one) => {
      if (tried.has(one) || !row.every(([field, wanted]) => holds(one, field, wanted))) return false
      tried.add(one)
      const before = rowOf.get(one)
      if (before && !settle(before, tried)) return false
      rowOf.set(one, row)
      return true
    })
  return rows.every((row) => settle(row, new Set()))
}

/** `at=168h17m` is the time; `56.8±0.3` a number in a range; `a:b,c:d` each of these; anything else the value itself. */
function holds(one: Happened, field: string, wanted: string): boolean {
  const [, middle, tolerance] = /^(.+)±(.+)$/s.exec(wanted) ?? [undefined, wanted, '0ms']
  if (field === 'at') return Math.abs(one.at - parseDuration(middle!)) <= parseDuration(tolerance!)
  const found = one.valuesOf(field)
  if (wanted.includes('±'))
    return found.some((value) => value !== '' && Math.abs(Number(value) - Number(middle)) <= Number(tolerance))
  return found.includes(wanted) || wanted.split(',').every((part) => found.includes(part))
}

function record(one: AnomalyRecord, start: EpochMs): Happened {
  const named = new Map([
    [one.by_field_name, one.by_field_value],
    [one.over_field_name, one.over_field_value],
    [one.partition_field_name, one.partition_field_value],
  ])
  return {
    at: one.timestamp - start,
    valuesOf(field) {
      if (field === 'influencers')
        return one.influencers.flatMap(({ influencer_field_name: name, influencer_field_values: all }) =>
          all.map((value) => `${name}:${value}`),
        )
      if (named.has(field)) return [named.get(field) ?? '']
      return values(one as unknown as EcsEvent, field).map(String)
    },
  }
}

/** Fields of an alert may be named without `kibana.alert.` and `kibana.alert.rule.`; `status` is that of the workflow. */
function alert(one: Alert, start: EpochMs): Happened {
  const names = (field: string) => [
    field,
    `kibana.alert.${field === 'status' ? 'workflow_status' : field}`,
    `kibana.alert.rule.${field}`,
  ]
  return {
    at: parseTime(one['@timestamp']) - start,
    valuesOf: (field) => {
      const found = names(field).map((name) => values(one, name))
      return (found.find((all) => all.length > 0) ?? []).map(String)
    },
  }
}
