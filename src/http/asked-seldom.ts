import type { DurationMs, EpochMs } from '../domain/time.ts'

/** A question to the store that takes it some work: the answer is given again until it is so old. */
export class AskedSeldom<T> {
  readonly #ask: () => Promise<T>
  readonly #every: DurationMs
  readonly #now: () => EpochMs
  #asked: EpochMs = Number.NEGATIVE_INFINITY
  #answer: Promise<T> | undefined

  constructor(ask: () => Promise<T>, every: DurationMs, now: () => EpochMs) {
    this.#ask = ask
    this.#every = every
    this.#now = now
  }

  answer(): Promise<T> {
    const now = this.#now()
    if (this.#answer && Math.abs(now - this.#asked) < this.#every) return this.#answer
    this.#asked = now
    const answer = this.#ask()
    // Whoever asks after a failure asks the store again.
    answer.catch(() => {
      this.#answer = undefined
    })
    this.#answer = answer
    return answer
  }
}
