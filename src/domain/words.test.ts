import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, counted, enumerated, moment, shortened } from './words.ts'

test('numbers have their thousands set apart, and nouns follow them', () => {
  assert.equal(count(0), '0')
  assert.equal(count(999), '999')
  assert.equal(count(1_000), '1,000')
  assert.equal(count(1_234_567), '1,234,567')
  assert.equal(counted(1, 'host'), '1 host')
  assert.equal(counted(0, 'host'), '0 hosts')
  assert.equal(counted(2, 'story', 'stories'), '2 stories')
})

test('a row of things ends in "and", and says how many it leaves out', () => {
  const cases: [things: string[], expect: string][] = [
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
    [['a', 'b', 'c', 'd'], 'a, b, c and 1 more'],
    [new Array<string>(1_203).fill('a'), 'a, a, a and 1,200 more'],
  ]
  for (const [things, expect] of cases) assert.equal(enumerated(things, 3), expect)
})

test('a long value loses its middle, and no half of a character is left', () => {
  assert.equal(shortened('x'.repeat(120)), 'x'.repeat(120))
  assert.equal(shortened(`${'a'.repeat(100)}${'b'.repeat(100)}`), `${'a'.repeat(59)}…${'b'.repeat(59)}`)
  assert.equal(shortened(`${'a'.repeat(58)}🐝${'b'.repeat(100)}`), `${'a'.repeat(58)}…${'b'.repeat(59)}`)
})

test('a moment is told to the minute, in UTC', () => {
  assert.equal(moment(Date.UTC(2026, 2, 1, 14, 15, 59)), '2026-03-01 14:15 UTC')
})
