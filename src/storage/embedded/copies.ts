import type { DuckDBConnection } from '@duckdb/node-api'
import { IdSet } from '../files/seen-ids.ts'
import type { DayFiles } from './day-files.ts'
import { type Duck, rowsOf } from './duck.ts'
import { KeyFilter } from './key-filter.ts'

/**
 * A copy is looked for among all events of the table, those of its own day, and those of this many of the newest sealed days: the late
 * window and the day at hand.
 */
const DAYS_LOOKED_AT = 9

/** Recognises events that are stored already: keys of the table are kept whole, those of sealed days as a filter for each, and then the file is asked. */
export class Copies {
  readonly #duck: Duck
  readonly #days: DayFiles
  #inTable = new IdSet()
  readonly #filters = new Map<number, KeyFilter>()

  constructor(duck: Duck, days: DayFiles) {
    this.#duck = duck
    this.#days = days
  }

  /** Takes in the keys of the table anew, at the start and when rows have left it. */
  async load(connection: DuckDBConnection): Promise<void> {
    const inTable = new IdSet()
    const result = await connection.stream('SELECT key::DOUBLE FROM events')
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
      for (const key of chunk.getColumnValues(0)) inTable.add(key as number)
    this.#inTable = inTable
    const near = this.#nearDays()
    for (const day of [...this.#filters.keys()]) if (!near.includes(day)) this.#filters.delete(day)
    for (const day of near) if (!this.#filters.has(day)) await this.#load(connection, day)
  }

  add(key: number): void {
    this.#inTable.add(key)
  }

  /** A day has got another file. */
  forget(day: number): void {
    this.#filters.delete(day)
  }

  /** Where those of the keys are that are stored. `days` are the days of the events, in the same order. */
  async find(connection: DuckDBConnection, keys: readonly number[], days: readonly number[]): Promise<Known> {
    const known = new Map<number, Whereabouts>()
    const suspects = new Map<number, number[]>()
    const near = this.#nearDays()
    const sealed = new Set(this.#days.all.map(({ day }) => day))
    for (const [i, key] of keys.entries()) {
      if (this.#inTable.has(key)) {
        known.set(key, 'table')
        continue
      }
      const own = days[i]!
      for (const day of !sealed.has(own) || near.includes(own) ? near : [own, ...near])
        if ((this.#filters.get(day) ?? (await this.#load(connection, day))).mayHave(key))
          suspects.set(day, [...(suspects.get(day) ?? []), key])
    }
    for (const [day, some] of suspects)
      for (const { key } of await this.#rows<{ key: number }>(connection, day, 'key::DOUBLE AS key', some))
        known.set(key, day)
    return known
  }

  /** Place and document of the newest of each of these events. */
  async newest(connection: DuckDBConnection, known: Known): Promise<ReadonlyMap<number, Stored>> {
    const newest = new Map<number, Stored>()
    for (const where of new Set(known.values())) {
      const keys = [...known].filter(([, its]) => its === where).map(([key]) => key)
      for (const one of await this.#rows<Stored>(
        connection,
        where,
        'key::DOUBLE AS key, seq::DOUBLE AS seq, doc',
        keys,
      ))
        if (!((newest.get(one.key)?.seq ?? 0) > one.seq)) newest.set(one.key, one)
    }
    return newest
  }

  #rows<T>(connection: DuckDBConnection, where: Whereabouts, columns: string, keys: readonly number[]): Promise<T[]> {
    const table = where === 'table' ? 'events' : this.#days.table(this.#days.all.filter(({ day }) => day === where))
    return rowsOf<T>(this.#duck, connection, `SELECT ${columns} FROM ${table} WHERE key IN (${keys.join()})`)
  }

  #nearDays(): number[] {
    return this.#days.all.slice(-DAYS_LOOKED_AT).map(({ day }) => day)
  }

  async #load(connection: DuckDBConnection, day: number): Promise<KeyFilter> {
    const sql = `SELECT keys FROM day_files WHERE day = ${day}`
    const [row] = await rowsOf<{ keys: Uint8Array }>(this.#duck, connection, sql)
    const filter = KeyFilter.from(row!.keys)
    this.#filters.set(day, filter)
    return filter
  }
}

/** The table, or the number of a sealed day. */
type Whereabouts = 'table' | number
type Known = ReadonlyMap<number, Whereabouts>

export interface Stored {
  readonly key: number
  readonly seq: number
  readonly doc: string
}
