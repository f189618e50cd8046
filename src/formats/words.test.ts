import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sameWords, stands, viewOf, wordsOf } from './words.ts'

/** Few different bytes, so that pieces are often alike. */
const bytes = fc.uint8Array({ min: 0, max: 1, minLength: 4, maxLength: 24 })

test('bytes stand where the same bytes are, and nowhere else', () => {
  fc.assert(
    fc.property(bytes, bytes, fc.nat(20), (text, block, at) => {
      fc.pre(at + text.length <= block.length)
      const expected = Buffer.compare(text, block.subarray(at, at + text.length)) === 0
      assert.equal(stands(wordsOf(text), viewOf(block), at), expected)
    }),
    { numRuns: 2000 },
  )
})

test('two places are the same if their bytes are', () => {
  fc.assert(
    fc.property(bytes, fc.nat(20), fc.nat(20), fc.integer({ min: 4, max: 16 }), (block, a, b, length) => {
      fc.pre(Math.max(a, b) + length <= block.length)
      const expected = Buffer.compare(block.subarray(a, a + length), block.subarray(b, b + length)) === 0
      assert.equal(sameWords(viewOf(block), a, b, length), expected)
    }),
    { numRuns: 2000 },
  )
})
