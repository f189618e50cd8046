import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { alertStoreContract, stateStoreContract } from '../contract.ts'
import { alertsAsInMemory, type Reopening, stateAsInMemory } from '../memory/contract.ts'
import { openStateFile, type StateFile } from './open-state.ts'

const root = mkdtempSync(join(tmpdir(), 'oddsock-state-'))
const opened: StateFile[] = []
after(() => {
  for (const { db } of opened) db.close()
  rmSync(root, { recursive: true })
})

async function openNew(): Promise<StateFile> {
  const file = await openStateFile(mkdtempSync(join(root, 'store-')), '0.1.0')
  opened.push(file)
  return file
}

/** A store that can be closed and opened again; `part` picks alerts or state. */
async function reopening<T>(part: (file: StateFile) => T): Promise<Reopening<T>> {
  const dir = mkdtempSync(join(root, 'store-'))
  let file = await openStateFile(dir, '0.1.0')
  return {
    store: part(file),
    async reopen() {
      file.db.close()
      file = await openStateFile(dir, '0.1.0')
      return part(file)
    },
    async close() {
      file.db.close()
    },
  }
}

alertStoreContract('SQLite', async () => (await openNew()).alerts)
stateStoreContract('SQLite', async () => (await openNew()).state)
alertsAsInMemory('SQLite', () => reopening(({ alerts }) => alerts))
stateAsInMemory('SQLite', () => reopening(({ state }) => state))
