import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { KeyBytes } from './key-bytes.ts'

const pieces = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 5 })

function keyOf(all: readonly Uint8Array[], before: Uint8Array): KeyBytes {
  const key = new KeyBytes()
  for (const piece of all) {
    const block = Buffer.concat([before, piece, Buffer.from('behind')])
    key.add(block, before.length, before.length + piece.length)
  }
  return key
}

test('a key holds its pieces, each with a newline behind it', () => {
  fc.assert(
    fc.property(pieces, fc.uint8Array({ maxLength: 9 }), (all, before) => {
      const key = keyOf(all, before)
      const expected = Buffer.concat(all.flatMap((piece) => [piece, Buffer.from('\n')]))
      assert.deepEqual(Buffer.from(key.bytes.subarray(0, key.length)), expected)
    }),
  )
})

test('equal pieces have the same hash wherever they stand, after others too', () => {
  fc.assert(
    fc.property(pieces, pieces, fc.uint8Array({ maxLength: 9 }), (all, others, before) => {
      const key = keyOf(others, before)
      key.clear()
      for (const piece of all) key.add(piece, 0, piece.length)
      assert.equal(key.hash, keyOf(all, before).hash)
    }),
  )
})

test('one byte more or less makes another hash, nearly always', () => {
  const hashes = Array.from(
    { length: 20_000 },
    (_, i) => keyOf([Buffer.from(`tty=(none) ses=${i} comm="cron"`)], Buffer.alloc(0)).hash,
  )
  // 20,000 in 2³²: 0.05 pairs are expected to meet by chance.
  assert.ok(new Set(hashes).size >= hashes.length - 2, `${new Set(hashes).size} of ${hashes.length}`)
  // And in the low bits, by which a table of 65,536 places them: 17,230 places taken by chance (65,536·(1 − e^(−20,000/65,536))).
  const places = new Set(hashes.map((hash) => hash & 0xffff)).size
  assert.ok(Math.abs(places - 17_230) < 500, `${places} places`)
})

test('another key can be a piece', () => {
  const [inner, outer, plain] = [new KeyBytes(), new KeyBytes(), new KeyBytes()]
  inner.add(Buffer.from('abc'), 0, 3)
  outer.addKey(inner)
  plain.add(Buffer.from('abc\n'), 0, 4)
  assert.equal(outer.hash, plain.hash)
  assert.deepEqual(outer.bytes.subarray(0, outer.length), plain.bytes.subarray(0, plain.length))
})
