import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { testFolder } from './testing/folder.ts'
import { run } from './testing/run.ts'

const FOLDER = testFolder()

test('the demo leaves a folder alone that holds what it did not make', async () => {
  const folder = join(FOLDER.path, 'mine')
  mkdirSync(folder)
  writeFileSync(join(folder, 'report.html'), 'mine')
  const { code, out, err } = await run(['demo', '--folder', folder])
  assert.deepEqual({ code, out }, { code: 3, out: '' })
  assert.match(
    err,
    /^error: Cannot make a demo in ".*mine": .*\n {3}at: .*\n hint: .*--folder.*\n code: FOLDER_NOT_EMPTY\n$/,
  )
  assert.deepEqual(readdirSync(folder), ['report.html'])
  assert.equal(readFileSync(join(folder, 'report.html'), 'utf8'), 'mine')
})
