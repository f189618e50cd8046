import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { jsonLine } from './json-line.ts'

for (const { text, expect, why } of [
  { text: 'a"b\n', expect: '"a\\"b\\n"', why: 'what JSON escapes itself' },
  { text: '\u009b31m', expect: '"\\u009b31m"', why: 'a C1 control, which begins a sequence on some terminals' },
  { text: '\u007f', expect: '"\\u007f"', why: 'delete' },
  { text: '\u202e', expect: '"\\u202e"', why: 'the right-to-left override' },
  { text: '\u2028', expect: '"\\u2028"', why: 'a line separator' },
  { text: '\u{e0041}', expect: '"\\udb40\\udc41"', why: 'a tag, as a pair' },
  { text: 'é🧦', expect: '"é🧦"', why: 'plain text stays' },
])
  test(`${JSON.stringify(text)} is written ${expect}: ${why}`, () => assert.equal(jsonLine(text), expect))

test('any value reads back as it was, on one line', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const line = jsonLine(value)
      assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify(value)))
      assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    }),
  )
})
