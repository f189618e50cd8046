import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileDetectors } from './detector.ts'
import type { Leaf } from './leaf.ts'
import { rawScore } from './score.ts'
import { FIELDS, jobOf, rowsOf } from './testdata/fleet.ts'
import { growTree } from './tree.ts'

const HOST = { field: 'host.name', column: 0 }
const [detector] = compileDetectors(jobOf({ partition: 'user.name' }), FIELDS, new Map())

function leaf(probability: number, { host = 'web-1', partition = '' } = {}): Leaf {
  const finding = { by: 'x', probability, actual: 1, typical: probability, firstOccurrence: false, relativeRarity: 1 }
  return {
    detector: detector!,
    partition,
    by: 'x',
    rows: rowsOf(0, [{ process: 'x', host }]),
    finding,
    probability,
    counts: true,
  }
}

test('a host is less unusual the more ordinary names it runs beside the rare one', () => {
  // Rare specification §6: written probability of the influencer, for m ordinary names of p = 0.9.
  const table: [number, number, number, number][] = [
    [0, 1.07e-3, 1.25e-4, 4.25e-5],
    [1, 2.93e-3, 3.59e-4, 1.08e-4],
    [3, 7.31e-3, 9.12e-4, 2.09e-4],
    [10, 1.83e-2, 2.66e-3, 5.46e-4],
    [30, 3.67e-2, 7.08e-3, 1.52e-3],
    [100, 0.288, 1.93e-2, 4.76e-3],
  ]
  for (const [m, ...expected] of table)
    for (const [column, p] of [8.578e-4, 1e-4, 2e-5].entries()) {
      const ordinary = Array.from({ length: m }, () => leaf(0.9))
      const [branch] = growTree([leaf(p), ...ordinary], [HOST]).influencers
      const { probability } = branch!.values.get('web-1')!
      assert.ok(Math.abs(probability / expected[column]! - 1) < 0.01, `m = ${m}, p = ${p}: ${probability}`)
    }
})

test('two equally rare names alone on a host are far more unusual than one', () => {
  // Rare specification §6.
  const [branch] = growTree([leaf(8.578e-4), leaf(8.578e-4)], [HOST]).influencers
  assert.ok(Math.abs(branch!.values.get('web-1')!.probability / 4.1e-5 - 1) < 0.01)
})

test('partitions of a bucket, and hosts of a field, count by their least likely one', () => {
  // Rare specification §3.4: 1 − (1 − min)^H, here H = 3.
  const leaves = ['a', 'b', 'c'].map((name, i) => leaf([0.01, 0.4, 0.9][i]!, { host: name, partition: name }))
  const { bucket, influencers } = growTree(leaves, [HOST])
  const expected = 1 - 0.99 ** 3
  assert.ok(Math.abs(bucket.raw - expected) < 1e-9)
  assert.ok(Math.abs(influencers[0]!.node.raw - expected) < 1e-9)
  assert.ok(Math.abs(bucket.score - 0.8 * rawScore(expected)) < 1e-9)
})

test('a node that is not unusual is written as it is', () => {
  const { bucket } = growTree([leaf(0.2)], [])
  assert.deepEqual(bucket, { raw: 0.2, score: 0, probability: bucket.raw, least: 0.2 })
})
