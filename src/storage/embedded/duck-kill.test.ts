import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ALL } from '../../query/ast.ts'
import { openDuckStore } from './duck-store.ts'
import type { DuckStore } from './reopening.ts'

const folder = mkdtempSync(join(tmpdir(), 'oddsock-kill-'))
after(() => rmSync(folder, { recursive: true }))

/** Takes in events, six days with each turn, and seals them and what came late for them, until it is killed; says what was confirmed. */
const TAKE_IN = `
  import { openDuckStore } from ${JSON.stringify(fileURLToPath(new URL('duck-store.ts', import.meta.url)))}
  const [dir, from] = process.argv.slice(-2)
  const store = await openDuckStore(dir, { threads: 1, sealing: { fewest: 1, most: 150 } })
  const DAY = 86_400_000
  for (let n = Number(from); ; n += 600) {
    const events = Array.from({ length: 600 }, (_, i) => ({
      '@timestamp': new Date(Date.UTC(2026, 0, 6) + (i % 6) * DAY + n).toISOString(),
      event: { id: String(n + i) },
    }))
    await store.events.append(events)
    console.log(n + 600)
    await store.tend(Date.UTC(2026, 1, 6) + n * DAY)
  }`

/** Kills it some time after its first word, and answers how many events were confirmed by then. */
async function killed(dir: string, from: number, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', TAKE_IN, dir, String(from)])
  let confirmed = from
  for await (const line of createInterface(child.stdout)) {
    if (confirmed === from) setTimeout(() => child.kill('SIGKILL'), afterMs)
    confirmed = Number(line)
  }
  return confirmed
}

async function idsOf(store: DuckStore): Promise<number[]> {
  const ids: number[] = []
  let page = await store.events.scan(ALL, { after: 0, limit: 5000 })
  while (page.items.length > 0) {
    for (const { doc } of page.items) ids.push(Number((doc.event as { id: string }).id))
    page = await store.events.scan(ALL, { after: page.next, limit: 5000 })
  }
  return ids
}

test('a store that is killed while it takes in and seals has each confirmed event once', async () => {
  const dir = join(folder, 'store')
  let confirmed = 0
  // Some in the middle of sealing, some of an append: one turn takes some hundred milliseconds.
  for (const afterMs of [30, 170, 310, 530]) {
    confirmed = await killed(dir, confirmed, afterMs)
    const store = await openDuckStore(dir, { threads: 1 })
    const ids = await idsOf(store)
    const more = ids.length - confirmed
    assert.ok(more === 0 || more === 600, `${more} more than were confirmed`)
    assert.deepEqual(
      ids,
      Array.from({ length: ids.length }, (_, i) => i),
    )
    // Whoever was not told that they are stored sends them again.
    const again = Array.from({ length: 600 }, (_, i) => ({ event: { id: String(confirmed + i) } }))
    if (more > 0) assert.equal(await store.events.append(again), ids.length)
    confirmed = ids.length
    await store.close()
  }
})
