import assert from 'node:assert/strict'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { testFolder } from './testing/folder.ts'
import { run } from './testing/run.ts'
import { ecsLines, week } from './testing/week.ts'

const NOBODY = 65_534
const FOLDER = testFolder()
const LOG = FOLDER.write('week.ndjson', ecsLines(week()))
const SECRET = FOLDER.write('secret.ndjson', '')
const CLOSED = join(FOLDER.path, 'closed')

before(async () => {
  mkdirSync(CLOSED)
  for (const path of [SECRET, CLOSED]) chmodSync(path, 0)
  chmodSync(FOLDER.path, 0o755)
  // So that all code is loaded while it may be read.
  assert.equal((await run(['scan', LOG, '-q'])).code, 0)
})

/** Permissions do not hold back the super-user. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  const me = process.geteuid!()
  if (me === 0) process.seteuid!(NOBODY)
  try {
    return await work()
  } finally {
    if (me === 0) process.seteuid!(me)
  }
}

test('a file that may not be read is told with what to do, and ends with 3', async () => {
  const { code, err } = await asNobody(() => run(['scan', SECRET]))
  assert.equal(code, 3)
  assert.equal(
    err,
    `error: Cannot read "${SECRET}": no permission
 hint: Audit logs belong to root: run with sudo, or add yourself to the group that may read them (often adm).
 code: INPUT_NONE
`,
  )
})

test('a folder in which some may not be read is scanned for the rest, and ends with 3', async () => {
  const { code, out, err } = await asNobody(() => run(['scan', FOLDER.path, '--json', '-q']))
  assert.equal(code, 3)
  assert.equal(JSON.parse(out).process.name, 'xmrig')
  assert.equal(err, `Cannot read "${CLOSED}": no permission\nCannot read "${SECRET}": no permission\n`)
})
