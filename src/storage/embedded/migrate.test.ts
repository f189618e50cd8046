import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Migration, migrate } from './migrate.ts'
import { Sqlite } from './sqlite.ts'

const root = mkdtempSync(join(tmpdir(), 'oddsock-migrate-'))
after(() => rmSync(root, { recursive: true }))

const FIRST: Migration = 'CREATE TABLE hosts (name TEXT); INSERT INTO hosts VALUES (1)'
const SECOND: Migration = `ALTER TABLE hosts ADD COLUMN owner TEXT DEFAULT 'nobody'`
const WRONG: Migration = `UPDATE hosts SET owner = 'half'; SELECT * FROM nowhere`

async function withStore<T>(path: string, look: (db: Sqlite) => T): Promise<T> {
  const db = await Sqlite.open(path)
  try {
    return look(db)
  } finally {
    db.close()
  }
}

const newPath = () => join(mkdtempSync(join(root, 'store-')), 'a.sqlite')

test('a new store takes all steps, and none of them again', async () => {
  const path = newPath()
  for (const _ of [1, 2])
    await withStore(path, (db) => {
      migrate(db, [FIRST, SECOND], '0.2.0')
      assert.deepEqual(db.rows('SELECT name, owner FROM hosts'), [['1', 'nobody']])
    })
  assert.ok(!existsSync(`${path}.v1`))
})

test('an older store takes the steps that it lacks, and is copied before', async () => {
  const path = newPath()
  await withStore(path, (db) => migrate(db, [FIRST], '0.1.0'))
  await withStore(path, (db) => {
    migrate(db, [FIRST, SECOND], '0.2.0')
    assert.deepEqual(db.rows('SELECT * FROM hosts'), [['1', 'nobody']])
    assert.equal(db.value(`SELECT value FROM about WHERE name = 'needs_oddsock'`), '0.2.0')
  })
  await withStore(`${path}.v1`, (db) => {
    assert.deepEqual(db.rows('SELECT * FROM hosts'), [['1']])
    migrate(db, [FIRST], '0.1.0')
  })
})

test('a step that fails leaves the store as it was, to be tried again', async () => {
  const path = newPath()
  await withStore(path, (db) => migrate(db, [FIRST], '0.1.0'))
  for (const _ of [1, 2])
    await withStore(path, (db) => assert.throws(() => migrate(db, [FIRST, SECOND, WRONG], '0.3.0'), /nowhere/))
  await withStore(path, (db) => {
    migrate(db, [FIRST], '0.1.0')
    assert.deepEqual(db.rows('SELECT * FROM hosts'), [['1']])
  })
})

test('a program keeps to a store whose steps are its own, whichever version wrote it', async () => {
  const path = newPath()
  await withStore(path, (db) => migrate(db, [FIRST], '0.1.5'))
  await withStore(path, (db) => migrate(db, [FIRST], '0.1.0'))
})
