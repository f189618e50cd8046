import { Fold, type Row } from '../../datafeed/observe.ts'
import type { Observation } from '../../domain/observation.ts'
import type { DurationMs, EpochMs } from '../../domain/time.ts'

/**
 * What one datafeed sees of the events so far, bucket by bucket, folded while the input is read. A bucket that was observed
 * keeps only its count; rows that come for it later are new rows, which is all that a late observation needs.
 */
export class BucketFolds {
  readonly span: DurationMs
  readonly #open = new Map<EpochMs, Fold>()
  /** Events so far in each bucket of the late window. */
  readonly #counts = new Map<EpochMs, number>()

  constructor(span: DurationMs) {
    this.span = span
  }

  /** `time` decides the bucket; the event's own time is kept in the row. */
  add(row: Row, time: EpochMs, eventTime: EpochMs, input: number, from: number, to: number): void {
    const start = Math.floor(time / this.span) * this.span
    let fold = this.#open.get(start)
    if (fold === undefined) {
      fold = new Fold()
      this.#open.set(start, fold)
    }
    fold.add(row, eventTime, input, from, to)
  }

  /** The rows of a bucket since it was last observed. */
  take(start: EpochMs): Observation[] {
    const fold = this.#open.get(start)
    if (!fold) return []
    this.#open.delete(start)
    this.#counts.set(start, (this.#counts.get(start) ?? 0) + fold.count)
    return fold.observations()
  }

  /** Events in each bucket that starts in `[from, to)`, and forgets what lies before. */
  counts(from: EpochMs, to: EpochMs): Map<EpochMs, number> {
    for (const start of this.#counts.keys()) if (start < from) this.#counts.delete(start)
    const counts = new Map<EpochMs, number>()
    for (const [start, count] of this.#counts) if (start < to) counts.set(start, count)
    for (const [start, fold] of this.#open)
      if (start >= from && start < to) counts.set(start, (counts.get(start) ?? 0) + fold.count)
    return counts
  }

  /** Starts of buckets with rows that were not observed, ascending. */
  waiting(before: EpochMs): EpochMs[] {
    return [...this.#open.keys()].filter((start) => start < before).sort((a, b) => a - b)
  }

  /** The first bucket with rows at or after `from`; undefined if there is none yet. */
  next(from: EpochMs): EpochMs | undefined {
    let least: EpochMs | undefined
    for (const start of this.#open.keys()) if (start >= from && (least === undefined || start < least)) least = start
    return least
  }
}
