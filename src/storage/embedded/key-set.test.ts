import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { textKey } from '../../domain/key.ts'
import { KeySet } from './key-set.ts'

const anyKey = fc.oneof(
  fc.constantFrom(0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 40, 2 ** 53 - 1),
  fc.maxSafeInteger().map((n) => Math.abs(n)),
  fc.string().map(textKey),
)

test('a key set has its keys and no others, in order, and is the same from its bytes', () =>
  fc.assert(
    fc.property(fc.uniqueArray(anyKey), fc.array(anyKey), (keys, others) => {
      const made = KeySet.of([...keys, ...keys.slice(0, 2)])
      // As a database hands it over: somewhere in a larger buffer.
      const shifted = new Uint8Array(made.bytes.length + 1).subarray(1)
      shifted.set(made.bytes)
      for (const set of [made, KeySet.from(shifted)]) {
        assert.deepEqual(
          [...set],
          [...keys].sort((a, b) => a - b),
        )
        assert.equal(set.size, keys.length)
        for (const key of [...keys, ...others]) assert.equal(set.has(key), keys.includes(key), `${key}`)
      }
    }),
  ))

test('a key takes five bytes, and the set of a day about 33 kB', () => {
  assert.equal(KeySet.of(Array.from({ length: 100_000 }, (_, i) => textKey(`${i}`))).bytes.length, 500_000 + 32_772)
})
