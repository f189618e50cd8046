import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { AppError } from '../../domain/error.ts'
import { DAY, type EpochMs, isoTime, type Seq } from '../../domain/time.ts'
import { type Duck, quoted, rowsOf } from './duck.ts'

/** Events of one day in a file of their own; a busy day has several files. */
export interface DayFile {
  /** Days since 1970. */
  readonly day: number
  readonly file: string
  readonly bytes: number
  readonly events: number
  readonly first_seq: Seq
  readonly last_seq: Seq
  /** The latest stamp `CLOCK` in it; null if none has one. */
  readonly last_clock: EpochMs | null
  readonly sealed_at: EpochMs
  /** No time of its events, their own or that of their bucket, lies outside; null where nobody looked, or there is none. */
  readonly first_time: EpochMs | null
  readonly last_time: EpochMs | null
}

const COLUMNS = `day, file, bytes::DOUBLE bytes, events::DOUBLE events, first_seq::DOUBLE first_seq,
  last_seq::DOUBLE last_seq, last_clock::DOUBLE last_clock, sealed_at::DOUBLE sealed_at, first_time::DOUBLE first_time,
  last_time::DOUBLE last_time`

/** Whether a file may hold events whose time is in the range, both ends included. */
export function mayHold({ day, first_time, last_time }: DayFile, from: EpochMs, to: EpochMs): boolean {
  return (first_time ?? day * DAY) <= to && (last_time ?? (day + 1) * DAY - 1) >= from
}

/** The files of sealed days. Only those are read that the database has registered (`time-and-order.md` §9). */
export class DayFiles {
  readonly folder: string
  #files: readonly DayFile[] = []

  constructor(folder: string) {
    this.folder = folder
  }

  get all(): readonly DayFile[] {
    return this.#files
  }

  path(file: string): string {
    return join(this.folder, file)
  }

  /** Some of the files as SQL reads them. */
  table(files: readonly DayFile[]): string {
    return `read_parquet([${files.map(({ file }) => quoted(this.path(file))).join()}])`
  }

  /** A name that no registered file has. `upTo` is how far the sequence has come. */
  newName(day: number, upTo: Seq): string {
    const name = `${isoTime(day * DAY).slice(0, 10)}.${upTo}`
    const taken = new Set(this.#files.map(({ file }) => file))
    let file = `${name}.parquet`
    for (let n = 2; taken.has(file); n++) file = `${name}.${n}.parquet`
    return file
  }

  /**
   * Reads the register, and removes what is left of files that never got into it or were replaced.
   *
   * @throws AppError STORE_DAMAGED if a registered file is missing or has another size
   */
  async load(duck: Duck, connection: DuckDBConnection): Promise<void> {
    this.#files = await rowsOf<DayFile>(duck, connection, `SELECT ${COLUMNS} FROM day_files ORDER BY day, first_seq`)
    await mkdir(this.folder, { recursive: true })
    const registered = new Map(this.#files.map((one) => [one.file, one]))
    for (const name of await readdir(this.folder))
      if (!registered.has(name) && /\.(parquet|unfinished)$/.test(name)) await rm(this.path(name), { force: true })
    for (const one of this.#files) await this.#check(one)
  }

  async #check(one: DayFile): Promise<void> {
    const path = this.path(one.file)
    const size = await stat(path).then(
      (found) => found.size,
      () => undefined,
    )
    if (size === one.bytes) return
    const found = size === undefined ? 'it is missing' : `it has ${size} bytes, expected ${one.bytes}`
    throw new AppError({
      message: `Cannot read "${path}": ${found}`,
      where: path,
      code: 'STORE_DAMAGED',
      hint: `Lost are the ${one.events} events of ${basename(one.file).slice(0, 10)}; nothing else is touched. Put the file back from the last backup (\`oddsock restore\`).`,
    })
  }

  /** Registers a file in the transaction at hand. `keys` are those of its events (`key-set.ts`). */
  async register(duck: Duck, connection: DuckDBConnection, one: DayFile, keys: Uint8Array): Promise<void> {
    const { day, file, bytes, events, first_seq, last_seq, last_clock, sealed_at, first_time, last_time } = one
    await connection.run(
      `INSERT INTO day_files (day, file, bytes, events, first_seq, last_seq, last_clock, sealed_at, keys, first_time, last_time)
        VALUES (${day}, ${quoted(file)}, ${bytes}, ${events}, ${first_seq}, ${last_seq}, ${last_clock}, ${sealed_at}, $1, ${first_time},
          ${last_time})`,
      [new duck.api.DuckDBBlobValue(keys)],
    )
  }

  async unregister(connection: DuckDBConnection, files: readonly DayFile[]): Promise<void> {
    if (files.length === 0) return
    await connection.run(`DELETE FROM day_files WHERE file IN (${files.map(({ file }) => quoted(file)).join()})`)
  }

  /** What `register` and `unregister` have done is committed: readers go by it from now on. */
  replace(files: readonly DayFile[], by?: DayFile): void {
    const others = this.#files.filter((one) => !files.includes(one))
    const all = by ? [...others, by] : others
    this.#files = all.sort((a, b) => a.day - b.day || a.first_seq - b.first_seq)
  }

  async remove(file: string): Promise<void> {
    await rm(this.path(file), { force: true })
  }
}

/** Makes sure that a file, or what a folder lists, is on the disk. */
export async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
