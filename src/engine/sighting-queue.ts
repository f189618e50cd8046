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
  readonly times: EpochMs[] = []
  /** What the entry shows of the clock: its `event.ingested`, else its own time; NaN if that is false. */
  readonly clocks: EpochMs[] = []
  readonly byIngest: boolean[] = []
  readonly ids: number[] = []
  readonly froms: number[] = []
  readonly tos: number[] = []
  head = 0
  ready = 0
  readonly #steady = new SteadyTimes()
  readonly #reject: (reject: Reject) => void

  constructor(reject: (reject: Reject) => void) {
    this.#reject = reject
  }

  sight(profile: P, time: EpochMs, ingested: EpochMs, id: number, from: number, to: number): void {
    const index = this.times.length
    const byIngest = ingested === ingested // not NaN
    this.profiles.push(profile)
    this.times.push(time)
    this.byIngest.push(byIngest)
    this.ids.push(id)
    this.froms.push(from)
    this.tos.push(to)
    this.#steady.read(byIngest ? 0 : profile.host + 1, byIngest ? ingested : time, index, this.clocks)
  }

  reject(reject: Reject): void {
    this.#reject(reject)
  }

  /** To be called when a piece of input has been read, with `ended` after the last one. */
  settle(ended: boolean): void {
    const length = this.times.length
    if (ended || length - this.head > WAITING_LIMIT) this.#steady.end()
    this.ready = this.#steady.firstWaiting(length)
  }

  /** Forgets entries that were taken, once all were. */
  compact(): void {
    if (this.head < this.times.length) return
    for (const column of [this.profiles, this.times, this.clocks, this.byIngest, this.ids, this.froms, this.tos])
      column.length = 0
    this.head = 0
    this.ready = 0
  }
}
