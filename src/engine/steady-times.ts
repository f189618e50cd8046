import { type EpochMs, HOUR } from '../domain/time.ts'

/** So many readings in a row must agree before a clock is believed to have stepped by more than an hour. */
const AGREEING = 100

/**
 * Tells real steps of a sender's clock from false dates, for an input that can be read ahead (`time-and-order.md` §1).
 *
 * A reading within an hour of the last accepted one is accepted. One further off waits for those after it: if a hundred of
 * them, or all that the input still has, stay off, the clock has stepped (a machine was switched off over the weekend); if they
 * come back, the reading was false (boot messages written before the clock was set) and stands for the last accepted one, or
 * at the head of an input for the first that will be.
 */
export class SteadyTimes {
  readonly #senders: Sender[] = []
  readonly #doubtful = new Set<Sender>()

  /**
   * Takes in the reading at `index` by `sender` (a small number). `accepted[index]` becomes the time that it counts for;
   * while the reading waits, that is not final.
   */
  read(sender: number, time: EpochMs, index: number, accepted: Float64Array): void {
    let at = this.#senders[sender]
    if (at === undefined) {
      at = { time: Number.NaN, last: Number.NaN, run: [], early: [] }
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
    if (at.run.length === AGREEING) this.#accept(at, accepted)
  }

  /** The lowest index that still waits, or `otherwise` if none does. */
  firstWaiting(otherwise: number): number {
    let first = otherwise
    for (const { run, early } of this.#doubtful) first = Math.min(first, early[0] ?? run[0]!)
    return first
  }

  /** The input has ended, or cannot be held back any longer: what nothing after it contradicts is accepted. */
  end(accepted: Float64Array): void {
    for (const sender of this.#doubtful) this.#accept(sender, accepted)
  }

  #accept(sender: Sender, accepted: Float64Array): void {
    for (const index of sender.early) accepted[index] = accepted[sender.run[0]!]!
    sender.time = sender.last
    sender.early = []
    sender.run = []
    this.#doubtful.delete(sender)
  }

  #dismiss(sender: Sender, accepted: Float64Array): void {
    if (Number.isNaN(sender.time)) sender.early.push(...sender.run)
    else for (const index of sender.run) accepted[index] = sender.time
    sender.run = []
    if (sender.early.length === 0) this.#doubtful.delete(sender)
  }
}

interface Sender {
  /** The last accepted reading; NaN before the first. */
  time: EpochMs
  /** Readings that wait, by index, and the last of them. */
  run: number[]
  last: EpochMs
  /** False readings from before the first accepted one, by index. */
  early: number[]
}

/** A run ends when the clock comes back to the accepted time, jumps back within the run, or jumps over to its other side. */
function breaksOff({ time: accepted, last }: Sender, time: EpochMs): boolean {
  return Math.abs(time - accepted) <= HOUR || time < last - HOUR || (last < accepted && time > accepted)
}
