import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DAY, HOUR, MINUTE } from '../../domain/time.ts'
import { CategoryModel } from '../category-model.ts'
import oracle from '../testdata/oracle/early-life.json' with { type: 'json' }
import type { Finding } from './function.ts'
import { decayPerBucket, rare } from './rare.ts'

const SPAN = 15 * MINUTE

/** Closes one bucket after another with these names. */
function start() {
  const state = rare.start(SPAN)
  let next = 0
  const close = (...names: string[]): Finding[] => {
    const bucket = { start: next * SPAN, end: (next + 1) * SPAN }
    next += 1
    return rare.close(
      state,
      bucket,
      names.map((by) => ({ by, count: 1 })),
    )
  }
  const late = (index: number, ...names: string[]) =>
    rare.late(
      state,
      { start: index * SPAN, end: (index + 1) * SPAN },
      names.map((by) => ({ by, count: 1 })),
    )
  return { state, close, late }
}

test('decay is 0.0005 for each half hour, and for each longer bucket', () => {
  // Rare specification §2.2.
  assert.ok(Math.abs(decayPerBucket(5 * MINUTE) - 8.333e-5) < 1e-8)
  assert.equal(decayPerBucket(15 * MINUTE), 2.5e-4)
  assert.equal(decayPerBucket(HOUR), 5e-4)
  assert.equal(decayPerBucket(DAY), 5e-4)
})

test('a newcomer among names that were always there has the published probability', () => {
  for (const { k, p } of oracle.tied)
    for (const [column, bucket] of oracle.buckets.entries()) {
      const { close } = start()
      const always = Array.from({ length: k }, (_, i) => `s${i}`)
      for (let i = 0; i < bucket; i++) close(...always)
      const found = close(...always, 'new').at(-1)!
      near(found.probability, p[column]!, `K = ${k}, bucket ${bucket}`, 0.006)
    }
})

test('a newcomer among names that do not tie has the published probability', () => {
  // "Concentrations differ by ≥ 0.1 %": here each by 0.1 % from the next. The table's own jitter is not known, hence 2 %.
  const fading = Math.exp(-decayPerBucket(SPAN))
  for (const { k, p } of oracle.untied)
    for (const [column, bucket] of oracle.untiedBuckets.entries()) {
      const a = (fading * (1 - fading ** (bucket + 1))) / (1 - fading)
      const names = Array.from({ length: k }, (_, i) => [`s${i}`, a * (1 + 0.001 * i), 0, 0] as const)
      const model = CategoryModel.load(0, { tau: 0, names: [...names, ['new', fading, bucket, bucket]] })
      near(model.probability(k), p[column]!, `K = ${k}, bucket ${bucket}`, 0.02)
    }
})

test('only a first sight is a first occurrence', () => {
  const { close } = start()
  assert.deepEqual(
    close('a', 'b').map(({ firstOccurrence }) => firstOccurrence),
    [true, true],
  )
  assert.deepEqual(
    close('a', 'c').map(({ firstOccurrence }) => firstOccurrence),
    [false, true],
  )
})

test('relative rarity is the middle weight over the own', () => {
  const { close } = start()
  for (let i = 0; i < 40; i++) close('a', 'b')
  const [, , rarest] = close('a', 'b', 'c')
  // Rare specification §5.4; the median of three is that of a name seen 41 times, and decay is the geometric sum of it.
  const fading = Math.exp(-2.5e-4)
  near(rarest!.relativeRarity, (1 - fading ** 41) / (1 - fading), 'c', 1e-9)
})

test('a bucket without values changes nothing, however many there are', () => {
  const { state, close } = start()
  close('a', 'b')
  const before = JSON.stringify(rare.save(state))
  for (let i = 0; i < 100; i++) close()
  assert.equal(JSON.stringify(rare.save(state)), before)
})

test('equal histories have equal probabilities, in any order of names', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 40 }), (present) => {
      const { close } = start()
      let last: Finding[] = []
      for (const both of present) last = both ? close('a', 'x', 'b') : close('x')
      const p = new Map(last.map(({ by, probability }) => [by, probability]))
      assert.equal(p.get('a'), p.get('b'))
    }),
  )
})

test('a late newcomer weighs as if it had been there in time', () => {
  const inTime = start()
  const afterwards = start()
  for (let i = 0; i < 50; i++) {
    inTime.close('a', ...(i === 20 ? ['late'] : []))
    afterwards.close('a')
  }
  afterwards.late(20, 'late')
  assert.deepEqual(weights(afterwards.state), weights(inTime.state))
})

test('a late value in a bucket that was empty weighs as in the next one', () => {
  const { state, close, late } = start()
  close('a')
  close()
  close('a', 'b')
  late(1, 'c')
  const { b, c } = weights(state)
  assert.equal(c, b)
  assert.equal(late(1, 'c')[0], undefined)
})

test('a name is forgotten after 16,000 buckets of 15 minutes without it, not before', () => {
  // Rare specification §7.2: 4/λ buckets, when pruning happens.
  const { state, close } = start()
  close('old', 'a')
  rare.prune(state, 16_000 * SPAN, 0)
  assert.ok('old' in weights(state))
  close('a')
  rare.prune(state, 16_001 * SPAN, 0)
  assert.deepEqual(Object.keys(weights(state)), ['a'])
})

test('what late rows need is forgotten with its window, and survives forgotten names', () => {
  const { state, close, late } = start()
  close('old', 'a')
  for (let i = 0; i < 3; i++) close('a', 'b')
  rare.prune(state, 16_001 * SPAN, 2 * SPAN)
  assert.deepEqual(
    rare.save(state).recent.map(([from]) => from),
    [2 * SPAN, 3 * SPAN],
  )
  assert.deepEqual(late(3, 'a', 'b'), [undefined, undefined])
})

function weights(state: ReturnType<typeof rare.start>): Record<string, number> {
  return Object.fromEntries(rare.save(state).model.names.map(([name, weight]) => [name, weight]))
}

function near(actual: number, expected: number, why: string, tolerance: number): void {
  assert.ok(Math.abs(actual / expected - 1) <= tolerance, `${why}: ${actual}, not ${expected}`)
}
