import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Rejects } from './rejects.ts'
import { testFolder } from './testing/folder.ts'

const FOLDER = testFolder()

test('rejects are counted by reason, the most frequent first, each with the first of its kind', () => {
  const rejects = new Rejects()
  for (const [reason, raw] of [
    ['b', 'one'],
    ['a', 'two'],
    ['constructor', 'three'],
    ['a', 'four'],
  ])
    rejects.add('log', { reason: reason!, from: 0, raw: raw! })
  assert.equal(rejects.total, 4)
  assert.deepEqual(rejects.counts(), [
    { reason: 'a', count: 2, sample: 'two', path: 'log' },
    { reason: 'b', count: 1, sample: 'one', path: 'log' },
    { reason: 'constructor', count: 1, sample: 'three', path: 'log' },
  ])
})

test('all rejects are in the file, however many there are', () => {
  const path = join(FOLDER.path, 'rejects')
  const rejects = new Rejects(path)
  for (let i = 0; i < 10_000; i++) rejects.add('log', { reason: 'r', from: i, raw: 'é'.repeat(50) })
  rejects.close()
  const lines = readFileSync(path, 'utf8').split('\n')
  assert.equal(lines.length, 10_001)
  assert.deepEqual(JSON.parse(lines[9999]!), { path: 'log', from: 9999, reason: 'r', raw: 'é'.repeat(50) })
})

test('a full disk is told as such', () => {
  const rejects = new Rejects('/dev/full')
  rejects.add('log', { reason: 'r', from: 0, raw: '' })
  assert.throws(() => rejects.close(), {
    code: 'OUTPUT_UNWRITABLE',
    message: 'Cannot write "/dev/full": no space is left',
  })
})
