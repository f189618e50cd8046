import { copyFile, link, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type DayFiles, synced } from './day-files.ts'
import { type Duck, quoted, rowsOf } from './duck.ts'
import { DATABASE, DAYS } from './duck-files.ts'

export interface CopyParts {
  readonly duck: Duck
  readonly days: DayFiles
  /** Runs a task while nothing is written, sealed or dropped. */
  still<T>(task: () => Promise<T>): Promise<T>
}

/** What a copy is called while it is attached. */
const COPY = 'backup'

/**
 * Copies the store as it is at one moment. Only fixing that moment holds writers up: a transaction begins to look at the database, and
 * the files of sealed days, which never change, get a second name in the folder (or a copy, on another disk). The rows are then
 * copied by DuckDB within that transaction, while others append. The database file itself must not be read by other means in this
 * process: closing it would drop DuckDB's lock on it (POSIX).
 *
 * @throws AppError STORE_FULL · STORE_UNREADABLE, and errors of the file system as they are
 */
export async function copyDuck({ duck, days, still }: CopyParts, dir: string): Promise<void> {
  await mkdir(join(dir, DAYS))
  const connection = await duck.connect()
  const run = (sql: string) => rowsOf<{ readonly name: string }>(duck, connection, sql)
  try {
    await run(`ATTACH ${quoted(join(dir, DATABASE))} AS ${COPY}`)
    try {
      await run('BEGIN')
      const [source] = await still(async () => {
        for (const { file } of days.all) await linkOrCopy(days.path(file), join(dir, DAYS, file))
        return run('SELECT current_database() AS name FROM about LIMIT 1')
      })
      await run(`COPY FROM DATABASE "${source!.name}" TO ${COPY}`)
      await run('COMMIT')
      await run(`CHECKPOINT ${COPY}`)
    } finally {
      await run('ROLLBACK').catch(() => {})
      await run(`DETACH ${COPY}`)
    }
  } finally {
    duck.disconnect(connection)
  }
  await synced(join(dir, DAYS))
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch(async () => {
    await copyFile(from, to)
    await synced(to)
  })
}
