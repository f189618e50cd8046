import type { DurationMs, EpochMs } from '../domain/time.ts'

/** So many steps are kept; a picture is a few hundred wide. */
const MOST_STEPS = 2_000

interface Step {
  readonly start: EpochMs
  events: number
}

/**
 * How many events came when, in steps on multiples of a span. When there are too many steps, the span doubles and neighbours
 * become one, so that the memory has a bound however long the log is.
 */
export class Activity {
  #span: DurationMs
  #steps = new Map<EpochMs, Step>()
  #recent: Step | undefined

  constructor(span: DurationMs) {
    this.#span = span
  }

  note(time: EpochMs, events = 1): void {
    const start = Math.floor(time / this.#span) * this.#span
    if (this.#recent?.start !== start) this.#recent = this.#stepAt(start)
    this.#recent.events += events
  }

  /** Steps that had events. */
  get size(): number {
    return this.#steps.size
  }

  /** Events by start of step. */
  counts(): Map<EpochMs, number> {
    return new Map([...this.#steps.values()].map(({ start, events }) => [start, events]))
  }

  #stepAt(start: EpochMs): Step {
    const known = this.#steps.get(start)
    if (known) return known
    if (this.#steps.size === MOST_STEPS) {
      this.#widen()
      return this.#stepAt(Math.floor(start / this.#span) * this.#span)
    }
    const step = { start, events: 0 }
    this.#steps.set(start, step)
    return step
  }

  #widen(): void {
    const narrow = this.#steps
    this.#span *= 2
    this.#steps = new Map()
    this.#recent = undefined
    for (const { start, events } of narrow.values()) this.note(start, events)
  }
}
