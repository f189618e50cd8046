import type { DuckDBConnection } from '@duckdb/node-api'
import { AppError } from '../../domain/error.ts'
import type { Duck } from './duck.ts'
import { quoted, rowsOf } from './duck.ts'

/**
 * SQL that takes the store one step forward. Its place in the list, from 1, is the version it leads to; none is ever changed.
 *
 * Times are in ms since 1970. `time` is the one that decides the bucket, `own_time` that of the event where it is another;
 * `day` counts days since 1970 by `time`, else by `clock`.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE about (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);
   CREATE TABLE events (seq BIGINT, clock BIGINT, time BIGINT, own_time BIGINT, day INTEGER, key BIGINT, kind VARCHAR USING COMPRESSION zstd,
     doc VARCHAR USING COMPRESSION zstd);
   CREATE TABLE revisions (old_seq BIGINT, new_seq BIGINT);
   CREATE TABLE field_lists (id INTEGER, fields VARCHAR);
   CREATE TABLE day_files (day INTEGER, file VARCHAR, bytes BIGINT, events BIGINT, first_seq BIGINT, last_seq BIGINT, last_clock BIGINT,
     sealed_at BIGINT, keys BLOB);
   CREATE TABLE results (seq BIGINT, job_id VARCHAR, time BIGINT, key VARCHAR, doc VARCHAR)`,
  `ALTER TABLE day_files ADD COLUMN first_time BIGINT;
   ALTER TABLE day_files ADD COLUMN last_time BIGINT`,
]

/**
 * Brings the store to the newest version, forward only. The table `about` is the one thing that all versions share: it names the
 * program that the store needs.
 *
 * @param program this version of oddsock
 * @throws AppError STORE_TOO_NEW
 */
export async function migrateDuck(duck: Duck, connection: DuckDBConnection, program: string): Promise<void> {
  const version = await versionOf(duck, connection, program)
  if (version === MIGRATIONS.length) return
  await duck.transaction(connection, async () => {
    for (const migration of MIGRATIONS.slice(version)) await connection.run(migration)
    await setAbout(connection, 'version', String(MIGRATIONS.length))
    await setAbout(connection, 'needs_oddsock', program)
  })
}

async function versionOf(duck: Duck, connection: DuckDBConnection, program: string): Promise<number> {
  const tables = await rowsOf(duck, connection, `SELECT 1 FROM duckdb_tables() WHERE table_name = 'about'`)
  if (tables.length === 0) return 0
  const version = Number(await about(duck, connection, 'version'))
  if (version <= MIGRATIONS.length) return version
  const needed = await about(duck, connection, 'needs_oddsock')
  throw new AppError({
    message: `Cannot open "${duck.path}": it was written by oddsock ${needed}, and this is ${program}`,
    where: duck.path,
    code: 'STORE_TOO_NEW',
    hint: `Install oddsock ${needed} or newer, or restore a backup that was made before.`,
  })
}

export async function about(duck: Duck, connection: DuckDBConnection, name: string): Promise<string | undefined> {
  const [row] = await rowsOf<{ value: string }>(
    duck,
    connection,
    `SELECT value FROM about WHERE name = ${quoted(name)}`,
  )
  return row?.value
}

export async function setAbout(connection: DuckDBConnection, name: string, value: string): Promise<void> {
  await connection.run(`INSERT OR REPLACE INTO about VALUES (${quoted(name)}, ${quoted(value)})`)
}
