import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { afterPrefix, fromSortable, toSortable } from './sortable-text.ts'

/** Any string of UTF-16 code units, halves of pairs alone included, with those that sort oddly more often. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }),
      fc.constantFrom(0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdc00, 0xdfff, 0xe000, 0xffff),
    ),
    {
      maxLength: 6,
    },
  )
  .map((units) => String.fromCharCode(...units))

test('any text comes back from its bytes', () =>
  fc.assert(fc.property(anyText, (text) => assert.equal(fromSortable(toSortable(text)), text))))

test('bytes sort as texts do', () =>
  fc.assert(
    fc.property(anyText, anyText, (a, b) =>
      assert.equal(Buffer.compare(toSortable(a), toSortable(b)), a < b ? -1 : a > b ? 1 : 0),
    ),
  ))

test('a text without pairs is UTF-8', () => assert.equal(toSortable('job/é/中').toString(), 'job/é/中'))

test('between a prefix and what comes after it lie the texts that begin with it', () =>
  fc.assert(
    fc.property(anyText, anyText, fc.boolean(), (prefix, rest, begins) => {
      const text = toSortable(begins ? prefix + rest : rest)
      const end = afterPrefix(toSortable(prefix))
      const between = Buffer.compare(text, toSortable(prefix)) >= 0 && (!end || Buffer.compare(text, end) < 0)
      assert.equal(between, (begins ? prefix + rest : rest).startsWith(prefix))
    }),
  ))
