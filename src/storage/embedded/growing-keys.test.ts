import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GrowingKeys } from './growing-keys.ts'

test('keys that were added are there, and no others, however they are kept', () =>
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat()), fc.array(fc.maxSafeNat()), (keys, others) => {
      const grown = new GrowingKeys(4)
      for (const key of keys) grown.add(key)
      for (const key of [0, ...keys, ...others]) assert.equal(grown.has(key), keys.includes(key), `${key}`)
    }),
  ))
