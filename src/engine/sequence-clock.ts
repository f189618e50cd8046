import { type EpochMs, HOUR } from '../domain/time.ts'

/**
 * The clock of the sequence (`time-and-order.md` §1): a function of what came in, never of the time of day. Documents that
 * carry `event.ingested` show it directly; for all others it is the lower median, over their hosts, of the time of each host's
 * last event, so that one fast clock does not make everybody else late. The clock never goes back.
 */
export class SequenceClock {
  now: EpochMs = Number.NEGATIVE_INFINITY
  /** By host. */
  readonly #latest: EpochMs[] = []
  /** The values of `#latest`, ascending. */
  readonly #sorted: EpochMs[] = []

  /** A document with `event.ingested`, or a tick. NaN moves nothing. */
  ingested(time: EpochMs): void {
    if (time > this.now) this.now = time
  }

  /** An event that has only its own time; `host` is a small number. NaN moves nothing. */
  event(host: number, time: EpochMs): void {
    if (Number.isNaN(time)) return
    const before = this.#latest[host]
    if (before === undefined) this.#sorted.splice(this.#rank(time), 0, time)
    else this.#move(before, time)
    this.#latest[host] = time
    this.ingested(this.#lowerMedian())
  }

  /** Exchanges one sorted time for another; mostly a short walk, since hosts keep abreast of each other. */
  #move(before: EpochMs, time: EpochMs): void {
    const sorted = this.#sorted
    let place = this.#rank(before)
    for (; place + 1 < sorted.length && sorted[place + 1]! < time; place++) sorted[place] = sorted[place + 1]!
    for (; place > 0 && sorted[place - 1]! > time; place--) sorted[place] = sorted[place - 1]!
    sorted[place] = time
  }

  /** A host counts while it is less than an hour behind the second-largest (with one or two hosts: the largest). */
  #lowerMedian(): EpochMs {
    const sorted = this.#sorted
    const reference = sorted[sorted.length > 2 ? sorted.length - 2 : sorted.length - 1]!
    const first = sorted[0]! > reference - HOUR ? 0 : this.#rank(reference - HOUR + 1)
    return sorted[first + ((sorted.length - 1 - first) >> 1)]!
  }

  /** How many sorted times are smaller. */
  #rank(time: EpochMs): number {
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#sorted[middle]! < time) low = middle + 1
      else high = middle
    }
    return low
  }
}
