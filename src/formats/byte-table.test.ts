import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ByteTable } from './byte-table.ts'

const key = fc.uint8Array({ maxLength: 4 })

/** Poor on purpose: many keys share a hash. */
const poorHash = (bytes: Uint8Array) => (bytes[0] ?? 0) % 3

test('a value is found under its own bytes or not at all, however the keys collide', () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 200 }), (keys) => {
      const table = new ByteTable<string>(64, 200)
      const name = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
      for (const bytes of keys) {
        const found = table.get(bytes, bytes.length, poorHash(bytes))
        assert.ok(found === undefined || found === name(bytes))
        if (found === undefined) table.add(bytes, bytes.length, poorHash(bytes), name(bytes))
      }
    }),
  )
})

test('all values are found while there is room', () => {
  const table = new ByteTable<number>()
  const keys = Array.from({ length: 20_000 }, (_, i) => Buffer.from(`key ${i}`))
  for (const [i, bytes] of keys.entries()) table.add(bytes, bytes.length, i * 7919, i)
  for (const [i, bytes] of keys.entries()) assert.equal(table.get(bytes, bytes.length, i * 7919), i)
})

test('only the given length of a key counts', () => {
  const table = new ByteTable<number>()
  table.add(Buffer.from('abc'), 2, 1, 7)
  assert.equal(table.get(Buffer.from('abx'), 2, 1), 7)
  assert.equal(table.get(Buffer.from('abx'), 3, 1), undefined)
})

test('a full table forgets everything and goes on', () => {
  const table = new ByteTable<number>(2)
  for (const [i, name] of ['a', 'b', 'c'].entries()) table.add(Buffer.from(name), 1, i, i)
  assert.deepEqual(
    ['a', 'b', 'c'].map((name, i) => table.get(Buffer.from(name), 1, i)),
    [undefined, undefined, 2],
  )
})

test('a key that is longer than all the room is not kept, and drives nothing out', () => {
  const table = new ByteTable<number>(10, 100)
  table.add(Buffer.from('a'), 1, 1, 1)
  table.add(Buffer.alloc(101), 101, 2, 2)
  assert.equal(table.get(Buffer.alloc(101), 101, 2), undefined)
  assert.equal(table.get(Buffer.from('a'), 1, 1), 1)
})

test('a key longer than all the room there is is not kept, and harms no other', () => {
  const table = new ByteTable<number>(10, 100)
  table.add(Buffer.from('a'), 1, 1, 1)
  table.add(Buffer.alloc(101), 101, 2, 2)
  assert.equal(table.get(Buffer.alloc(101), 101, 2), undefined)
  assert.equal(table.get(Buffer.from('a'), 1, 1), 1)
})
