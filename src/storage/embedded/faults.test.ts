import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { AppError } from '../../domain/error.ts'
import { ALL } from '../../query/ast.ts'
import { openEmbedded } from './open-embedded.ts'
import { openStateFile, STATE_FILE, type StateFile } from './open-state.ts'
import { Sqlite } from './sqlite.ts'
import { killAll, writing } from './testing/killed.ts'

const root = mkdtempSync(join(tmpdir(), 'oddsock-faults-'))
after(async () => {
  await killAll()
  rmSync(root, { recursive: true })
})

const newDir = () => mkdtempSync(join(root, 'store-'))
const open = (dir: string) => openStateFile(dir, '0.1.0')

async function used<T>(dir: string, use: (file: StateFile) => Promise<T>): Promise<T> {
  const file = await open(dir)
  try {
    return await use(file)
  } finally {
    file.db.close()
  }
}

/** A folder with 50 alerts and a model that fills many pages. */
async function filledDir(): Promise<string> {
  const dir = newDir()
  await used(dir, async ({ alerts, state }) => {
    for (let n = 1; n <= 50; n++)
      await alerts.create({
        '@timestamp': '2026-01-06T00:00:00.000Z',
        'kibana.alert.uuid': `${n}`,
        'kibana.alert.workflow_status': 'open',
        message: 'x'.repeat(2000),
      })
    await state.put(
      'model',
      Array.from({ length: 100_000 }, (_, i) => Math.sin(i)),
      0,
    )
  })
  return dir
}

/** Alerts 1 to n and nothing else are there, each with its notice; answers n. */
async function wholeHistory({ alerts }: StateFile): Promise<number> {
  const found = await alerts.search(ALL, 1e9)
  const numbers = found.map(({ doc }) => doc['kibana.alert.uuid'])
  assert.deepEqual(
    numbers,
    numbers.map((_, i) => `alert ${i + 1}`),
  )
  const { items } = await alerts.notices({ after: 0, limit: 1e9 })
  assert.deepEqual(
    items.map(({ doc }) => doc.alert_id),
    numbers,
  )
  return numbers.length
}

const refusal =
  (code: string, ...words: RegExp[]) =>
  (error: unknown) => {
    assert.ok(error instanceof AppError, String(error))
    assert.equal(error.code, code)
    for (const word of words) assert.match(`${error.message} ${error.hint}`, word)
    return true
  }

test('a process that is killed while it writes loses nothing that it has confirmed, and leaves no half', async () => {
  const dir = newDir()
  let confirmed = 0
  for (const lines of [2, 11, 40, 23]) {
    const writer = await writing('writer.ts', dir, lines)
    confirmed = await writer.kill()
    await used(dir, async (file) => {
      const cursor = (await file.state.get('cursor'))!.doc as number
      assert.ok(cursor === confirmed || cursor === confirmed + 1, `cursor ${cursor}, confirmed ${confirmed}`)
      const alerts = await wholeHistory(file)
      assert.ok(alerts === cursor || alerts === cursor + 1, `${alerts} alerts, cursor ${cursor}`)
      const model = (await file.state.get('model'))?.doc as { n: number; model: number[] } | undefined
      if (cursor >= 10) assert.equal(model!.model[2], 2 * model!.n)
    })
  }
})

test('a server that is killed while it takes in events has all that it has confirmed, and state is not ahead of them', async () => {
  const dir = newDir()
  for (const lines of [1, 12, 25]) {
    const confirmed = await (await writing('feeder.ts', dir, lines)).kill()
    const storage = await openEmbedded(dir, { threads: 1 })
    const { items } = await storage.events.scan(ALL, { after: 0, limit: 1e6 })
    const numbers = items.map(({ doc }) => Number((doc.event as { id: string }).id)).sort((a, b) => a - b)
    assert.deepEqual(
      numbers,
      numbers.map((_, i) => i + 1),
    )
    const cursor = (await storage.state.get('cursor'))!.doc as number
    assert.ok(confirmed <= cursor && cursor <= numbers.length, `${confirmed}, ${cursor}, ${numbers.length}`)
    await storage.close()
  }
})

test('a second server is refused before it touches anything, with the number of the process that it meets', async () => {
  const dir = newDir()
  const writer = await writing('writer.ts', dir, 3)
  process.kill(writer.pid, 'SIGSTOP')
  const files = [STATE_FILE, `${STATE_FILE}-wal`].map((name) => join(dir, name))
  const before = files.map((path) => [statSync(path).mtimeMs, readFileSync(path)])
  await assert.rejects(open(dir), refusal('STORE_IN_USE', new RegExp(`process ${writer.pid} has it open`)))
  assert.deepEqual(
    files.map((path) => [statSync(path).mtimeMs, readFileSync(path)]),
    before,
  )
  process.kill(writer.pid, 'SIGCONT')
  await writer.kill()
  await used(dir, wholeHistory)
})

test('a store is refused a second time within one process', async () => {
  const dir = newDir()
  await used(dir, async () => assert.rejects(open(dir), refusal('STORE_IN_USE', /this process has it open/)))
  await used(dir, async ({ state }) => assert.deepEqual(await state.keys(''), []))
})

test('without its log the store goes back to its last checkpoint, alerts and notices together', async () => {
  const dir = newDir()
  await (await writing('writer.ts', dir, 20)).kill()
  await used(dir, wholeHistory)
  const confirmed = await (await writing('writer.ts', dir, 30)).kill()
  rmSync(join(dir, `${STATE_FILE}-wal`))
  await used(dir, async (file) => {
    const alerts = await wholeHistory(file)
    assert.ok(alerts >= 19 && alerts <= confirmed + 1, `${alerts} alerts`)
  })
})

test('of a damaged log all is kept that comes before the damage', async () => {
  const dir = newDir()
  const confirmed = await (await writing('writer.ts', dir, 30)).kill()
  const log = join(dir, `${STATE_FILE}-wal`)
  const bytes = readFileSync(log)
  writeFileSync(log, bytes.fill(0x5a, bytes.length / 2, bytes.length / 2 + 100))
  await used(dir, async (file) => assert.ok((await wholeHistory(file)) <= confirmed + 1))
})

const DAMAGES: readonly { readonly what: string; damage(path: string): void }[] = [
  { what: 'that ends early', damage: (path) => truncateSync(path, 3 * 4096) },
  { what: 'without its beginning', damage: (path) => writeFileSync(path, readFileSync(path).fill(0x5a, 0, 4096)) },
  { what: 'with garbage in it', damage: (path) => writeFileSync(path, readFileSync(path).fill(0x5a, 4096, 5 * 4096)) },
  { what: 'of something else', damage: (path) => writeFileSync(path, 'type=SYSCALL msg=audit(1:1): …\n'.repeat(999)) },
]

for (const { what, damage } of DAMAGES)
  test(`a file ${what} is named, with what is lost and what to do`, async () => {
    const dir = await filledDir()
    damage(join(dir, STATE_FILE))
    await assert.rejects(
      open(dir),
      refusal('STORE_DAMAGED', /state\.sqlite" *: it is damaged/, /Lost are the alerts/, /`oddsock restore`/),
    )
  })

test('a value whose bytes have changed is told from a good one', async () => {
  const dir = await filledDir()
  await used(dir, async ({ db, state }) => {
    db.run(`UPDATE state SET doc = CAST(substr(doc, 1, 1000) || x'00' || substr(doc, 1002) AS BLOB)`)
    await assert.rejects(state.get('model'), refusal('STORE_DAMAGED', /"model"/, /`oddsock restore`/))
    assert.equal(await state.put('model', 'new', 1), 'written')
  })
})

test('a store of a newer version is refused with the version to install, and left as it is', async () => {
  const dir = await filledDir()
  const path = join(dir, STATE_FILE)
  const db = await Sqlite.open(path)
  db.script(`UPDATE about SET value = '7.2.0' WHERE name = 'needs_oddsock'; PRAGMA user_version = 999`)
  db.close()
  await assert.rejects(open(dir), refusal('STORE_TOO_NEW', /written by oddsock 7\.2\.0/, /Install oddsock 7\.2\.0/))
  const again = await Sqlite.open(path)
  assert.equal(again.value('PRAGMA user_version'), 999)
  assert.equal(again.value('SELECT count(*) FROM alerts'), 50)
  again.close()
})

test('a database of another program is refused, and left as it is', async () => {
  const dir = newDir()
  const db = await Sqlite.open(join(dir, STATE_FILE))
  db.script('CREATE TABLE bookmarks (title TEXT)')
  db.close()
  await assert.rejects(open(dir), refusal('STORE_UNREADABLE', /another program/))
})

test('a folder that is not there is told', async () => {
  await assert.rejects(open(join(root, 'nowhere')), refusal('STORE_UNREADABLE', /file system refuses/))
})

test('where space ends, a write fails whole, and works again when there is room', async () => {
  const dir = newDir()
  await used(dir, async ({ db, alerts, state }) => {
    const alert = { '@timestamp': '', 'kibana.alert.uuid': 'a', 'kibana.alert.workflow_status': 'open' } as const
    const large = { ...alert, message: 'x'.repeat(5000) }
    const notice = { id: '1', alert_id: 'a', reason: 'created' } as const
    db.script(`PRAGMA max_page_count = ${db.value('PRAGMA page_count')}`)
    await assert.rejects(alerts.create(large, notice), refusal('STORE_FULL', /no space is left/, /Make room/))
    await assert.rejects(state.put('k', 'x'.repeat(5000), 0), refusal('STORE_FULL'))
    assert.equal(await alerts.get('a'), undefined)
    assert.equal(await state.get('k'), undefined)
    db.script('PRAGMA max_page_count = 1000000')
    assert.equal(await alerts.create(large, notice), 'created')
    assert.equal((await alerts.notices({ after: 0, limit: 9 })).items.length, 1)
    assert.equal(await state.put('k', 'x'.repeat(5000), 0), 'written')
  })
})
