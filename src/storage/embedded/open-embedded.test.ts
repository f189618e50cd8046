import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openStorage } from '../index.ts'
import { resultsAsInMemory } from '../memory/contract.ts'
import { DATABASE } from './duck-files.ts'
import { openEmbedded } from './open-embedded.ts'
import { openStateFile, STATE_FILE } from './open-state.ts'

const root = mkdtempSync(join(tmpdir(), 'oddsock-embedded-'))
after(() => rmSync(root, { recursive: true }))

const newDir = () => mkdtempSync(join(root, 'store-'))
const settings = { engine: 'embedded', keep: 90 * 86_400_000, keep_size: 1e9 } as const
const event = { '@timestamp': '2026-01-06T00:00:00.000Z', host: { name: 'a' }, event: { id: '1' } }

resultsAsInMemory('the embedded store', async () => {
  const dir = newDir()
  let storage = await openEmbedded(dir, { threads: 1 })
  return {
    store: storage.results,
    async reopen() {
      await storage.close()
      storage = await openEmbedded(dir, { threads: 1 })
      return storage.results
    },
    close: () => storage.close(),
  }
})

test('a store is made where there is none, for its owner alone, and holds all that it was given', async () => {
  const path = join(newDir(), 'var', 'lib')
  for (const opening of ['first', 'second']) {
    const storage = await openStorage({ ...settings, path })
    assert.equal(await storage.events.append([event]), 1)
    assert.equal(await storage.state.put(opening, opening, 0), 'written')
    await storage.close()
  }
  assert.equal(statSync(path).mode & 0o077, 0)
})

test('a folder that somebody uses is left alone: nothing of the events is opened', async () => {
  const dir = newDir()
  const { db } = await openStateFile(dir, '0.1.0')
  await assert.rejects(openEmbedded(dir), { code: 'STORE_IN_USE' })
  assert.ok(!existsSync(join(dir, DATABASE)))
  db.close()
  await (await openEmbedded(dir)).close()
})

test('a store that cannot be opened whole is not left half open', async () => {
  const dir = newDir()
  await (await openEmbedded(dir)).close()
  rmSync(join(dir, DATABASE))
  writeFileSync(join(dir, DATABASE), 'x'.repeat(20_000))
  for (const _ of [1, 2]) await assert.rejects(openEmbedded(dir), { code: 'STORE_DAMAGED', where: join(dir, DATABASE) })
})

test('state without the events that it speaks of is refused, events without state are not', async () => {
  const dir = newDir()
  const storage = await openEmbedded(dir)
  await storage.events.append([event])
  await storage.state.put('k', 1, 0)
  await storage.close()
  renameSync(join(dir, DATABASE), join(dir, 'elsewhere'))
  for (const _ of [1, 2])
    await assert.rejects(openEmbedded(dir), { code: 'STORE_DAMAGED', message: /not kept together/ })
  renameSync(join(dir, 'elsewhere'), join(dir, DATABASE))
  rmSync(join(dir, STATE_FILE))
  for (const _ of [1, 2]) {
    const again = await openEmbedded(dir)
    assert.equal((await again.events.last())?.seq, 1)
    assert.deepEqual(await again.state.keys(''), [])
    await again.close()
  }
})

test('a path that is no folder is told', async () => {
  const file = join(newDir(), 'file')
  writeFileSync(file, '')
  await assert.rejects(openEmbedded(file), { code: 'STORE_UNREADABLE', where: file })
})
