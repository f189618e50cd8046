import { setImmediate, setTimeout } from 'node:timers/promises'
import type { DurationMs, EpochMs } from '../domain/time.ts'

/** The time of day, and waiting. The loops ask nobody else, so that a test can let a week pass in a moment. */
export interface Clock {
  now(): EpochMs
  /**
   * Resolves after this long, or at once when the signal is aborted: whoever wakes looks at the signal. A step of the time of day
   * makes no sleep longer or shorter.
   */
  sleep(duration: DurationMs, signal?: AbortSignal): Promise<void>
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(duration, signal) {
    try {
      await setTimeout(Math.max(0, duration), undefined, signal && { signal })
    } catch (error) {
      if (!signal?.aborted) throw error
    }
  },
}

interface Sleeper {
  readonly until: DurationMs
  wake(): void
}

/** A clock that stands still until it is told to go on: for tests and scenarios. */
export class FakeClock implements Clock {
  #now: EpochMs
  /** Time slept through, which steps of the time of day do not touch. */
  #elapsed: DurationMs = 0
  #sleepers: Sleeper[] = []

  constructor(start: EpochMs) {
    this.#now = start
  }

  now(): EpochMs {
    return this.#now
  }

  /** How many are asleep now. */
  get sleepers(): number {
    return this.#sleepers.length
  }

  sleep(duration: DurationMs, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener('abort', wake)
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        resolve()
      }
      const sleeper: Sleeper = { until: this.#elapsed + Math.max(0, duration), wake }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', wake, { once: true })
    })
  }

  /**
   * Lets time pass. Sleepers wake one after the other in the order of their times, each at its own; before the next one, what the
   * last one does without waiting for the outside is done, and it may have gone to sleep again within the same stretch.
   */
  async advance(duration: DurationMs): Promise<void> {
    await setImmediate()
    const end = this.#elapsed + duration
    for (let next = this.#nextUntil(end); next; next = this.#nextUntil(end)) {
      this.#pass(next.until - this.#elapsed)
      next.wake()
      await setImmediate()
    }
    this.#pass(end - this.#elapsed)
  }

  /** The time of day jumps, as when an administrator sets it: nobody wakes of it. */
  step(by: DurationMs): void {
    this.#now += by
  }

  /** The time of day is set. */
  set(now: EpochMs): void {
    this.#now = now
  }

  #pass(duration: DurationMs): void {
    this.#elapsed += duration
    this.#now += duration
  }

  #nextUntil(end: DurationMs): Sleeper | undefined {
    let first: Sleeper | undefined
    for (const sleeper of this.#sleepers)
      if (sleeper.until <= end && (!first || sleeper.until < first.until)) first = sleeper
    return first
  }
}
