import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escapeHtml, html, Markup } from './escape.ts'
import { ACTING, HOSTILE } from './testing/hostile.ts'
import { readMarkup } from './testing/markup.ts'
import { visible } from './visible.ts'

const CASES = [
  { given: '<script>', expect: '&lt;script&gt;', why: 'no element is opened' },
  { given: '"onload=', expect: '&quot;onload=', why: 'no attribute is left' },
  { given: "'x'", expect: '&#39;x&#39;', why: 'not by a single quote either' },
  { given: ']]>', expect: ']]&gt;', why: 'no section is ended' },
  { given: '&lt;', expect: '&amp;lt;', why: 'what looks escaped is shown as it is' },
  { given: 'gpj.\u202eexe', expect: 'gpj.⟨U+202E⟩exe', why: 'a direction override is shown, not obeyed' },
  { given: '\u001b[31m', expect: '␛[31m', why: 'so is an escape sequence' },
  { given: 'a\ud800b', expect: 'a⟨U+D800⟩b', why: 'half a pair would not survive UTF-8' },
  { given: '__proto__', expect: '__proto__', why: 'a name like any other' },
  { given: 'größe 漢字', expect: 'größe 漢字', why: 'letters of any script stay' },
]

test('a text is the same inside an element and inside an attribute, and harmless in both', () => {
  for (const { given, expect, why } of CASES)
    assert.equal(String(html`<b title="${given}">${given}</b>`), `<b title="${expect}">${expect}</b>`, why)
})

test('no text gets out of its element or attribute, and what is read back is what was meant', () => {
  const text = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' }), fc.string())
  fc.assert(
    fc.property(text, text, (title, content) => {
      const markup = String(html`<b title="${title}">${content}</b>`)
      const [element, ...others] = readMarkup(markup).children
      assert.deepEqual(others, [])
      assert.deepEqual(element?.children, [])
      assert.deepEqual([...element!.attributes], [['title', visible(title)]])
      assert.equal(element?.text, visible(content))
      assert.doesNotMatch(markup, ACTING)
    }),
  )
})

test('a text that is cut is cut before it is escaped, so that no entity is cut through', () => {
  assert.equal(escapeHtml('"'.repeat(9), 5), '&quot;&quot;…&quot;&quot;')
})

test('numbers are rounded to hundredths, markup goes in as it is, undefined is nothing', () => {
  assert.equal(String(html`${1 / 3} ${-0.004} ${1e6}`), '0.33 0 1000000')
  assert.equal(String(html`${new Markup('<i>')}${undefined}${[html`a`, html`${'<'}`]}`), '<i>a&lt;')
})

test('a number that is not finite is a bug, and is not drawn', () => {
  for (const number of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    assert.throws(() => html`${number}`, RangeError)
})
