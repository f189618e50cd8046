import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beginningOf, FINGERPRINT_BYTES, fingerprintOf } from './fingerprint.ts'

for (const { head, expect, why } of [
  { head: '', expect: undefined, why: 'nothing was written yet' },
  { head: 'one', expect: undefined, why: 'the line may go on' },
  { head: '\n\n', expect: undefined, why: 'blank lines tell nothing' },
  { head: 'one\n', expect: 'one\n', why: 'the line has ended' },
  { head: 'one\ntwo\n', expect: 'one\n', why: 'what follows does not matter' },
  { head: '\none\ntwo', expect: '\none\n', why: 'the first line that is not blank' },
  { head: 'x'.repeat(5000), expect: 'x'.repeat(4096), why: 'a long line is named by its beginning' },
  { head: `${'x'.repeat(4095)}\n`, expect: `${'x'.repeat(4095)}\n`, why: 'a line that just fits' },
])
  test(`the beginning of ${JSON.stringify(head.slice(0, 12))}… (${head.length} bytes): ${why}`, () => {
    assert.equal(beginningOf(Buffer.from(head))?.toString(), expect)
  })

test('a file keeps its name while it grows, from the end of its first line on', () => {
  const whole = Buffer.from(`${'a first line'.repeat(20)}\n${'more\n'.repeat(2000)}`)
  const name = fingerprintOf(whole)
  for (let length = 241; length < whole.length; length += 97)
    assert.equal(fingerprintOf(whole.subarray(0, length)), name)
  assert.ok(whole.length > FINGERPRINT_BYTES)
  assert.match(name, /^[0-9a-f]{16}$/)
})
