import { type EpochMs, HOUR } from '../domain/time.ts'
import { SequenceClock } from './sequence-clock.ts'

/** So many readings in a row must agree before a host's clock is believed to have stepped by more than an hour. */
const AGREEING = 100

/**
 * The clock of an engine that runs (`time-and-order.md` §1). Nothing counts for more than the time of day, and a log's own time
 * steps by more than an hour only when the time of day or a hundred readings in a row agree: there is no looking ahead.
 */
export class EngineClock {
  readonly #sequence = new SequenceClock()
  readonly #hosts = new Map<string, HostClock>()

  get now(): EpochMs {
    return this.#sequence.now
  }

  /** `event.ingested` of a document, or the time of day of a tick. */
  ingested(time: EpochMs, timeOfDay: EpochMs): void {
    this.#sequence.ingested(Math.min(time, timeOfDay))
  }

  /** The own time of an event of a log. */
  event(host: string, time: EpochMs, timeOfDay: EpochMs): void {
    const at = this.#hostOf(host)
    if (this.#believes(at, time, timeOfDay)) this.#accept(at, time, timeOfDay)
  }

  /** A reading that somebody who could look ahead has found to be true (`SteadyTimes`). */
  accepted(host: string, time: EpochMs, timeOfDay: EpochMs): void {
    this.#accept(this.#hostOf(host), time, timeOfDay)
  }

  #believes(at: HostClock, time: EpochMs, timeOfDay: EpochMs): boolean {
    if (Math.abs(time - at.time) <= HOUR || Math.abs(time - timeOfDay) <= HOUR) return true
    at.run = Math.abs(time - at.last) <= HOUR ? at.run + 1 : 1
    at.last = time
    return at.run >= AGREEING
  }

  #accept(at: HostClock, time: EpochMs, timeOfDay: EpochMs): void {
    at.time = time
    at.run = 0
    at.last = Number.NaN
    this.#sequence.event(at.number, Math.min(time, timeOfDay))
  }

  #hostOf(host: string): HostClock {
    let at = this.#hosts.get(host)
    if (!at) {
      at = { number: this.#hosts.size, time: Number.NaN, run: 0, last: Number.NaN }
      this.#hosts.set(host, at)
    }
    return at
  }
}

interface HostClock {
  readonly number: number
  /** The last reading that counted; NaN before there was one. */
  time: EpochMs
  /** Readings in a row that are far from it and near each other, and the last of them. */
  run: number
  last: EpochMs
}
