import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../domain/error.ts'
import { parseSize } from './size.ts'

for (const [given, expect] of [
  ['0B', 0],
  ['64MiB', 67_108_864],
  ['1.5 KiB', 1536],
  ['2TiB', 2_199_023_255_552],
] as const)
  test(`a size of ${given} is ${expect} bytes`, () => assert.equal(parseSize(given), expect))

for (const given of ['', '64', '64MB', 'MiB', '-1B', '1e3B'])
  test(`"${given}" is no size`, () => assert.throws(() => parseSize(given), AppError))
