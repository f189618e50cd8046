import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type Database from 'libsql'
import { damaged, sqliteError } from './sqlite-error.ts'

/** What a column holds or a parameter may be. A missing parameter would be NULL in silence, hence no `undefined`. */
export type Value = string | number | null | Buffer

/**
 * One SQLite file that belongs to this process alone for as long as it is open; the lock goes with the process, however it ends.
 * Each change is on the disk when its call returns. Errors that somebody can act on are `AppError`s; all other are bugs.
 *
 * Never open the file by other means in this process: closing it would drop the lock (POSIX), and nobody would notice.
 */
export class Sqlite {
  readonly path: string
  readonly #db: Database.Database
  readonly #statements = new Map<string, Database.Statement>()

  private constructor(path: string, db: Database.Database) {
    this.path = path
    this.#db = db
  }

  /**
   * Opens or creates a file, and looks whether it is whole. Its folder is there.
   *
   * @throws AppError STORE_IN_USE · STORE_DAMAGED · STORE_UNREADABLE
   */
  static async open(path: string): Promise<Sqlite> {
    const { default: Libsql } = await import('libsql')
    let db: Database.Database | undefined
    try {
      db = new Libsql(path)
      // Exclusive before anything is read: in WAL mode the lock is then taken at the first look, and no shared memory is needed.
      db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      db.exec(`PRAGMA journal_size_limit = ${64 * 1024 ** 2}`)
      const opened = new Sqlite(path, db)
      const found = opened.value<string>('PRAGMA quick_check(1)')
      if (found !== 'ok') throw damaged(path, new Error(found))
      return opened
    } catch (error) {
      db?.close()
      throw sqliteError(path, error)
    }
  }

  rows<Row extends readonly Value[]>(sql: string, ...values: readonly Value[]): Row[] {
    return this.#guarded(() => this.#prepared(sql).all([...values]) as unknown[] as Row[])
  }

  row<Row extends readonly Value[]>(sql: string, ...values: readonly Value[]): Row | undefined {
    return this.#guarded(() => this.#prepared(sql).get([...values]) as Row | undefined)
  }

  /** The first column of the first row. */
  value<T extends Value>(sql: string, ...values: readonly Value[]): T | undefined {
    return this.row<[T]>(sql, ...values)?.[0]
  }

  /** Answers how many rows were changed. */
  run(sql: string, ...values: readonly Value[]): number {
    return this.#guarded(() => this.#prepared(sql).run([...values]).changes)
  }

  /** Statements without parameters and answers. */
  script(sql: string): void {
    this.#guarded(() => this.#db.exec(sql))
  }

  /** All that `work` does happens, or nothing. */
  transaction<T>(work: () => T): T {
    this.script('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.script('COMMIT')
      return result
    } catch (error) {
      // A full disk may have ended the transaction already.
      if (this.#db.inTransaction) this.script('ROLLBACK')
      throw error
    }
  }

  /** Writes what the store holds now to another file, which must not be there, durably. Everything else waits meanwhile. */
  copyTo(path: string): void {
    this.run('VACUUM INTO ?', path)
    for (const written of [path, dirname(path)]) {
      const file = openSync(written, 'r')
      fsyncSync(file)
      closeSync(file)
    }
  }

  /**
   * libsql keeps a connection, and its lock, until the last statement is collected as garbage. So the lock is given back by hand, which
   * needs the store to leave WAL mode first; at rest it is then a single file.
   */
  close(): void {
    this.#statements.clear()
    try {
      this.#db.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT count(*) FROM sqlite_schema')
    } catch {
      // On a full disk, say. What was confirmed stands in the log beside the file, for whoever opens it next.
    }
    this.#db.close()
  }

  #prepared(sql: string): Database.Statement {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = this.#db.prepare(sql)
      if (statement.reader) statement.raw()
      this.#statements.set(sql, statement)
    }
    return statement
  }

  // Parameters go to libsql as one list: it takes a single Buffer for the list itself, and aborts the process.
  #guarded<T>(act: () => T): T {
    try {
      return act()
    } catch (error) {
      throw sqliteError(this.path, error)
    }
  }
}
