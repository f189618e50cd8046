import { mayBeUser } from '../anomaly/novelty/users.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { Observation } from '../domain/observation.ts'

/** Finds the rows of a bucket that a record stands for. They are put in order once, by each field that records are about. */
export class RowFinder {
  readonly #rows: readonly Observation[]
  readonly #fields: readonly string[]
  readonly #byValue = new Map<string, ReadonlyMap<string, readonly Observation[]>>()

  constructor(rows: readonly Observation[], fields: readonly string[]) {
    this.#rows = rows
    this.#fields = fields
  }

  rowsOf(record: AnomalyRecord): readonly Observation[] {
    const rows = this.#rowsWith([
      [record.by_field_name, record.by_field_value],
      [record.over_field_name, record.over_field_value],
      [record.partition_field_name, record.partition_field_value],
    ])
    return record.oddsock === undefined ? rows : this.#ofAccount(rows, record.oddsock.user)
  }

  /** From the shortest list on: a program may have rows of all hosts, and a host has rows of few programs. */
  #rowsWith(
    about: readonly (readonly [field: string | undefined, value: string | undefined])[],
  ): readonly Observation[] {
    const wanted = about.flatMap(([field, value = '']) => {
      if (field === undefined) return []
      return [{ column: this.#fields.indexOf(field), value, rows: this.#indexOf(field).get(value) ?? [] }]
    })
    const [shortest, ...others] = wanted.sort((a, b) => a.rows.length - b.rows.length)
    if (shortest === undefined) return this.#rows
    return shortest.rows.filter(({ values }) => others.every(({ column, value }) => (values[column] ?? '') === value))
  }

  /** A finding is about one account; a row that tells none may have been given to it. */
  #ofAccount(rows: readonly Observation[], account: string): readonly Observation[] {
    const [name, id] = ['user.name', 'user.id'].map((field) => this.#fields.indexOf(field)) as [number, number]
    const own = rows.filter(({ values }) => mayBeUser(account, values[name] ?? '', values[id] ?? ''))
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
