import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { run } from './testing/run.ts'

const folder = mkdtempSync(join(tmpdir(), 'oddsock-options-'))
after(() => rmSync(folder, { recursive: true }))

test('a scan of no time at all is refused', async () => {
  const reversed = await run(['scan', folder, '--since', '2026-03-02', '--until', '2026-03-01'])
  assert.equal(reversed.code, 2)
  assert.match(reversed.err, /from "2026-03-02" until "2026-03-01".*\n hint: .*\n code: USAGE/)
  assert.equal((await run(['scan', folder, '--since', '1d', '--until', '2d'])).code, 2)
})

test('a scan that ends early leaves no page behind, and no page is lost', async () => {
  const [fresh, mine] = [join(folder, 'new.html'), join(folder, 'mine.html')]
  writeFileSync(mine, 'mine')
  for (const page of [fresh, mine]) assert.equal((await run(['scan', join(folder, 'nothing'), '--html', page])).code, 3)
  assert.deepEqual([existsSync(fresh), existsSync(mine)], [false, true])
})
