import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sortedText } from './sorted-text.ts'

/** The same value with the fields of all its objects the other way round. */
function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(reversed)
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, reversed(inner)]),
  )
}

const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown)

test('the order of fields makes no difference', () => {
  fc.assert(fc.property(json, (value) => assert.equal(sortedText(reversed(value)), sortedText(value))))
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}`, i]))
  assert.equal(sortedText(reversed(many)), sortedText(many))
})

test('everything else does', () => {
  fc.assert(
    fc.property(json, json, (one, other) => {
      let same = true
      try {
        assert.deepStrictEqual(one, other)
      } catch {
        same = false
      }
      assert.equal(sortedText(one) === sortedText(other), same)
    }),
  )
})

const DIFFERENT: readonly unknown[] = [
  ...[
    1,
    '1',
    '1;',
    true,
    'true',
    null,
    'null',
    '',
    [],
    {},
    [[]],
    [{}],
    [null],
    ['', ''],
    [['']],
    ['a', 'b'],
    ['b', 'a'],
  ],
  ...[
    ['ab'],
    'ab',
    { a: 'b' },
    { a: '1:b' },
    { 'a1:b': 1 },
    { a: { b: 1 } },
    { 'a.b': 1 },
    { a: 1, b: 2 },
    { a: 2, b: 1 },
  ],
]

test('values that look alike are told apart', () => {
  assert.equal(new Set(DIFFERENT.map(sortedText)).size, DIFFERENT.length)
})
