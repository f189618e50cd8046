import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explain, relativeRarity } from './explain.ts'

const finding = { by: 'x', probability: 0.01, actual: 1, typical: 0.01, firstOccurrence: false, relativeRarity: 12 }

test('relative rarity is the typical over the actual concentration', () => {
  // Rare specification §9.1-R.
  assert.equal(relativeRarity(0.1, 0.5), 5)
})

test('a first occurrence is said only when it is one, and a rarity only when there is one', () => {
  assert.deepEqual(explain(finding), { by_field_relative_rarity: 12 })
  assert.deepEqual(explain({ ...finding, firstOccurrence: true, relativeRarity: 0 }), {
    by_field_first_occurrence: true,
  })
})
