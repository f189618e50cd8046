import { type EpochMs, HOUR } from '../domain/time.ts'

/** So many readings in a row must agree before a clock is believed to have stepped by more than an hour. */
const AGREEING = 100

/**
 * Tells real steps of a sender's clock from false dates, for an input that can be read ahead (`time-and-order.md` §1).
 *
 * A reading within an hour of the last accepted one is accepted. One further off waits for those after it: if a hundred of
 * them, or all that the input still has, stay off, the clock has stepped (a machine was switched off over the weekend); if they
 * come back, the reading was false (boot messages written before the clock was set) and says nothing about the time.
 */
export class SteadyTimes {
  readonly #senders: Sender[] = []
  readonly #doubtful = new Set<Sender>()

  /**
   * Takes in the reading at `index` by `sender` (a small number). `accepted[index]` becomes the time that it counts for, NaN
   * for none; while the reading waits, that is not final.
   */
  read(sender: number, time: EpochMs, index: number, accepted: Float64Array): void {
    let at = this.#senders[sender]
    if (at === undefined) {
      at = { time: Number.NaN, last: Number.NaN, run: [] }
      this.#senders[sender] = at
    }
    if (at.run.length > 0 && breaksOff(at, time)) this.#dismiss(at, accepted)
    accepted[index] = time
    if (at.run.length === 0 && Math.abs(time - at.time) <= HOUR) {
      at.time = time
      return
    }
    at.run.push(index)
    at.last = time
    this.#doubtful.add(at)
    if (at.run.length === AGREEING) this.#accept(at)
  }

  /** The lowest index that still waits, or `otherwise` if none does. */
  firstWaiting(otherwise: number): number {
    let first = otherwise
    for (const sender of this.#doubtful) first = Math.min(first, sender.run[0]!)
    return first
  }

  /** The input has ended, or cannot be held back any longer: what nothing after it contradicts is accepted. */
  end(): void {
    for (const sender of this.#doubtful) this.#accept(sender)
  }

  #accept(sender: Sender): void {
    sender.time = sender.last
    sender.run = []
    this.#doubtful.delete(sender)
  }

  #dismiss(sender: Sender, accepted: Float64Array): void {
    for (const index of sender.run) accepted[index] = sender.time
    sender.run = []
    this.#doubtful.delete(sender)
  }
}

interface Sender {
  /** The last accepted reading; NaN before the first. */
  time: EpochMs
  /** Readings that wait, by index, and the last of them. */
  run: number[]
  last: EpochMs
}

/** A run ends when the clock comes back to the accepted time, jumps back within the run, or jumps over to its other side. */
function breaksOff({ time: accepted, last }: Sender, time: EpochMs): boolean {
  return Math.abs(time - accepted) <= HOUR || time < last - HOUR || (last < accepted && time > accepted)
}
