import type { DuckDBConnection } from '@duckdb/node-api'
import type { EcsEvent } from '../../domain/event.ts'
import type { EpochMs, Seq } from '../../domain/time.ts'
import { IdSet } from '../files/seen-ids.ts'
import { requestKeys } from '../request-keys.ts'
import type { DayFiles } from './day-files.ts'
import { DOCUMENT, documentOf, type PackedDocument } from './document.ts'
import { type Duck, numbersOf, rowsOf } from './duck.ts'
import { KeySet } from './key-set.ts'

/**
 * A copy is looked for among all events of the table, those of its own day, and those of this many of the newest sealed days: the late
 * window and the day at hand.
 */
const DAYS_LOOKED_AT = 9

/** Recognises events that are stored already, by their keys, without a look at the disk. */
export class Copies {
  readonly #duck: Duck
  readonly #days: DayFiles
  #inTable = new IdSet()
  readonly #sealed = new Map<number, KeySet>()

  constructor(duck: Duck, days: DayFiles) {
    this.#duck = duck
    this.#days = days
  }

  /** Takes in the keys of the table anew, at the start and when rows have left it. */
  async load(connection: DuckDBConnection): Promise<void> {
    const inTable = new IdSet()
    for await (const keys of numbersOf(this.#duck, connection, 'SELECT key::DOUBLE FROM events'))
      for (const key of keys) inTable.add(key)
    this.#inTable = inTable
    const near = this.#nearDays()
    for (const day of [...this.#sealed.keys()]) if (!near.includes(day)) this.#sealed.delete(day)
    for (const day of near) await this.keysOf(connection, day)
  }

  add(key: number): void {
    this.#inTable.add(key)
  }

  /** A day has got another file, or none any more. */
  forget(day: number): void {
    this.#sealed.delete(day)
  }

  /** Those of the keys that are stored. `days` are the days of their events, in the same order. */
  async find(
    connection: DuckDBConnection,
    keys: readonly number[],
    days: readonly number[],
  ): Promise<ReadonlySet<number>> {
    const near = this.#nearDays()
    const isSealed = new Set(this.#days.all.map(({ day }) => day))
    const known = new Set<number>()
    for (const [i, key] of keys.entries()) {
      const own = days[i]!
      const looked = isSealed.has(own) && !near.includes(own) ? [...near, own] : near
      let found = this.#inTable.has(key)
      for (const day of found ? [] : looked)
        found ||= (this.#sealed.get(day) ?? (await this.keysOf(connection, day))).has(key)
      if (found) known.add(key)
    }
    return known
  }

  /**
   * Place and document of the newest version of these audit events, which are stored. Their time is part of their key, so that only the
   * documents of the same times are read.
   */
  async newest(
    connection: DuckDBConnection,
    events: ReadonlyMap<number, EpochMs>,
  ): Promise<ReadonlyMap<number, { readonly seq: Seq; readonly event: EcsEvent }>> {
    const newest = new Map<number, { seq: Seq; event: EcsEvent }>()
    if (events.size === 0) return newest
    // Those without a time count as of 1970 here: which event it is, the keys tell.
    const times = `coalesce(own_time, time, 0) IN (${[...new Set(events.values())].map((time) => time || 0).join()})`
    const columns = `seq::DOUBLE AS seq, ${DOCUMENT}`
    const files = this.#days.all
    const sql = `SELECT ${columns} FROM events WHERE ${times}${
      files.length === 0 ? '' : ` UNION ALL SELECT ${columns} FROM ${this.#days.table(files)} WHERE ${times}`
    }`
    for (const row of await rowsOf<PackedDocument & { seq: Seq }>(this.#duck, connection, sql)) {
      const event = documentOf(row)
      const [key] = requestKeys([event])
      if (events.has(key!) && (newest.get(key!)?.seq ?? 0) < row.seq) newest.set(key!, { seq: row.seq, event })
    }
    return newest
  }

  /** The keys of a sealed day; none of a day that is not. */
  async keysOf(connection: DuckDBConnection, day: number): Promise<KeySet> {
    const known = this.#sealed.get(day)
    if (known) return known
    const sql = `SELECT keys FROM day_files WHERE day = ${day}`
    const [row] = await rowsOf<{ keys: Uint8Array }>(this.#duck, connection, sql)
    if (row === undefined) return KeySet.of([])
    const keys = KeySet.from(row.keys)
    this.#sealed.set(day, keys)
    return keys
  }

  #nearDays(): number[] {
    return this.#days.all.slice(-DAYS_LOOKED_AT).map(({ day }) => day)
  }
}
