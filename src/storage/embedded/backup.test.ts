import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { EcsEvent } from '../../domain/event.ts'
import { CLOCK } from '../../domain/stamps.ts'
import { DAY, isoTime } from '../../domain/time.ts'
import { ALL } from '../../query/ast.ts'
import type { Storage } from '../storage.ts'
import { restoreFrom, verifyBackup } from './backup.ts'
import { MANIFEST } from './manifest.ts'
import { openEmbedded } from './open-embedded.ts'

const root = mkdtempSync(join(tmpdir(), 'oddsock-backup-'))
after(() => rmSync(root, { recursive: true }))

const START = Date.UTC(2026, 0, 6)
const newDir = () => mkdtempSync(join(root, 'store-'))
const open = (dir: string) => openEmbedded(dir, { threads: 1, sealing: { fewest: 1 }, keep: { days: 10 } })

async function using<T>(dir: string, use: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = await open(dir)
  try {
    return await use(storage)
  } finally {
    await storage.close()
  }
}

/** Event number n of a history with a thousand a day. */
function eventOf(n: number): EcsEvent {
  const time = isoTime(START + Math.floor((n / 1000) * DAY))
  return { '@timestamp': time, event: { id: `${n}` }, host: { name: 'a' }, [CLOCK]: time }
}

const numbersFrom = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)

/** Takes in events and then moves the cursor, as a source does. */
async function takeIn(storage: Storage, from: number, count: number): Promise<void> {
  const place = await storage.events.append(numbersFrom(from, count).map(eventOf))
  const cursor = await storage.state.get('cursor')
  await storage.state.put('cursor', place, cursor?.version ?? 0)
}

async function idsOf(storage: Storage): Promise<number[]> {
  const { items } = await storage.events.scan(ALL, { after: 0, limit: 1e6 })
  return items.map(({ doc }) => Number((doc.event as { id: string }).id))
}

/** A store of three days, two of them sealed, and a backup of it. */
async function backedUp(): Promise<{ readonly live: string; readonly backup: string }> {
  const [live, backup] = [newDir(), join(newDir(), 'backup')]
  await using(live, async (storage) => {
    await takeIn(storage, 0, 2500)
    await storage.tend!(START + 2.5 * DAY)
    await storage.alerts.create({
      '@timestamp': isoTime(START),
      'kibana.alert.uuid': 'a',
      'kibana.alert.workflow_status': 'open',
    })
    await storage.backup!(backup)
  })
  return { live, backup }
}

test('what is restored holds all that the store held', async () => {
  const { backup } = await backedUp()
  const { files } = await verifyBackup(backup)
  const days = files.filter(({ path }) => path.startsWith('days/'))
  assert.deepEqual(
    days.map(({ path }) => path.slice(5, 15)),
    ['2026-01-06', '2026-01-07'],
  )
  const into = join(newDir(), 'new')
  await restoreFrom(backup, into)
  await using(into, async (storage) => {
    assert.deepEqual(
      (await idsOf(storage)).toSorted((a, b) => a - b),
      numbersFrom(0, 2500),
    )
    assert.equal((await storage.state.get('cursor'))!.doc, 2500)
    assert.equal((await storage.alerts.get('a'))!.version, 1)
    assert.equal(await storage.events.append([eventOf(1), eventOf(2400), eventOf(2500)]), 2501)
  })
  await verifyBackup(backup)
})

test('a backup that is made while events come in, days are sealed and dropped is one moment: state is not ahead of events', async () => {
  const [live, into] = [newDir(), join(newDir(), 'new')]
  const backups = [1, 2, 3].map((n) => join(newDir(), `backup ${n}`))
  await using(live, async (storage) => {
    let taken = 0
    const takeMore = async (count: number) => {
      await takeIn(storage, taken, count)
      taken += count
    }
    await takeMore(1500)
    const atStart: number[] = []
    const copying = backups.map((dir) => {
      atStart.push(taken)
      return storage.backup!(dir)
    })
    let going = true
    const all = Promise.all(copying).finally(() => {
      going = false
    })
    for (; going; await storage.tend!(START + (taken / 1000) * DAY)) await takeMore(100)
    await all
  })
  for (const [n, backup] of backups.entries()) {
    await restoreFrom(backup, `${into} ${n}`)
    await using(`${into} ${n}`, async (storage) => {
      const cursor = (await storage.state.get('cursor'))!.doc as number
      const { seq } = (await storage.events.last())!
      assert.ok(cursor >= 1500 && cursor <= seq, `cursor ${cursor}, events ${seq}`)
      const ids = (await idsOf(storage)).toSorted((a, b) => a - b)
      assert.deepEqual(ids, numbersFrom(ids[0]!, seq - ids[0]!))
      assert.ok(ids[0]! < 1500, 'nothing but whole old days is missing')
    })
  }
})

test('after a backup the folder is still locked, both halves of it', async () => {
  const live = newDir()
  await using(live, async (storage) => {
    await takeIn(storage, 0, 100)
    await storage.backup!(join(newDir(), 'backup'))
    const script = join(import.meta.dirname, 'testing', 'opener.ts')
    const said = execFileSync(process.execPath, ['--import', 'tsx', script, live], { encoding: 'utf8' })
    assert.deepEqual(said.trim().split('\n'), ['STORE_IN_USE', 'STORE_IN_USE'])
  })
})

test('a backup keeps what the store drops later', async () => {
  const { live, backup } = await backedUp()
  await using(live, async (storage) => {
    await storage.tend!(START + 30 * DAY)
    assert.deepEqual(await idsOf(storage), [])
  })
  await verifyBackup(backup)
})

const DAMAGES: readonly { readonly what: string; readonly code: string; damage(dir: string): void }[] = [
  {
    what: 'with a changed byte',
    code: 'BACKUP_DAMAGED',
    damage: (dir) => {
      const bytes = readFileSync(join(dir, 'events.duckdb'))
      bytes[5000]! ^= 1
      writeFileSync(join(dir, 'events.duckdb'), bytes)
    },
  },
  { what: 'with a short file', code: 'BACKUP_DAMAGED', damage: (dir) => truncateSync(join(dir, 'state.sqlite'), 4096) },
  { what: 'with a long file', code: 'BACKUP_DAMAGED', damage: (dir) => appendFileSync(join(dir, 'state.sqlite'), 'x') },
  {
    what: 'without its sealed days',
    code: 'BACKUP_DAMAGED',
    damage: (dir) => rmSync(join(dir, 'days'), { recursive: true }),
  },
  { what: 'without its list', code: 'BACKUP_MISSING', damage: (dir) => rmSync(join(dir, MANIFEST)) },
  { what: 'with half a list', code: 'BACKUP_DAMAGED', damage: (dir) => truncateSync(join(dir, MANIFEST), 100) },
  {
    what: 'whose list leads outside',
    code: 'BACKUP_DAMAGED',
    damage: (dir) => {
      const files = [{ path: '../../etc/passwd', bytes: 1, sha256: '' }]
      writeFileSync(join(dir, MANIFEST), JSON.stringify({ format: 1, oddsock: '0.1.0', made_at: '', files }))
    },
  },
  {
    what: 'of a later format',
    code: 'STORE_TOO_NEW',
    damage: (dir) => writeFileSync(join(dir, MANIFEST), JSON.stringify({ format: 2, oddsock: '7.0.0', files: [] })),
  },
]

test('a backup that is not what was written is told and not restored', async (t) => {
  const { backup } = await backedUp()
  for (const { what, code, damage } of DAMAGES)
    await t.test(`a backup ${what}`, async () => {
      const dir = join(newDir(), 'damaged')
      execFileSync('cp', ['-r', backup, dir])
      await verifyBackup(dir)
      damage(dir)
      await assert.rejects(verifyBackup(dir), { code })
      const into = join(newDir(), 'into')
      await assert.rejects(restoreFrom(dir, into), { code })
      assert.ok(!existsSync(into))
    })
})

test('nothing is overwritten, and what an interrupted attempt left is cleared away', async () => {
  const { live, backup } = await backedUp()
  const used = newDir()
  writeFileSync(join(used, 'notes.txt'), 'mine')
  await assert.rejects(restoreFrom(backup, used), { code: 'FOLDER_NOT_EMPTY', where: used })
  const [target, empty] = [join(newDir(), 'target'), newDir()]
  mkdirSync(`${target}.unfinished/days`, { recursive: true })
  await using(live, async (storage) => {
    await assert.rejects(storage.backup!(used), { code: 'FOLDER_NOT_EMPTY' })
    await assert.rejects(storage.backup!(join(used, 'notes.txt')), { code: 'BACKUP_FAILED' })
    await assert.rejects(storage.backup!(join(used, 'notes.txt', 'below')), { code: 'BACKUP_FAILED' })
    await storage.backup!(target)
    await storage.backup!(empty)
  })
  assert.deepEqual(readdirSync(used), ['notes.txt'])
  assert.ok(!existsSync(`${target}.unfinished`))
  for (const dir of [target, empty]) await verifyBackup(dir)
  assert.equal(statSync(target).mode & 0o077, 0)
})
