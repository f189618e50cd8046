import type { EpochMs } from '../../domain/time.ts'

/** Times of many owners, sorted, to count those of a span without a look at each. */
export class Timeline {
  readonly #times = new Map<number, EpochMs[]>()
  /** What was added since the mark, if there is one. */
  #added: [owner: number, at: EpochMs][] | undefined

  add(owner: number, at: EpochMs): void {
    this.#added?.push([owner, at])
    const times = this.#times.get(owner)
    if (times === undefined) this.#times.set(owner, [at])
    else if (at >= times.at(-1)!) times.push(at)
    else times.splice(this.upTo(owner, at), 0, at)
  }

  /** Marks what there is; the function answered takes out what was added since. Nothing may be cleared meanwhile. */
  mark(): () => void {
    const added: [number, EpochMs][] = []
    this.#added = added
    return () => {
      this.#added = undefined
      for (const [owner, at] of added) {
        const times = this.#times.get(owner)!
        times.splice(this.upTo(owner, at) - 1, 1)
        if (times.length === 0) this.#times.delete(owner)
      }
    }
  }

  size(owner: number): number {
    return this.#times.get(owner)?.length ?? 0
  }

  /** How many are not later than `at`. */
  upTo(owner: number, at: EpochMs): number {
    return firstThat(this.#times.get(owner), (time) => time > at)
  }

  /** How many are earlier than `at`. */
  before(owner: number, at: EpochMs): number {
    return firstThat(this.#times.get(owner), (time) => time >= at)
  }

  clear(): void {
    this.#times.clear()
  }
}

function firstThat(sorted: readonly EpochMs[] = [], holds: (time: EpochMs) => boolean): number {
  let from = 0
  let to = sorted.length
  while (from < to) {
    const middle = (from + to) >> 1
    if (holds(sorted[middle]!)) to = middle
    else from = middle + 1
  }
  return from
}
