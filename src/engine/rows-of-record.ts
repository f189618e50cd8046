import { mayBeUser } from '../anomaly/novelty/users.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import type { Observation } from '../domain/observation.ts'

/** Finds the rows of a bucket that a record stands for. They are put in order once, by the field that most records are about. */
export class RowFinder {
  readonly #rows: readonly Observation[]
  readonly #fields: readonly string[]
  readonly #byValue = new Map<string, ReadonlyMap<string, readonly Observation[]>>()

  constructor(rows: readonly Observation[], fields: readonly string[]) {
    this.#rows = rows
    this.#fields = fields
  }

  rowsOf(record: AnomalyRecord): readonly Observation[] {
    const { by_field_name: by, over_field_name: over, partition_field_name: partition } = record
    let rows = by === undefined ? this.#rows : (this.#indexOf(by).get(record.by_field_value ?? '') ?? [])
    for (const [field, value = ''] of [
      [over, record.over_field_value],
      [partition, record.partition_field_value],
    ]) {
      if (field === undefined) continue
      const column = this.#fields.indexOf(field)
      rows = rows.filter((row) => (row.values[column] ?? '') === value)
    }
    return record.oddsock === undefined ? rows : this.#ofAccount(rows, record.oddsock.user)
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
