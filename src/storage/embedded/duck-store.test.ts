import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { eventStoreContract, resultStoreContract } from '../contract.ts'
import { openDuckStore } from './duck-store.ts'
import type { DuckStore } from './reopening.ts'

const folder = mkdtempSync(join(tmpdir(), 'oddsock-duck-'))
const stores: DuckStore[] = []
after(async () => {
  for (const store of stores) await store.close()
  rmSync(folder, { recursive: true })
})

async function fresh(): Promise<DuckStore> {
  const store = await openDuckStore(join(folder, `${stores.length}`), { threads: 1 })
  stores.push(store)
  return store
}

eventStoreContract('embedded', async () => (await fresh()).events)
resultStoreContract('embedded', async () => (await fresh()).results)
