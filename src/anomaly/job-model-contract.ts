import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AnomalyRecord, AnomalyResult } from '../domain/anomaly-record.ts'
import { type BucketSpan, LATE_WINDOW } from '../domain/bucket.ts'
import type { Observation } from '../domain/observation.ts'
import { DAY, type EpochMs } from '../domain/time.ts'
import { happeningsOf, type ModelKind, walk } from './contract/walk.ts'
import type { BucketOutcome, JobModel } from './job-model.ts'

/**
 * What every model of a job owes (`job-model.ts`, `time-and-order.md` §§2, 3, 5 and 7), whatever it thinks of its rows: it goes through
 * made-up histories and is compared with itself.
 */

/** @param runs made-up histories to go through: fewer where each takes long */
export function jobModelContract<Sight>(name: string, kind: ModelKind<Sight>, runs = 30): void {
  const { bucketSpan, settled } = kind
  const bucketFrom = (from: EpochMs): BucketSpan => ({ start: from, end: from + bucketSpan })
  const rowsOf = (sights: readonly Sight[], from: EpochMs) => sights.map((sight) => kind.rowOf(sight, from))
  const settledModel = () => kind.open(JSON.parse(settled.saved))
  const settledBucket = bucketFrom(settled.next)
  const plain = rowsOf(settled.plain, settled.next)
  const odd = rowsOf([...settled.plain, settled.odd], settled.next)
  const quick = { numRuns: runs }

  const { sights, gap, history } = happeningsOf(kind)

  test(`${name} makes a record of what is odd, and none of what is plain`, () => {
    assert.deepEqual(recordsOf(settledModel().close(settledBucket, plain)), [])
    assert.equal(recordsOf(settledModel().close(settledBucket, odd)).length, 1)
  })

  test(`${name} goes on after save and load, at any point, as if nothing had happened`, () =>
    fc.assert(
      fc.property(history, fc.nat(), (steps, point) => {
        const [whole, cut] = [walk(kind), walk(kind)]
        for (const [i, one] of steps.entries()) {
          if (i === point % steps.length) cut.model = kind.open(JSON.parse(textOf(cut.model)))
          assert.deepEqual(cut.take(one), whole.take(one))
        }
        assert.equal(textOf(cut.model), textOf(whole.model))
      }),
      quick,
    ))

  test(`${name} refuses a snapshot that it did not make`, () => {
    for (const snapshot of [
      null,
      {},
      { ...JSON.parse(settled.saved), version: 0 },
      { ...JSON.parse(settled.saved), job_id: '' },
    ])
      assert.throws(() => kind.open(snapshot), { code: 'SNAPSHOT_UNREADABLE' })
  })

  test(`${name} answers in a trial what closing will answer, and stays as it was`, () =>
    fc.assert(
      fc.property(history, fc.array(sights, { minLength: 2, maxLength: 2 }), (steps, open) => {
        const [trying, plain] = [walk(kind), walk(kind)]
        for (const one of steps) {
          trying.trial(open)
          assert.deepEqual(trying.take(one), plain.take(one))
        }
        const before = textOf(plain.model)
        const tried = trying.trial(open)
        assert.equal(textOf(trying.model), before)
        assert.deepEqual(tried.map(asFinal), open.map(trying.close))
      }),
      quick,
    ))

  test(`${name} stays as it was after a trial that fails`, () => {
    const model = settledModel()
    const before = bucketFrom(settled.next - bucketSpan)
    assert.throws(() => model.trial([settledBucket, before].map((bucket) => ({ bucket, rows: odd }))), RangeError)
    assert.equal(textOf(model), settled.saved)
    assert.equal(recordsOf(model.close(settledBucket, odd)).length, 1)
  })

  test(`${name} does not care in which order the rows of a bucket come, closed, late or tried`, () =>
    fc.assert(
      fc.property(history, sights, fc.nat(), (steps, open, by) => {
        const turned = (rows: readonly Observation[]) => rotated(rows, by).reverse()
        const [one, other] = [walk(kind), walk(kind, kind.open(), turned)]
        for (const step of steps) {
          assert.deepEqual(other.trial([open]), one.trial([open]))
          assert.deepEqual(other.take(step), one.take(step))
        }
        assert.equal(textOf(other.model), textOf(one.model))
      }),
      quick,
    ))

  test(`${name} finds nothing in an empty bucket, and time that passes empty is the same in one step, in many, or left out`, () =>
    fc.assert(
      fc.property(history, gap, sights, (steps, empty, sights) => {
        const [inOne, inMany, leftOut] = [walk(kind), walk(kind), walk(kind)]
        for (const walker of [inOne, inMany, leftOut]) {
          for (const one of steps) walker.take(one)
          walker.close(sights)
        }
        const last = { do: 'close', gap: empty, sights } as const
        inOne.take({ do: 'skip', gap: empty })
        for (let i = 0; i < empty; i++) assert.deepEqual(findingsOf(inMany.close([])), [])
        assert.equal(textOf(inOne.model), textOf(inMany.model))
        const answer = inOne.close(sights)
        assert.deepEqual(inMany.close(sights), answer)
        assert.deepEqual(leftOut.take(last), answer)
        assert.equal(textOf(inMany.model), textOf(inOne.model))
        assert.equal(textOf(leftOut.model), textOf(inOne.model))
      }),
      quick,
    ))

  test(`${name} closes buckets in their order, once, and takes late only what was closed`, () => {
    const model = settledModel()
    const before = bucketFrom(settled.next - bucketSpan)
    assert.throws(() => model.close(before, odd), RangeError)
    assert.throws(() => model.skip(before.start, settled.next + bucketSpan), RangeError)
    assert.throws(() => model.late(settledBucket, odd), RangeError)
    assert.equal(textOf(model), settled.saved)
  })

  test(`${name} scores a late row in its own bucket, and learns it once`, () => {
    const model = settledModel()
    model.close(settledBucket, plain)
    model.skip(settledBucket.end, settledBucket.end + DAY)
    const first = model.late(settledBucket, odd)
    assert.deepEqual(
      recordsOf(first).map(({ timestamp }) => timestamp),
      [settled.next],
    )
    const after = textOf(model)
    assert.deepEqual(model.late(settledBucket, odd).results, [])
    assert.equal(textOf(model), after)
    assert.deepEqual(recordsOf(model.close(bucketFrom(settledBucket.end + DAY), [])), [], 'time does not go back')
  })

  test(`${name} writes what grew under its old id and first score`, () =>
    fc.assert(
      fc.property(history, (steps) => {
        const walker = walk(kind)
        const first = new Map<string, AnomalyRecord>()
        for (const one of steps)
          for (const record of recordsOf(walker.take(one))) {
            const known = first.get(record.record_id) ?? record
            first.set(record.record_id, known)
            assert.equal(record.timestamp, known.timestamp)
            assert.equal(record.initial_record_score, known.initial_record_score)
          }
      }),
      quick,
    ))

  test(`${name} counts what is later than the window, and neither scores nor learns it`, () => {
    const model = settledModel()
    model.skip(settled.next, settled.next + LATE_WINDOW + bucketSpan)
    const before = textOf(model)
    const rows = rowsOf([settled.odd], settled.next)
    const unscored = rows.reduce((sum, { count }) => sum + count, 0)
    assert.deepEqual(model.late(settledBucket, rows), { results: [], renormalize: false, unscored })
    assert.equal(textOf(model), before)
  })

  test(`${name} renormalises to the same however often it is asked, and learns nothing by it`, () => {
    const model = settledModel()
    const { results } = model.close(settledBucket, odd)
    model.skip(settledBucket.end, settledBucket.end + 2 * DAY)
    const before = textOf(model)
    const changed = model.renormalize(results)
    assert.equal(textOf(model), before)
    assert.deepEqual(model.renormalize(changed), [])
    for (const record of recordsOf({ results: changed }))
      assert.ok(results.some((one) => one.result_type === 'record' && one.record_id === record.record_id))
  })
}

const textOf = (model: JobModel): string => JSON.stringify(model.save())

function recordsOf(outcome: Pick<BucketOutcome, 'results'> | undefined): AnomalyRecord[] {
  return (outcome?.results ?? []).filter((result) => result.result_type === 'record')
}

/** Records and influencers: a model may say of each bucket that there was one. */
function findingsOf({ results }: BucketOutcome): AnomalyResult[] {
  return results.filter(({ result_type }) => result_type !== 'bucket')
}

/** A trial may say of its results that they are interim ones. */
function asFinal(outcome: BucketOutcome): BucketOutcome {
  return { ...outcome, results: outcome.results.map((result) => ({ ...result, is_interim: false })) }
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const at = items.length === 0 ? 0 : by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}
