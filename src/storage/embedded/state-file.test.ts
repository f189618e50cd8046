import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { alertStoreContract, stateStoreContract } from '../contract.ts'
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

alertStoreContract('SQLite', async () => (await openNew()).alerts)
stateStoreContract('SQLite', async () => (await openNew()).state)
