import assert from 'node:assert/strict'
import { test } from 'node:test'
import { remembered } from './remembered.ts'

test('a text is asked for once while it is among the last, and long ones are not kept', () => {
  const asked: string[] = []
  const length = remembered((text) => asked.push(text) && text.length, { room: 2, longest: 3 })
  for (const text of ['a', 'bb', 'a', 'bb', '__proto__', '__proto__']) assert.equal(length(text), text.length)
  assert.deepEqual(asked, ['a', 'bb', '__proto__', '__proto__'])
  for (const text of ['c', 'a', 'd', 'e', 'bb']) assert.equal(length(text), text.length)
  // `a` was met again beside `c` and so outlived `bb`.
  assert.deepEqual(asked.slice(4), ['c', 'd', 'e', 'bb'])
})

test('an answer of nothing is remembered too', () => {
  let asked = 0
  const none = remembered(() => void asked++)
  none('a')
  none('a')
  assert.equal(asked, 1)
})
