import type { EpochMs } from '../domain/time.ts'
import type { Input } from './input.ts'
import type { Profile } from './sighting-queue.ts'

/**
 * Makes one sequence of several inputs (`time-and-order.md` §1): each has a running maximum of the clock that its entries
 * show, and the input that is furthest behind goes next, ties by the order of the inputs. An input is opened when the merge
 * reaches its first reading.
 *
 * `await fill()`, then `advance()` until it is false, again and again; after each `advance()` the entry is `queue` at `index`.
 */
export class Merge<P extends Profile> {
  readonly #lanes: Lane<P>[] = []
  #current: Lane<P> | undefined

  constructor(inputs: readonly Input<P>[]) {
    for (const input of inputs) this.#lanes.push({ input, open: false, clock: Number.NEGATIVE_INFINITY })
  }

  /** Looks at the beginning of each input; with one alone there is nothing to order. */
  async start(): Promise<void> {
    if (this.#lanes.length < 2) return
    for (const lane of this.#lanes)
      lane.clock = lane.input.source.size === undefined ? lane.clock : await lane.input.firstClock()
  }

  get input(): Input<P> {
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

  #furthestBehind(): Lane<P> | undefined {
    let least = this.#lanes[0]
    for (let i = 1; i < this.#lanes.length; i++) if (this.#lanes[i]!.clock < least!.clock) least = this.#lanes[i]
    return least
  }
}

interface Lane<P extends Profile> {
  readonly input: Input<P>
  open: boolean
  /** Running maximum of the clock, the next entry included. Before opening: the first reading. */
  clock: EpochMs
}

function clockAtHead<P extends Profile>(input: Input<P>): EpochMs {
  const clock = input.queue.clocks[input.queue.head]!
  return Number.isNaN(clock) ? Number.NEGATIVE_INFINITY : clock
}
