import { join } from 'node:path'
import { SqliteAlerts } from './alerts.ts'
import { migrate } from './migrate.ts'
import { Sqlite } from './sqlite.ts'
import { SqliteState } from './state.ts'
import { STATE_MIGRATIONS } from './state-schema.ts'

/** The file of a state folder that everything with full durability is in; its lock is the lock of the folder. */
export const STATE_FILE = 'state.sqlite'

/** What belongs together under one durable commit: alerts, their outbox, and all that the engine must find again. */
export interface StateFile {
  readonly db: Sqlite
  readonly alerts: SqliteAlerts
  readonly state: SqliteState
}

/**
 * @param dir an existing folder
 * @param program the version of oddsock that opens it
 * @throws AppError STORE_IN_USE · STORE_TOO_NEW · STORE_DAMAGED · STORE_UNREADABLE
 */
export async function openStateFile(dir: string, program: string): Promise<StateFile> {
  const db = await Sqlite.open(join(dir, STATE_FILE))
  try {
    migrate(db, STATE_MIGRATIONS, program)
  } catch (error) {
    db.close()
    throw error
  }
  return { db, alerts: new SqliteAlerts(db), state: new SqliteState(db) }
}
