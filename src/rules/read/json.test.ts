import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AppError } from '../../domain/error.ts'
import { parseJson } from './json.ts'
import { plain, positionOf } from './located.ts'

test('any JSON reads as JSON.parse reads it, spaced or not', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 2), (text, spaces) => {
      const value = JSON.parse(text)
      const written = JSON.stringify(value, null, spaces)
      assert.equal(JSON.stringify(plain(parseJson(written, 'x'))), JSON.stringify(value))
    }),
    { numRuns: 500 },
  )
})

test('each value knows its line and column', () => {
  const located = parseJson('{\n  "a": [1,\n    {"b": "x"}],\n"c": null}', 'x')
  assert.deepEqual(positionOf(located, ['a', 0]), { line: 2, column: 9 })
  assert.deepEqual(positionOf(located, ['a', 1, 'b']), { line: 3, column: 11 })
  assert.deepEqual(positionOf(located, ['c']), { line: 4, column: 6 })
})

const WRONG: readonly [text: string, where: string][] = [
  ['', 'x:1:1'],
  ['{"a": }', 'x:1:7'],
  ['{"a": 1', 'x:1:8'],
  ['[1,\n2,]', 'x:2:3'],
  ['{"a" 1}', 'x:1:6'],
  ['{a: 1}', 'x:1:2'],
  ['"open', 'x:1:1'],
  ['"\\q"', 'x:1:1'],
  ['1 2', 'x:1:3'],
  ['[01]', 'x:1:3'],
  ['['.repeat(100_000), 'x:1:202'],
]

test('what is no JSON is an error with its place', () => {
  for (const [text, where] of WRONG)
    assert.throws(
      () => parseJson(text, 'x'),
      (error) => error instanceof AppError && error.where === where,
      text.slice(0, 20),
    )
})
