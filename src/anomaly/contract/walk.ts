import fc from 'fast-check'
import type { BucketSpan } from '../../domain/bucket.ts'
import type { Observation } from '../../domain/observation.ts'
import { DAY, type DurationMs, type EpochMs } from '../../domain/time.ts'
import type { BucketOutcome, JobModel } from '../job-model.ts'

/** How the contract of job models leads one through a made-up history. */

/** One kind of job; a `Sight` is what a row of it is made of. */
export interface ModelKind<Sight> {
  /** A model that has seen nothing, or one that goes on from a snapshot. */
  open(saved?: unknown): JobModel
  readonly bucketSpan: DurationMs
  /** Start of the first bucket. */
  readonly start: EpochMs
  readonly anySight: fc.Arbitrary<Sight>
  /** The row of a sight in a bucket that starts then. */
  rowOf(sight: Sight, start: EpochMs): Observation
  readonly settled: Settled<Sight>
}

/** A past after which `odd` makes a record of its own beside what is `plain`. */
export interface Settled<Sight> {
  /** The snapshot, as text. */
  readonly saved: string
  /** Start of the bucket after it. */
  readonly next: EpochMs
  readonly plain: readonly Sight[]
  readonly odd: Sight
}

/** One thing that happens to a model. */
export type Step<Sight> =
  | { readonly do: 'close'; readonly gap: number; readonly sights: readonly Sight[] }
  | { readonly do: 'skip'; readonly gap: number }
  /** More sights in a bucket that was closed, so many before the newest. */
  | { readonly do: 'late'; readonly back: number; readonly sights: readonly Sight[] }

/** What may come to one kind of job. */
export function happeningsOf<Sight>(kind: ModelKind<Sight>) {
  // A row is one distinct combination of values.
  const sights = fc.uniqueArray(kind.anySight, { maxLength: 6, selector: (sight) => valuesOf(kind, sight) })
  /** Empty buckets in between: none mostly, or hours, or as many days as something is learned or forgotten in. */
  const gap = fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 40 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: Math.ceil((5 * DAY) / kind.bucketSpan) }) },
  )
  const step: fc.Arbitrary<Step<Sight>> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('close' as const), gap, sights }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('late' as const), back: fc.nat({ max: 60 }), sights }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('skip' as const), gap }) },
  )
  const history = fc.array(step, { minLength: 1, maxLength: 20 })
  return { sights, gap, history }
}

/** What a row is told from others by. */
function valuesOf<Sight>(kind: ModelKind<Sight>, sight: Sight): string {
  return JSON.stringify(kind.rowOf(sight, kind.start).values)
}

/** A model on its way through a history. `turned` says in which order the rows of a bucket are handed in. */
export function walk<Sight>(
  kind: ModelKind<Sight>,
  model: JobModel = kind.open(),
  turned = (rows: readonly Observation[]) => rows,
) {
  const { start, bucketSpan } = kind
  const bucketFrom = (from: EpochMs): BucketSpan => ({ start: from, end: from + bucketSpan })
  const rowsOf = (sights: readonly Sight[], from: EpochMs) => turned(sights.map((sight) => kind.rowOf(sight, from)))
  const known = new Map<EpochMs, readonly Sight[]>()
  const walker = {
    model,
    next: start,
    take(one: Step<Sight>): BucketOutcome | undefined {
      if (one.do === 'late') return walker.late(walker.next - (1 + one.back) * bucketSpan, one.sights)
      const from = walker.next
      walker.next += one.gap * bucketSpan
      if (one.do === 'close') return walker.close(one.sights)
      if (one.gap > 0) walker.model.skip(from, walker.next)
      return undefined
    },
    close(sights: readonly Sight[]): BucketOutcome {
      const bucket = bucketFrom(walker.next)
      known.set(bucket.start, sights)
      walker.next = bucket.end
      return walker.model.close(bucket, rowsOf(sights, bucket.start))
    },
    /** All rows that the bucket has by now, as a store gives them. */
    late(from: EpochMs, sights: readonly Sight[]): BucketOutcome | undefined {
      if (from < start || known.size === 0) return undefined
      const all = new Map([...(known.get(from) ?? []), ...sights].map((sight) => [valuesOf(kind, sight), sight]))
      known.set(from, [...all.values()])
      return walker.model.late(bucketFrom(from), rowsOf([...all.values()], from))
    },
    trial: (open: readonly (readonly Sight[])[]): BucketOutcome[] =>
      walker.model.trial(
        open.map((sights, i) => {
          const bucket = bucketFrom(walker.next + i * bucketSpan)
          return { bucket, rows: rowsOf(sights, bucket.start) }
        }),
      ),
  }
  return walker
}
