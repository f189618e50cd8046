import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Row } from './observe.ts'
import { SharedRows } from './shared-rows.ts'

/** A row as `rowOf` makes it: the key is the list in JSON. */
const rowWith = (values: readonly (string | null)[]): Row => ({ key: JSON.stringify(values), values })

/** Any string of JavaScript, halves of surrogate pairs too: names come from processes, which may call themselves anything. */
const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) })
const anyValues = fc.array(fc.option(anyText), { maxLength: 4 })

test('a shared row is equal to the row that was asked for, however many were forgotten', () => {
  fc.assert(
    fc.property(fc.array(anyValues, { maxLength: 20 }), (all) => {
      const rows = new SharedRows(3)
      for (const values of all) assert.deepEqual(rows.of(rowWith(values)), rowWith(values))
    }),
  )
})

test('equal rows are one while there is room', () => {
  const rows = new SharedRows(2)
  const first = rows.of(rowWith(['db-1', null]))
  assert.notEqual(rows.of(rowWith(['db-1', ''])), first)
  assert.equal(rows.of(rowWith(['db-1', null])), first)
  rows.of(rowWith(['web-1', null]))
  assert.notEqual(rows.of(rowWith(['db-1', null])), first)
})
