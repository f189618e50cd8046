import type { EpochMs } from '../domain/time.ts'
import type { Profile, SightingQueue } from './sighting-queue.ts'

/** What a merge needs of an input: `Input` of a scan, `BacklogInput` of a server. */
export interface Mergeable<P extends Profile> {
  readonly queue: SightingQueue<P>
  /** Reads on until something can be taken from the queue; false when the input has ended and its queue is empty. */
  fill(): Promise<boolean>
  /** The earliest reading of the clock near the beginning, without taking anything; no number lies before -Infinity, which opens it at once. */
  firstClock(): Promise<EpochMs>
}

/**
 * Makes one sequence of several inputs (`time-and-order.md` §1): each has a running maximum of the clock that its entries
 * show, and the input that is furthest behind goes next, ties by the order of the inputs. An input is opened when the merge
 * reaches its first reading.
 *
 * `await fill()`, then `advance()` until it is false, again and again; after each `advance()` the entry is `queue` at `index`.
 */
export class Merge<P extends Profile, I extends Mergeable<P>> {
  readonly #lanes: Lane<I>[] = []
  #current: Lane<I> | undefined

  constructor(inputs: readonly I[]) {
    for (const input of inputs) this.#lanes.push({ input, open: false, clock: Number.NEGATIVE_INFINITY })
  }

  /** Looks at the beginning of each input; with one alone there is nothing to order. */
  async start(): Promise<void> {
    if (this.#lanes.length < 2) return
    for (const lane of this.#lanes) lane.clock = await lane.input.firstClock()
  }

  get input(): I {
    return this.#current!.input
  }

  /** Index in `input.queue` of the entry that `advance` came to. */
  get index(): number {
    return this.#current!.input.queue.head - 1
  }

  /** Opens what is due and reads on wherever nothing is left to take; false at the end of everything. */
  async fill(): Promise<boolean> {
    for (;;) {
      const next = this.#furthestBehind()
      if (!next) return false
      if (next.open && next.input.queue.head < next.input.queue.ready) return true
      next.open = true
      if (await next.input.fill()) next.clock = Math.max(next.clock, clockAtHead(next.input))
      else this.#lanes.splice(this.#lanes.indexOf(next), 1)
    }
  }

  /** Goes on to the next entry; false when `fill` has to be asked first. */
  advance(): boolean {
    const lane = this.#lanes.length === 1 ? this.#lanes[0]! : this.#furthestBehind()
    if (!lane?.open) return false
    const { queue } = lane.input
    if (queue.head >= queue.ready) return false
    queue.head++
    if (queue.head < queue.ready) {
      const clock = queue.clocks[queue.head]!
      if (clock > lane.clock) lane.clock = clock
    }
    this.#current = lane
    return true
  }

  #furthestBehind(): Lane<I> | undefined {
    let least = this.#lanes[0]
    for (let i = 1; i < this.#lanes.length; i++) if (this.#lanes[i]!.clock < least!.clock) least = this.#lanes[i]
    return least
  }
}

interface Lane<I> {
  readonly input: I
  open: boolean
  /** Running maximum of the clock, the next entry included. Before opening: the first reading. */
  clock: EpochMs
}

function clockAtHead({ queue }: Mergeable<Profile>): EpochMs {
  const clock = queue.clocks[queue.head]!
  return Number.isNaN(clock) ? Number.NEGATIVE_INFINITY : clock
}
