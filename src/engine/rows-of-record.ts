import { mayBeUser } from '../anomaly/novelty/users.ts'
import type { RecordSubject } from '../domain/anomaly-record.ts'
import type { Observation } from '../domain/observation.ts'

/** A field and the value that a row has in it; the empty one where it has none. */
export type FieldAndValue = readonly [field: string, value: string]

/** The fields that a record is split by, with its values. */
export function splitOf(record: RecordSubject): FieldAndValue[] {
  const split = [
    [record.by_field_name, record.by_field_value],
    [record.over_field_name, record.over_field_value],
    [record.partition_field_name, record.partition_field_value],
  ] as const
  return split.flatMap(([field, value = '']) => (field === undefined ? [] : [[field, value] as const]))
}

type RowTest = (row: Pick<Observation, 'values'>) => boolean

/** Whether a row is one of a record, for whoever has not all rows of the bucket at hand; one that names another account never is. */
export function isRowOf(record: RecordSubject, fields: readonly string[]): RowTest {
  const split = splitOf(record).map(([field, value]) => ({ column: fields.indexOf(field), value }))
  const isOwn = record.oddsock === undefined ? () => true : ofAccount(record.oddsock.user, fields)
  return (row) => split.every(({ column, value }) => (row.values[column] ?? '') === value) && isOwn(row)
}

function ofAccount(account: string, fields: readonly string[]): RowTest {
  const [name, id] = ['user.name', 'user.id'].map((field) => fields.indexOf(field)) as [number, number]
  return ({ values }) => mayBeUser(account, values[name] ?? '', values[id] ?? '')
}

/** Finds the rows of a bucket that a record stands for. They are put in order once, by each field that records are about. */
export class RowFinder {
  readonly #rows: readonly Observation[]
  readonly #fields: readonly string[]
  readonly #byValue = new Map<string, ReadonlyMap<string, readonly Observation[]>>()

  constructor(rows: readonly Observation[], fields: readonly string[]) {
    this.#rows = rows
    this.#fields = fields
  }

  rowsOf(record: RecordSubject): readonly Observation[] {
    const rows = this.#rowsWith(splitOf(record))
    return record.oddsock === undefined ? rows : this.#ofAccount(rows, record.oddsock.user)
  }

  /** From the shortest list on: a program may have rows of all hosts, and a host has rows of few programs. */
  #rowsWith(split: readonly FieldAndValue[]): readonly Observation[] {
    const wanted = split.map(([field, value]) => {
      return { column: this.#fields.indexOf(field), value, rows: this.#indexOf(field).get(value) ?? [] }
    })
    const [shortest, ...others] = wanted.sort((a, b) => a.rows.length - b.rows.length)
    if (shortest === undefined) return this.#rows
    return shortest.rows.filter(({ values }) => others.every(({ column, value }) => (values[column] ?? '') === value))
  }

  /** A finding is about one account; a row that tells none may have been given to it. */
  #ofAccount(rows: readonly Observation[], account: string): readonly Observation[] {
    const own = rows.filter(ofAccount(account, this.#fields))
    return own.length > 0 ? own : rows
  }

  #indexOf(field: string): ReadonlyMap<string, readonly Observation[]> {
    const known = this.#byValue.get(field)
    if (known) return known
    const column = this.#fields.indexOf(field)
    const index = new Map<string, Observation[]>()
    for (const row of this.#rows) {
      const value = row.values[column] ?? ''
      const others = index.get(value)
      if (others) others.push(row)
      else index.set(value, [row])
    }
    this.#byValue.set(field, index)
    return index
  }
}
