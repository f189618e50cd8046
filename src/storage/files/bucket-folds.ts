import { Fold, type Row } from '../../datafeed/observe.ts'
import type { Observation } from '../../domain/observation.ts'
import type { DurationMs, EpochMs } from '../../domain/time.ts'

const SWEEP_FROM = 64

/**
 * What one datafeed sees of the events so far, bucket by bucket, folded while the input is read. A bucket that was observed
 * keeps only the number of its events; rows that come for it later are new rows, which is all that a late observation needs.
 */
export class BucketFolds {
  readonly span: DurationMs
  readonly #open = new Map<EpochMs, Fold>()
  /** The fold of the last event: usually that of the next one too. */
  #recent: Fold | undefined
  #recentStart: EpochMs = Number.NaN
  /** Events in each bucket of the late window that were observed. */
  readonly #observed = new Map<EpochMs, number>()
  #forgottenBefore: EpochMs = Number.NEGATIVE_INFINITY
  /** So many were left when the old ones were last swept out: it happens again when there are twice as many. */
  #keptOnSweep = SWEEP_FROM

  constructor(span: DurationMs) {
    this.span = span
  }

  /** `time` decides the bucket; the event's own time is kept in the row. */
  add(row: Row, time: EpochMs, eventTime: EpochMs, input: number, from: number, to: number): void {
    const start = Math.floor(time / this.span) * this.span
    const fold = this.#recent !== undefined && start === this.#recentStart ? this.#recent : this.#foldAt(start)
    fold.add(row, eventTime, input, from, to)
  }

  #foldAt(start: EpochMs): Fold {
    let fold = this.#open.get(start)
    if (fold === undefined) {
      fold = new Fold()
      this.#open.set(start, fold)
    }
    this.#recent = fold
    this.#recentStart = start
    return fold
  }

  /** The rows of a bucket since it was last observed. */
  take(start: EpochMs): Observation[] {
    const fold = this.#open.get(start)
    if (!fold) return []
    this.#open.delete(start)
    this.#recent = undefined
    this.#observed.set(start, (this.#observed.get(start) ?? 0) + fold.count)
    return fold.observations()
  }

  /** All events so far in each bucket that starts in `[from, to)`. */
  counts(from: EpochMs, to: EpochMs): Map<EpochMs, number> {
    const counts = new Map<EpochMs, number>()
    const since = Math.max(from, this.#forgottenBefore)
    for (const [start, count] of this.#observed) if (start >= since && start < to) counts.set(start, count)
    for (const [start, count] of this.waiting(from, to)) counts.set(start, (counts.get(start) ?? 0) + count)
    return counts
  }

  /** Events that were not observed yet in each bucket that starts in `[from, to)`. */
  waiting(from: EpochMs, to: EpochMs): Map<EpochMs, number> {
    const counts = new Map<EpochMs, number>()
    for (const [start, fold] of this.#open) if (start >= from && start < to) counts.set(start, fold.count)
    return counts
  }

  /** Lets go what no job will ask for any more: buckets that start before `from`. Answers how many of their events nobody observed. */
  forget(from: EpochMs): number {
    this.#recent = undefined
    let unobserved = 0
    this.#forgottenBefore = from
    if (this.#observed.size > 2 * this.#keptOnSweep) {
      for (const start of this.#observed.keys()) if (start < from) this.#observed.delete(start)
      this.#keptOnSweep = Math.max(SWEEP_FROM, this.#observed.size)
    }
    for (const [start, fold] of this.#open)
      if (start < from) {
        unobserved += fold.count
        this.#open.delete(start)
      }
    return unobserved
  }
}
