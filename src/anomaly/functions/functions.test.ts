import assert from 'node:assert/strict'
import { test } from 'node:test'
import { functionContract } from './contract.ts'
import { FUNCTIONS } from './index.ts'

for (const fn of FUNCTIONS.values()) functionContract(fn)

test('the catalogue names every function by its own name', () => {
  assert.deepEqual(
    [...FUNCTIONS.keys()],
    [...FUNCTIONS.values()].map(({ name }) => name),
  )
})
