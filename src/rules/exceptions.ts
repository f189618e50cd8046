import type { EcsEvent } from '../domain/event.ts'
import type { ExceptionEntry, ExceptionItem } from '../domain/exception.ts'
import type { Observation } from '../domain/observation.ts'
import type { EpochMs } from '../domain/time.ts'
import { isAddressField } from '../query/address.ts'
import { and, equals, exists, or, type Query } from '../query/ast.ts'
import { matches } from '../query/match.ts'

/** Values of the lists that entries of type `list` name, by list id. */
export type ValueLists = ReadonlyMap<string, readonly string[]>

/** Whether an exception takes this row out. */
export type RowTest = (row: Observation) => boolean

/**
 * Exceptions judge rows, not the record that merges them: the rows that an item describes are taken out, and what is left
 * still counts. So an exception for one host leaves the other hosts of the same record alone, which Elastic's does not.
 * Items that have expired at `now`, or that name a value list which is not there, take nothing out.
 *
 * @param fields the datafeed's, in the order of `Observation.values`
 */
export function compileExceptions(
  items: readonly ExceptionItem[],
  fields: readonly string[],
  lists: ValueLists,
  now: EpochMs,
): RowTest {
  const usable = items.filter((item) => isInForce(item, now) && missingLists([item], lists).length === 0)
  const queries = usable.map((item) => exceptionQuery(item, lists))
  if (queries.length === 0) return () => false
  const anyExcludes = queries.some(({ excluded }) => excluded.kind !== 'none')
  return (row) => {
    const whole = rowDocument(row, fields, isAddressField)
    const apart = anyExcludes ? rowDocument(row, fields, () => true) : whole
    return queries.some(({ included, excluded }) => matches(included, whole) && !matches(excluded, apart))
  }
}

/** The fields that a datafeed must carry so that these items can be judged. */
export function fieldsOfExceptions(items: readonly ExceptionItem[]): string[] {
  return [...new Set(items.flatMap((item) => item.entries.map((entry) => entry.field)))]
}

/** Ids of the value lists that items name and nobody has given: worth a warning, since those items take nothing out. */
export function missingLists(items: readonly ExceptionItem[], lists: ValueLists): string[] {
  const named = items.flatMap((item) => item.entries.flatMap((entry) => (entry.type === 'list' ? [entry.list.id] : [])))
  return [...new Set(named)].filter((id) => !lists.has(id))
}

function isInForce(item: ExceptionItem, now: EpochMs): boolean {
  return item.entries.length > 0 && (item.expire_time === undefined || now < item.expire_time)
}

/** What must hold of a row, and what must not. */
interface ExceptionQuery {
  readonly included: Query
  readonly excluded: Query
}

function exceptionQuery({ entries }: ExceptionItem, lists: ValueLists): ExceptionQuery {
  const queriesOf = (operator: ExceptionEntry['operator']) =>
    entries.filter((entry) => entry.operator === operator).map((entry) => entryQuery(entry, lists))
  return { included: and(...queriesOf('included')), excluded: or(...queriesOf('excluded')) }
}

function entryQuery(entry: ExceptionEntry, lists: ValueLists): Query {
  switch (entry.type) {
    case 'match':
      return equals(entry.field, entry.value)
    case 'match_any':
      return equals(entry.field, ...entry.value)
    case 'exists':
      return exists(entry.field)
    case 'wildcard':
      return { kind: 'wildcard', field: entry.field, pattern: entry.value }
    case 'list':
      return or(...(lists.get(entry.list.id) ?? []).map((value) => listedQuery(entry.field, value, entry.list.type)))
  }
}

/** A list of type `ip_range` may hold `10.0.0.0/8`, which `equals` understands, or `10.0.0.1-10.0.0.9`. */
function listedQuery(field: string, value: string, type: string): Query {
  const [from, to] = type === 'ip_range' ? value.split('-') : []
  if (from === undefined || to === undefined) return equals(field, value)
  return { kind: 'range', field, gte: from.trim(), lte: to.trim() }
}

/**
 * Several values of one field were joined by a comma when the row was made. Addresses hold none, so they are several again here, and the
 * whole stays. A path or a name may hold commas of its own: were it cut too, a program in a folder called `/tmp/a,` would pass for the one
 * behind the comma. So it is cut only for what must not hold, where being cut can hide nothing.
 */
function rowDocument(row: Observation, fields: readonly string[], isCut: (field: string) => boolean): EcsEvent {
  return Object.fromEntries(fields.map((field, i) => [field, severalValues(row.values[i] ?? null, isCut(field))]))
}

function severalValues(value: string | null, isCut: boolean): readonly string[] {
  if (value === null) return []
  return isCut && value.includes(',') ? [value, ...value.split(',')] : [value]
}
