import type { Reject } from '../domain/event.ts'
import type { EpochMs } from '../domain/time.ts'
import type { SightingSink } from '../formats/format.ts'
import { SteadyTimes } from './steady-times.ts'

/** What the engine needs to know of an event beyond its time: who sent it. Formats pass it through without looking. */
export interface Profile {
  /** A small number for each host. */
  readonly host: number
}

/** At most so many sightings wait for a clock to make up its mind; more are not worth the memory. */
const WAITING_LIMIT = 65_536

/**
 * The sightings of one input that have been read and not yet been merged: columns, not objects, since there is one entry for
 * each event. Entries `[head, ready)` can be taken; those from `ready` on wait for their clock (`SteadyTimes`).
 */
export class SightingQueue<P extends Profile> implements SightingSink<P> {
  readonly profiles: P[] = []
  times = new Float64Array(512)
  /** What the entry shows of the clock: its `event.ingested`, else its own time, unless that is false. */
  clocks = new Float64Array(512)
  /** 1 where the clock is `event.ingested`. */
  byIngest = new Uint8Array(512)
  ids = new Float64Array(512)
  froms = new Float64Array(512)
  tos = new Float64Array(512)
  length = 0
  head = 0
  ready = 0
  readonly #steady = new SteadyTimes()
  readonly #reject: (reject: Reject) => void

  constructor(reject: (reject: Reject) => void) {
    this.#reject = reject
  }

  sight(profile: P, time: EpochMs, ingested: EpochMs, id: number, from: number, to: number): void {
    if (this.length === this.times.length) this.#grow()
    const index = this.length++
    const byIngest = !Number.isNaN(ingested)
    this.profiles[index] = profile
    this.times[index] = time
    this.byIngest[index] = byIngest ? 1 : 0
    this.ids[index] = id
    this.froms[index] = from
    this.tos[index] = to
    this.#steady.read(byIngest ? 0 : profile.host + 1, byIngest ? ingested : time, index, this.clocks)
  }

  reject(reject: Reject): void {
    this.#reject(reject)
  }

  /** To be called when a piece of input has been read, with `ended` after the last one. */
  settle(ended: boolean): void {
    if (ended || this.length - this.head > WAITING_LIMIT) this.#steady.end(this.clocks)
    this.ready = this.#steady.firstWaiting(this.length)
  }

  /** Forgets entries that were taken, once all were. */
  compact(): void {
    if (this.head < this.length) return
    this.length = this.head = this.ready = 0
  }

  #grow(): void {
    const larger = (column: Float64Array) => {
      const grown = new Float64Array(column.length * 2)
      grown.set(column)
      return grown
    }
    const flags = new Uint8Array(this.byIngest.length * 2)
    flags.set(this.byIngest)
    this.byIngest = flags
    this.times = larger(this.times)
    this.clocks = larger(this.clocks)
    this.ids = larger(this.ids)
    this.froms = larger(this.froms)
    this.tos = larger(this.tos)
  }
}
