import type { EpochMs, Seq } from '../domain/time.ts'
import type { StateStore } from '../storage/state-store.ts'

/** The time of day as a member of the sequence (`time-and-order.md` §1): it stands behind the event at `upTo`. */
export interface Tick {
  readonly now: EpochMs
  readonly upTo: Seq
}

const PREFIX = 'tick/'

/**
 * Ticks, each stored before anybody goes by it. Only those are made at which something is due; any other would change nothing
 * but the clock, and that stands on the next event.
 */
export class Ticks {
  readonly #state: StateStore
  #ticks: Tick[] = []
  #count = 0

  constructor(state: StateStore) {
    this.#state = state
  }

  async load(): Promise<void> {
    const keys = await this.#state.keys(PREFIX)
    for (const key of keys) this.#ticks.push((await this.#state.get(key))!.doc as Tick)
    this.#count = keys.length === 0 ? 0 : Number(keys.at(-1)!.slice(PREFIX.length)) + 1
  }

  async add(tick: Tick): Promise<void> {
    await this.#state.put(PREFIX + String(this.#count).padStart(12, '0'), tick, 0)
    this.#count++
    this.#ticks.push(tick)
  }

  /** The first tick behind this place that shows `time` or later. */
  reached(time: EpochMs, after: Seq): Tick | undefined {
    return this.#ticks.find(({ now, upTo }) => upTo >= after && now >= time)
  }

  get latest(): EpochMs {
    return this.#ticks.at(-1)?.now ?? Number.NEGATIVE_INFINITY
  }

  /** Lets go what every job is past. */
  forget(before: Seq): void {
    this.#ticks = this.#ticks.filter(({ upTo }, i, all) => upTo >= before || i === all.length - 1)
  }
}
