import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY, HOUR, MINUTE } from '../domain/time.ts'
import { listed, scoreText, short, these, timeElement } from './words.ts'

test('numbers at the edge of a drawing are short', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0'],
    [0.1, '0.1'],
    [999, '999'],
    [1000, '1k'],
    [12_345, '12.3k'],
    [999_499, '999k'],
    [999_500, '1M'],
    [1_234_567, '1.23M'],
  ]
  for (const [given, expect] of cases) assert.equal(short(given), expect)
})

test('a score is never rounded up to the next step', () => {
  assert.equal(scoreText(74.999), '74')
  assert.equal(scoreText(100), '100')
})

test('a duration has its pronoun', () => {
  assert.equal(these(2 * HOUR), 'these 2 hours')
  assert.equal(these(DAY), 'this day')
  assert.equal(these(90 * MINUTE), 'these 1.5 hours')
})

test('values in a row are made visible, long ones lose their middle, the rest is counted', () => {
  assert.equal(listed(['a\u001b', 'b', 'c'], 2), 'a␛, b and 1 more')
  assert.equal(listed(['x'.repeat(100)], 1), `${'x'.repeat(23)}…${'x'.repeat(24)}`)
  assert.equal(listed([], 3), '')
})

test('a moment is readable by machines too', () => {
  assert.equal(
    String(timeElement(Date.UTC(2026, 2, 8, 0, 7, 30))),
    '<time datetime="2026-03-08T00:07:30.000Z">2026-03-08 00:07 UTC</time>',
  )
})
