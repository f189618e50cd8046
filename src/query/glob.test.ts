import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escapeGlob, glob } from './glob.ts'

test('a pattern matches what its signs stand for', () => {
  const cases: readonly [pattern: string, text: string, expect: boolean][] = [
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', 'line one\nline two', true],
    ['a*', 'a', true],
    ['a*b*c', 'aXbYbc', true],
    ['a*b*c', 'aXbYb', false],
    ['*ab', 'aab', true],
    ['*a?c', 'aacabc', true],
    ['?', '', false],
    ['?', '😀', true],
    ['??', '😀', false],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['\\?', 'x', false],
    ['a\\', 'a\\', true],
    ['.+(', '.+(', true],
    ['__proto__*', '__proto__.x', true],
  ]
  for (const [pattern, text, expect] of cases) assert.equal(glob(pattern)(text), expect, `${pattern} on ${text}`)
})

test('case counts unless it is told not to', () => {
  assert.equal(glob('CURL*')('curl-x'), false)
  assert.equal(glob('CURL*', true)('curl-X'), true)
})

test('a text that was escaped matches itself and nothing else', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '*', '?', '\\', '😀') })
  fc.assert(fc.property(text, text, (one, other) => assert.equal(glob(escapeGlob(one))(other), one === other)))
})

test('many stars on a long text take steps in proportion to both, not more', () => {
  assert.equal(glob(`${'*a'.repeat(30)}b`)('a'.repeat(20_000)), false)
})
