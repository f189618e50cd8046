import type { BucketSpan } from '../domain/bucket.ts'
import { compareObservations, type Observation, united } from '../domain/observation.ts'

/** The rows of a bucket that is still open, gathered observation by observation: each costs what it brings, not what was there. */
export class OpenRows {
  readonly bucket: BucketSpan
  readonly #rows = new Map<string, Observation>()
  #news: Observation[] = []
  #inOrder: readonly Observation[] | undefined

  constructor(bucket: BucketSpan) {
    this.bucket = bucket
  }

  add(observed: readonly Observation[]): void {
    for (const row of observed) {
      const key = JSON.stringify(row.values)
      const before = this.#rows.get(key)
      this.#rows.set(key, before === undefined ? row : united(before, row))
      if (before === undefined) this.#news.push(row)
    }
    if (observed.length > 0) this.#inOrder = undefined
  }

  /** All of them, in the order of `compareObservations`. */
  get rows(): readonly Observation[] {
    this.#inOrder ??= [...this.#rows.values()].sort(compareObservations)
    return this.#inOrder
  }

  /** Combinations of values that no trial had yet. */
  get news(): readonly Observation[] {
    return this.#news
  }

  tried(): void {
    this.#news = []
  }
}
