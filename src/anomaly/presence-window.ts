import type { EpochMs } from '../domain/time.ts'
import type { Name } from './category-model.ts'

/** Who was present in each bucket of the recent past, and the τ of that bucket: what late rows are judged by (`time-and-order.md` §3). */
export class PresenceWindow {
  /** Ascending by start; only buckets that had names. */
  #buckets: Presence[] = []

  /** The bucket's entry; a bucket that was empty gets one with the τ of the next bucket that was not, or `tau`. */
  at(start: EpochMs, tau: number): Presence {
    const place = this.#placeOf(start)
    const next = this.#buckets[place]
    if (next?.start === start) return next
    const entry = { start, tau: next?.tau ?? tau, names: new Int32Array() }
    this.#buckets.splice(place, 0, entry)
    return entry
  }

  /** Takes out a bucket again. */
  drop(start: EpochMs): void {
    this.#buckets = this.#buckets.filter((bucket) => bucket.start !== start)
  }

  /** Forgets buckets before `start`. */
  forget(start: EpochMs): void {
    this.#buckets.splice(0, this.#placeOf(start))
  }

  /** Follows a renumbering of names (−1: gone) and a shift of τ. */
  follow(moved: Int32Array | undefined, shift: number): void {
    for (const bucket of this.#buckets) {
      bucket.tau += shift
      if (moved) bucket.names = bucket.names.map((name) => moved[name]!).filter((name) => name >= 0)
    }
  }

  save(): SavedPresence[] {
    return this.#buckets.map(({ start, tau, names }) => [start, tau, [...names]])
  }

  static load(saved: readonly SavedPresence[]): PresenceWindow {
    const window = new PresenceWindow()
    window.#buckets = saved.map(([start, tau, names]) => ({ start, tau, names: Int32Array.from(names) }))
    return window
  }

  #placeOf(start: EpochMs): number {
    let low = 0
    let high = this.#buckets.length
    // Nearly always the last: a closing bucket is the newest.
    if (high > 0 && this.#buckets[high - 1]!.start < start) return high
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#buckets[middle]!.start < start) low = middle + 1
      else high = middle
    }
    return low
  }
}

export interface Presence {
  readonly start: EpochMs
  tau: number
  /** A typed array, since there is one for each bucket of a week. */
  names: Int32Array
}

export type SavedPresence = readonly [EpochMs, number, readonly Name[]]
