import { rmSync } from 'node:fs'
import { AppError } from '../../domain/error.ts'
import type { Sqlite } from './sqlite.ts'

/** SQL that takes a store one step forward. Its place in the list, from 1, is the version it leads to; none is ever changed. */
export type Migration = string

/** 'odds' in ASCII: tells our files from other SQLite databases. */
const APPLICATION_ID = 0x6f646473

/**
 * Brings a store to the newest version, forward only; one that is there already is copied first (`state.sqlite` to
 * `state.sqlite.v1`). The table `about` is the one thing that all versions share: it names the program that the store needs.
 *
 * @param program this version of oddsock, for the message of an older one that meets this store
 * @throws AppError STORE_TOO_NEW · STORE_UNREADABLE when the file belongs to another program
 */
export function migrate(db: Sqlite, migrations: readonly Migration[], program: string): void {
  const version = versionOf(db, migrations.length, program)
  if (version === migrations.length) return
  if (version > 0) keepCopy(db, version)
  db.transaction(() => {
    db.script('CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT')
    for (const migration of migrations.slice(version)) db.script(migration)
    db.run(`INSERT OR REPLACE INTO about VALUES ('needs_oddsock', ?)`, program)
    db.script(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}`)
  })
}

/** An attempt that failed may have left such a copy; it was of the same version. */
function keepCopy(db: Sqlite, version: number): void {
  const copy = `${db.path}.v${version}`
  rmSync(copy, { force: true })
  db.copyTo(copy)
}

function versionOf(db: Sqlite, newest: number, program: string): number {
  if (db.value<number>('SELECT count(*) FROM sqlite_schema') === 0) return 0
  if (db.value<number>('PRAGMA application_id') !== APPLICATION_ID)
    throw new AppError({
      message: `Cannot open "${db.path}": it is a database of another program`,
      where: db.path,
      code: 'STORE_UNREADABLE',
      hint: 'Give oddsock a state folder of its own.',
    })
  const version = db.value<number>('PRAGMA user_version')!
  if (version <= newest) return version
  const needed = db.value<string>(`SELECT value FROM about WHERE name = 'needs_oddsock'`)
  throw new AppError({
    message: `Cannot open "${db.path}": it was written by oddsock ${needed}, and this is ${program}`,
    where: db.path,
    code: 'STORE_TOO_NEW',
    hint: `Install oddsock ${needed} or newer, or restore a backup that was made before.`,
  })
}
