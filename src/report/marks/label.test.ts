import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitted } from './label.ts'

const CASES = [
  { given: 'thunderbird', room: 120, expect: 'thunderbird', why: 'what fits stays whole' },
  { given: 'nginx', room: 0, expect: 'n…x', why: 'three characters are always left' },
  {
    given: 'a'.repeat(40),
    room: 67,
    expect: 'aaaa…aaaa',
    why: 'eight narrow characters of 6.7 px and the wide sign for what is left out: 65.6 px',
  },
  { given: '漢'.repeat(40), room: 60, expect: '漢漢…漢漢', why: 'five wide characters of 12 px' },
  { given: 'x\u202e', room: 120, expect: 'x⟨U+202E⟩', why: 'what acts is shown' },
]

test('a label keeps within its room and loses its middle if it must', () => {
  for (const { given, room, expect, why } of CASES) assert.equal(fitted(given, room), expect, why)
})
