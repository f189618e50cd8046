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
  #ticks: (Tick & { readonly key: string })[] = []
  #count = 0

  constructor(state: StateStore) {
    this.#state = state
  }

  async load(): Promise<void> {
    for (const key of await this.#state.keys(PREFIX))
      this.#ticks.push({ key, ...((await this.#state.get(key))!.doc as Tick) })
    const last = this.#ticks.at(-1)
    this.#count = last ? Number(last.key.slice(PREFIX.length)) + 1 : 0
  }

  async add(tick: Tick): Promise<void> {
    const key = PREFIX + String(this.#count).padStart(12, '0')
    await this.#state.put(key, tick, 0)
    this.#count++
    this.#ticks.push({ key, ...tick })
  }

  /** The first tick behind this place that shows `time` or later. */
  reached(time: EpochMs, after: Seq): Tick | undefined {
    const tick = this.#ticks.find(({ now, upTo }) => upTo >= after && now >= time)
    return tick && { now: tick.now, upTo: tick.upTo }
  }

  get latest(): EpochMs {
    return this.#ticks.at(-1)?.now ?? Number.NEGATIVE_INFINITY
  }

  /** Lets go what every job is past (`upTo`) and what is older than `before`; the last one stays, it shows the time. */
  async forget(upTo: Seq, before: EpochMs): Promise<void> {
    const last = this.#ticks.at(-1)
    const gone = this.#ticks.filter((tick) => tick !== last && tick.upTo < upTo && tick.now < before)
    this.#ticks = this.#ticks.filter((tick) => !gone.includes(tick))
    await this.#state.remove(gone.map(({ key }) => key))
  }
}
