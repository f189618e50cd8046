import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { KeptRejects } from './kept-rejects.ts'

test('rejects are kept over starts, one a line, and never fill the disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kept-rejects-'))
  try {
    new KeptRejects(folder).keep('a', { reason: 'no header', from: 7, raw: 'line\nbreak' })
    const rejects = new KeptRejects(folder)
    rejects.keep('b', { reason: 'no time', from: 0, raw: '\u001b[2J' })
    const lines = readFileSync(join(folder, 'rejects.ndjson'), 'utf8').trimEnd().split('\n')
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      [
        { source: 'a', from: 7, reason: 'no header', raw: 'line\nbreak' },
        { source: 'b', from: 0, reason: 'no time', raw: '\u001b[2J' },
      ],
    )
    const raw = 'x'.repeat(1024 * 1024)
    for (let i = 0; i < 100; i++) rejects.keep('flood', { reason: 'no', from: i, raw })
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size)
    assert.equal(sizes.length, 2)
    assert.ok(sizes.every((size) => size <= 32 * 1024 * 1024))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
