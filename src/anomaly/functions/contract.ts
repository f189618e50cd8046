import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MINUTE } from '../../domain/time.ts'
import type { DetectorFunction, Finding, Seen, Undo } from './function.ts'

const SPAN = 15 * MINUTE

/** What every detector function owes, without a test of its own: run by `functions.test.ts` for the whole catalogue. */
export function functionContract(fn: DetectorFunction): void {
  const name = fc.oneof(
    fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'toString'),
    fc.string({ minLength: 1, maxLength: 4 }),
  )
  const bucket = fc.uniqueArray(name, { maxLength: 6 })
  const history = fc.array(bucket, { minLength: 1, maxLength: 30 })

  test(`${fn.name} carries its manual`, () => {
    assert.ok(fn.summary.length > 0 && fn.references.length > 0 && fn.examples.length > 0)
  })

  for (const { title, buckets, unusual } of fn.examples)
    test(`${fn.name} finds ${title}`, () => {
      const findings = run(fn, fn.start(SPAN), parse(buckets)).at(-1)!
      const least = [...findings].sort((a, b) => a.probability - b.probability)[0]!
      assert.equal(least.by, unusual)
    })

  test(`${fn.name} goes on after save and load, at any point, as if nothing had happened`, () => {
    fc.assert(
      fc.property(history, fc.nat(), (buckets, point) => {
        const cut = point % (buckets.length + 1)
        const state = fn.start(SPAN)
        const before = run(fn, state, buckets.slice(0, cut))
        const restored = fn.load(SPAN, JSON.parse(JSON.stringify(fn.save(state))))
        const after = run(fn, restored, buckets.slice(cut), cut)
        assert.deepEqual([...before, ...after], run(fn, fn.start(SPAN), buckets))
      }),
    )
  })

  test(`${fn.name} does not care about order inside a bucket`, () => {
    fc.assert(
      fc.property(history, (buckets) => {
        const turned = buckets.map((names) => [...names].reverse())
        const straight = run(fn, fn.start(SPAN), buckets).map(byName)
        assert.deepEqual(run(fn, fn.start(SPAN), turned).map(byName), straight)
      }),
    )
  })

  test(`${fn.name} accepts an empty bucket, and learns nothing from it`, () => {
    fc.assert(
      fc.property(history, (buckets) => {
        const state = fn.start(SPAN)
        run(fn, state, buckets)
        const before = JSON.stringify(fn.save(state))
        assert.deepEqual(fn.close(state, span(buckets.length), []), [])
        assert.equal(JSON.stringify(fn.save(state)), before)
      }),
    )
  })

  test(`${fn.name} stays finite, and answers for every value that it was shown`, () => {
    fc.assert(
      fc.property(history, (buckets) => {
        for (const [i, findings] of run(fn, fn.start(SPAN), buckets).entries()) {
          assert.deepEqual(
            findings.map(({ by }) => by),
            buckets[i],
          )
          for (const { probability, actual, typical, relativeRarity } of findings) {
            assert.ok(probability > 0 && probability <= 1)
            assert.ok([actual, typical, relativeRarity].every(Number.isFinite))
          }
        }
      }),
    )
  })

  test(`${fn.name} can be taken back to where it stood`, () => {
    fc.assert(
      fc.property(history, history, (buckets, open) => {
        const state = fn.start(SPAN)
        run(fn, state, buckets)
        const before = JSON.stringify(fn.save(state))
        const undo: Undo[] = []
        const tried = run(fn, state, open, buckets.length, undo)
        for (const step of undo.reverse()) step()
        assert.equal(JSON.stringify(fn.save(state)), before)
        assert.deepEqual(run(fn, state, open, buckets.length), tried)
      }),
    )
  })

  test(`${fn.name} learns a late value once`, () => {
    fc.assert(
      fc.property(history, bucket, fc.nat(), (buckets, names, point) => {
        const state = fn.start(SPAN)
        run(fn, state, buckets)
        const late = span(point % buckets.length)
        const there = new Set(buckets[point % buckets.length])
        const found = fn.late(state, late, names.map(seen))
        assert.deepEqual(
          found.map((finding) => finding?.by),
          names.map((name) => (there.has(name) ? undefined : name)),
        )
        const after = JSON.stringify(fn.save(state))
        assert.deepEqual(
          fn.late(state, late, names.map(seen)),
          names.map(() => undefined),
        )
        assert.equal(JSON.stringify(fn.save(state)), after)
      }),
    )
  })
}

function run(fn: DetectorFunction, state: unknown, buckets: readonly string[][], from = 0, undo?: Undo[]): Finding[][] {
  return buckets.map((names, i) => fn.close(state, span(from + i), names.map(seen), undo))
}

function span(index: number) {
  return { start: index * SPAN, end: (index + 1) * SPAN }
}

function seen(by: string): Seen {
  return { by, count: 1 }
}

function parse(buckets: string): string[][] {
  return buckets.split('|').map((bucket) => bucket.trim().split(/\s+/))
}

function byName(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => (a.by < b.by ? -1 : 1))
}
