import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { findLogs } from './find-logs.ts'

let folder: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'find-logs-'))
  for (const path of [
    'a/audit.log',
    'a/audit.log.1',
    'a/audit.log.2.gz',
    'a/.hidden.log',
    'b/audit.log',
    'b/deep/x.ndjson',
    'b/deep/a+b(1).log',
    'c/audit.log.1',
  ]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), '')
  }
  symlinkSync('../b', join(folder, 'a/other'))
  symlinkSync('..', join(folder, 'b/up'))
})
after(() => rmSync(folder, { recursive: true }))

for (const { path, expect, why } of [
  {
    path: 'a',
    expect: ['a/audit.log'],
    why: 'a folder stands for all logs below it',
  },
  { path: '*/audit.log', expect: ['a/audit.log', 'b/audit.log'], why: 'a star stands for any name' },
  {
    path: '*/audit.log*',
    expect: ['a/audit.log', 'b/audit.log', 'c/audit.log'],
    why: 'a rotated sibling stands for its log',
  },
  { path: '**/*.ndjson', expect: ['b/deep/x.ndjson'], why: 'two stars stand for any folders that are no links' },
  {
    path: '[bc]/audit.log*',
    expect: ['b/audit.log', 'c/audit.log'],
    why: 'brackets stand for one of their characters',
  },
  { path: 'a/other/*.log', expect: ['a/other/audit.log'], why: 'links that are named are followed' },
  { path: '[!b]/audit.log', expect: ['a/audit.log'], why: 'or for none of them' },
  { path: 'b/deep/a+b(?).log', expect: ['b/deep/a+b(1).log'], why: 'other signs stand for themselves' },
  { path: 'a/.h*', expect: ['a/.hidden.log'], why: 'a hidden file must be asked for' },
  { path: 'nowhere/*.log', expect: [], why: 'a folder may be missing' },
])
  test(`${path}: ${why}`, async () => {
    const found = await findLogs(join(folder, path))
    assert.deepEqual(
      found.map((one) => one.slice(folder.length + 1)),
      expect,
    )
  })
