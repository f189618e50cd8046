import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hashBytes, hashText, numbersKey, textKey, textsKey } from './key.ts'

test('the first hash is MurmurHash3_x86_32, by its published values', () => {
  assert.equal(hashText(''), 0)
  assert.equal(hashText('test'), 0xba6bd213)
  assert.equal(hashText('hello'), 0x248bfa47)
  assert.equal(hashText('Hello, world!'), 0xc0363e43)
  assert.equal(hashText('The quick brown fox jumps over the lazy dog'), 0x2e4ff723)
})

test('a text and its bytes have the same hash and key, wherever the bytes stand', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, before) => {
      const bytes = Buffer.from(text)
      const block = Buffer.concat([Buffer.from(before), bytes, Buffer.from('after')])
      const from = Buffer.byteLength(before)
      assert.equal(hashBytes(block, from, from + bytes.length), hashText(text))
      assert.equal(textKey(block.subarray(from, from + bytes.length)), textKey(text))
    }),
  )
})

test('keys are whole numbers below 2⁵³', () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map(Math.trunc)
  fc.assert(
    fc.property(fc.string(), number, (text, n) => {
      for (const key of [textKey(text), numbersKey(n, -n, 1)]) assert.ok(Number.isSafeInteger(key) && key >= 0)
    }),
  )
})

test('every number counts, its high half too', () => {
  const keys = [
    [1, 2, 3],
    [2, 1, 3],
    [1, 2, 4],
    [1 + 2 ** 32, 2, 3],
    [1, 2 + 2 ** 40, 3],
    [-1, 2, 3],
  ]
  assert.equal(new Set(keys.map(([a, b, c]) => numbersKey(a!, b!, c!))).size, keys.length)
})

test('NaN in, NaN out', () => {
  assert.ok(Number.isNaN(numbersKey(1, Number.NaN, 1)))
})

test('changing one bit of a text changes half the bits of its key', () => {
  let changed = 0
  const rounds = 2_000
  for (let i = 0; i < rounds; i++) {
    const a = textKey(`event-${i}`)
    const b = textKey(Buffer.from(`event-${i}`).map((byte, at) => (at === i % 6 ? byte ^ (1 << (i % 7)) : byte)))
    const bits = (n: number) => n.toString(2).padStart(53, '0')
    for (let bit = 0; bit < 53; bit++) changed += Number(bits(a)[bit] !== bits(b)[bit])
  }
  // Binomial: 26.5 of 53 with a deviation of 3.64 / √2000 = 0.08; six of them is far out.
  assert.ok(Math.abs(changed / rounds - 26.5) < 0.5, `${changed / rounds} bits on average`)
})

test('lists of texts that differ have other keys, wherever the texts are cut and whether there is none or an empty one', () => {
  const lists = [
    [],
    [null],
    [''],
    [null, null],
    ['', ''],
    [null, ''],
    ['ab'],
    ['a', 'b'],
    ['', 'ab'],
    ['ab', ''],
    ['ba'],
  ]
  assert.equal(new Set(lists.map(textsKey)).size, lists.length)
  const text = fc.option(fc.string({ unit: fc.constantFrom('a', 'b', '\0', '€'), maxLength: 5 }))
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), fc.array(text, { maxLength: 4 }), (one, other) => {
      assert.equal(textsKey([...one]), textsKey(one))
      assert.equal(textsKey(one) === textsKey(other), JSON.stringify(one) === JSON.stringify(other))
      assert.ok(Number.isSafeInteger(textsKey(one)))
    }),
  )
})
