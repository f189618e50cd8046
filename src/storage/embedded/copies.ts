import type { DuckDBConnection } from '@duckdb/node-api'
import type { EcsEvent } from '../../domain/event.ts'
import type { EpochMs, Seq } from '../../domain/time.ts'
import { requestKeys } from '../request-keys.ts'
import type { EventTimes } from './append-rows.ts'
import { type DayFile, type DayFiles, mayHold } from './day-files.ts'
import { DOCUMENT, documentOf, type PackedDocument } from './document.ts'
import { type Duck, numbersOf, quoted, rowsOf } from './duck.ts'
import { GrowingKeys } from './growing-keys.ts'
import { KeySet } from './key-set.ts'

/**
 * A copy is looked for among all events of the table, in those files that hold events of its own time, and in those of this many of the newest
 * sealed days (the late window and the day at hand), as far as their keys find room.
 */
const DAYS_LOOKED_AT = 9
/** Keys of sealed days that are held in memory, at five bytes each. */
const KEYS_HELD = 25_000_000
/** So many other files' keys are held besides, those that were last asked for. */
const OTHERS_HELD = 8

/** Recognises events that are stored already, by their keys, without a look at the disk. */
export class Copies {
  readonly #duck: Duck
  readonly #days: DayFiles
  #inTable = new GrowingKeys()
  /** What will take its place. */
  #coming: GrowingKeys | undefined
  /** Keys by the name of their file: of those near, and of some others in the order of their last use. */
  readonly #near = new Map<string, KeySet>()
  readonly #others = new Map<string, KeySet>()
  readonly #keysHeld: number

  constructor(duck: Duck, days: DayFiles, keysHeld = KEYS_HELD) {
    this.#duck = duck
    this.#days = days
    this.#keysHeld = keysHeld
  }

  /**
   * Takes in all keys anew, at the start and when events have left the table. Others may append meanwhile: until it is done, the keys from before
   * are known as well.
   */
  async load(connection: DuckDBConnection): Promise<void> {
    const coming = new GrowingKeys()
    this.#coming = coming
    for await (const keys of numbersOf(this.#duck, connection, 'SELECT key::DOUBLE FROM events'))
      for (const key of keys) coming.add(key)
    await this.hold(connection)
    this.#inTable = coming
    this.#coming = undefined
  }

  /** Sees to it that the keys of the newest files are in memory, and no others. */
  async hold(connection: DuckDBConnection): Promise<void> {
    const newest = nearest(this.#days.all, this.#keysHeld)
    const names = new Set(newest.map(({ file }) => file))
    for (const file of this.#near.keys()) if (!names.has(file)) this.#near.delete(file)
    for (const one of newest) this.#near.set(one.file, await this.keysOf(connection, one))
    for (const file of names) this.#others.delete(file)
  }

  add(key: number): void {
    this.#inTable.add(key)
    this.#coming?.add(key)
  }

  /** Files that were replaced or dropped. */
  forget(files: readonly DayFile[]): void {
    for (const { file } of files) {
      this.#near.delete(file)
      this.#others.delete(file)
    }
  }

  /** Those of the keys that are stored. `times` are those of their events, in the same order. */
  async find(
    connection: DuckDBConnection,
    keys: readonly number[],
    times: readonly EventTimes[],
  ): Promise<ReadonlySet<number>> {
    const far = this.#farFiles(times)
    const known = new Set<number>()
    for (const [i, key] of keys.entries()) {
      const { time } = times[i]!
      let found = this.#inTable.has(key)
      if (!found) for (const near of this.#near.values()) found ||= near.has(key)
      if (!found && far.length > 0)
        for (const one of far) if (mayHold(one, time, time)) found ||= (await this.keysOf(connection, one)).has(key)
      if (found) known.add(key)
    }
    return known
  }

  /** Files whose keys are not in memory and which may hold events of these times. */
  #farFiles(times: readonly EventTimes[]): readonly DayFile[] {
    let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const { time } of times) {
      if (time < from) from = time
      if (time > to) to = time
    }
    return this.#days.all.filter((one) => !this.#near.has(one.file) && mayHold(one, from, to))
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
    const wanted = [...new Set(events.values())].map((time) => time || 0)
    const times = `coalesce(own_time, time, 0) IN (${wanted.join()})`
    const columns = `seq::DOUBLE AS seq, ${DOCUMENT}`
    const files = this.#days.all.filter(
      (one) => one.first_time === null || wanted.some((time) => time === 0 || mayHold(one, time, time)),
    )
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

  /** The keys of a file. */
  async keysOf(connection: DuckDBConnection, one: DayFile): Promise<KeySet> {
    const near = this.#near.get(one.file)
    if (near) return near
    const keys = this.#others.get(one.file) ?? (await this.#read(connection, one))
    this.#others.delete(one.file)
    this.#others.set(one.file, keys)
    if (this.#others.size > OTHERS_HELD) this.#others.delete(this.#others.keys().next().value!)
    return keys
  }

  async #read(connection: DuckDBConnection, { file }: DayFile): Promise<KeySet> {
    const sql = `SELECT keys FROM day_files WHERE file = ${quoted(file)}`
    const [row] = await rowsOf<{ keys: Uint8Array }>(this.#duck, connection, sql)
    return KeySet.from(row!.keys)
  }
}

/** The files of the newest days, the newest first, as long as their keys find room. */
function nearest(files: readonly DayFile[], most: number): DayFile[] {
  const days = new Set([...new Set(files.map(({ day }) => day))].slice(-DAYS_LOOKED_AT))
  let keys = 0
  return files
    .filter(({ day }) => days.has(day))
    .reverse()
    .filter(({ events }) => {
      keys += events
      return keys <= most
    })
}
