import { mkdir } from 'node:fs/promises'
import { programVersion } from '../program-version.ts'
import type { Storage } from '../storage.ts'
import { type BackupParts, backupTo } from './backup.ts'
import { type DuckStoreOptions, openDuckStore } from './duck-store.ts'
import { Gate } from './gate.ts'
import { openStateFile } from './open-state.ts'
import { failed } from './sqlite-error.ts'

/**
 * Opens the store in a state folder, which is made where it is missing: events and results in DuckDB and Parquet, alerts and state in
 * SQLite. SQLite comes first: its lock keeps a second server off the whole folder.
 *
 * @throws AppError STORE_IN_USE · STORE_TOO_NEW · STORE_DAMAGED · STORE_FULL · STORE_UNREADABLE
 */
export async function openEmbedded(dir: string, options: DuckStoreOptions = {}): Promise<Storage> {
  const program = options.program ?? programVersion()
  await mkdir(dir, { recursive: true, mode: 0o700 }).catch((error) => {
    throw failed(dir, error)
  })
  const file = await openStateFile(dir, program)
  try {
    return joined({ file, duck: await openDuckStore(dir, { ...options, program }), program })
  } catch (error) {
    file.db.close()
    throw error
  }
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
