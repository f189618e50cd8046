import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { values } from '../../domain/field.ts'
import { FieldReader } from './read-fields.ts'

const FIELDS = ['a', 'a.b', 'a.b.c', 'a.c', 'b', 'b.a', 'c.c.c', '__proto__', '__proto__.a', 'constructor.a']

const name = fc.constantFrom('a', 'b', 'c', 'a.b', 'a.b.c', 'b.c', 'c.c', 'c.c.c', '__proto__', 'constructor', 'x.y')
const leaf = fc.oneof(fc.constantFrom('', 'x', 0, 1, true, null))
const { document } = fc.letrec<{ value: unknown; document: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: leaf },
    { weight: 3, arbitrary: tie('document') },
    fc.array(tie('value'), { maxLength: 3 }),
  ),
  document: fc.array(fc.tuple(name, tie('value')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
}))

test('fields read together are the same as each read alone', () =>
  fc.assert(
    fc.property(document, (event) => {
      const cells = new FieldReader(FIELDS).read(event)
      for (const [i, field] of FIELDS.entries()) {
        const cell = cells[i]!
        const found = cell === null ? [] : Array.isArray(cell) ? cell : [cell]
        assert.deepEqual(found, values(event, field), field)
      }
    }),
    { numRuns: 3000 },
  ))
