import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { visible } from './visible.ts'

const CASES = [
  { given: 'nginx', expect: 'nginx', why: 'plain text stays' },
  { given: 'größe 漢字 🐝', expect: 'größe 漢字 🐝', why: 'letters of any script stay' },
  { given: '\u001b[31mred\u001b[0m', expect: '␛[31mred␛[0m', why: 'a colour sequence is shown, not obeyed' },
  { given: 'a\r\nb\tc', expect: 'a␍␊b␉c', why: 'one value stays on one line' },
  { given: 'a\u0000b\u007f', expect: 'a␀b␡', why: 'NUL and DEL' },
  { given: '\u009b31m', expect: '⟨U+009B⟩31m', why: 'C1 holds a one-byte CSI' },
  { given: 'gpj.\u202eexe', expect: 'gpj.⟨U+202E⟩exe', why: 'right-to-left override' },
  { given: '\u2066x\u2069\u200e\u061c', expect: '⟨U+2066⟩x⟨U+2069⟩⟨U+200E⟩⟨U+061C⟩', why: 'isolates and marks' },
  { given: 'ng\u200binx\ufeff', expect: 'ng⟨U+200B⟩inx⟨U+FEFF⟩', why: 'zero width' },
  {
    given: 'a\u00a0b\u3164c\u2800',
    expect: 'a⟨U+00A0⟩b⟨U+3164⟩c⟨U+2800⟩',
    why: 'spaces and fillers that pass for nothing',
  },
  { given: 'a\u{e0041}', expect: 'a⟨U+E0041⟩', why: 'tag characters' },
  { given: 'a\ud800b', expect: 'a⟨U+D800⟩b', why: 'half a surrogate pair' },
  { given: 'a\u2028b', expect: 'a⟨U+2028⟩b', why: 'line separator' },
  { given: '__proto__', expect: '__proto__', why: 'no name is special' },
]

test('visible shows each character that would act or hide', () => {
  for (const { given, expect, why } of CASES) assert.equal(visible(given), expect, why)
})

test('visible cuts a long value in the middle and keeps both ends', () => {
  assert.equal(visible('/var/tmp/deep/down/xmrbee', 11), '/var/…mrbee')
  assert.equal(visible('abcdef', 6), 'abcdef')
  assert.equal(visible('abcdefg', 6), 'ab…efg')
  assert.equal(visible('🐝🐝🐝🐝🐝', 4), '🐝…🐝🐝')
  assert.equal(visible('🐝🐝🐝🐝', 4), '🐝🐝🐝🐝', 'characters are counted, not code units')
  assert.equal(visible('\u202e'.repeat(5), 21), '⟨U+202E⟩…⟨U+202E⟩', 'a sign is never cut through')
})

test('visible never lets an acting character through, is stable, and keeps to its limit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 3, max: 80 }), (text, limit) => {
      const shown = visible(text, limit)
      assert.doesNotMatch(shown, /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/)
      assert.ok([...shown].length <= limit)
      assert.equal(visible(visible(text)), visible(text))
    }),
  )
})
