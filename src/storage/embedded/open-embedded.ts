import { mkdir } from 'node:fs/promises'
import { AppError } from '../../domain/error.ts'
import { oddsockVersion } from '../program-version.ts'
import type { Storage } from '../storage.ts'
import { type BackupParts, backupTo } from './backup.ts'
import { DATABASE } from './duck-files.ts'
import { type DuckStoreOptions, openDuckStore } from './duck-store.ts'
import { Gate } from './gate.ts'
import { openStateFile, STATE_FILE } from './open-state.ts'
import type { DuckStore } from './reopening.ts'
import type { Sqlite } from './sqlite.ts'
import { failed } from './sqlite-error.ts'

/**
 * Opens the store in a state folder, which is made where it is missing: events and results in DuckDB and Parquet, alerts and state in
 * SQLite. SQLite comes first: its lock keeps a second server off the whole folder.
 *
 * @throws AppError STORE_IN_USE · STORE_TOO_NEW · STORE_DAMAGED · STORE_FULL · STORE_UNREADABLE
 */
export async function openEmbedded(dir: string, options: DuckStoreOptions = {}): Promise<Storage> {
  const program = options.program ?? oddsockVersion()
  await mkdir(dir, { recursive: true, mode: 0o700 }).catch((error) => {
    throw failed(dir, error)
  })
  const file = await openStateFile(dir, program)
  let duck: DuckStore | undefined
  try {
    duck = await openDuckStore(dir, { ...options, program })
    checkPair(dir, file.db, duck)
    return joined({ file, duck, program })
  } catch (error) {
    await duck?.close()
    file.db.close()
    throw error
  }
}

/**
 * State that speaks of events which are not there (`events.duckdb` removed, or of another folder) would be believed, and hide all that
 * comes. The other way round is harmless: without state the jobs go through the stored events again.
 */
function checkPair(dir: string, db: Sqlite, { id }: DuckStore): void {
  db.run(`INSERT INTO about VALUES ('store_id', ?) ON CONFLICT DO NOTHING`, id)
  if (db.value(`SELECT value FROM about WHERE name = 'store_id'`) === id) return
  throw new AppError({
    message: `Cannot open "${dir}": ${STATE_FILE} was not kept together with ${DATABASE}`,
    where: dir,
    code: 'STORE_DAMAGED',
    hint:
      `One of them is new, or of another folder. Put back both of one backup (\`oddsock restore\`). Without one, move ${STATE_FILE} ` +
      'away too: the jobs then learn again from the events that are there, and the alerts begin anew.',
  })
}

function joined(parts: BackupParts): Storage {
  const { file, duck } = parts
  const backups = new Gate()
  return {
    events: duck.events,
    results: duck.results,
    alerts: file.alerts,
    state: file.state,
    tend: (now) => duck.tend(now),
    backup: (dir) => backups.alone(() => backupTo(parts, dir)),
    async close() {
      await backups.alone(async () => {})
      await duck.close()
      file.db.close()
    },
  }
}
