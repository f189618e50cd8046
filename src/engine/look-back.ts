import { LANDMARK_FIELDS, landmarksOn } from '../datafeed/landmarks.ts'
import type { Before } from '../domain/landmark.ts'
import { DAY, type DurationMs, type EpochMs, HOUR, SECOND, type Seq } from '../domain/time.ts'
import type { EventReader } from '../storage/storage.ts'
import { landmarksOf } from '../triage/landmarks.ts'
import { systemClock } from './clock.ts'
import { rowsOfBucket } from './job-loop.ts'

/** An alert waits no longer than this for what happened before it. */
const PATIENCE: DurationMs = 10 * SECOND

/** Before what, and up to which place of the sequence: what came in later does not count, so that a redo says the same. */
export interface Question {
  readonly host: string | null
  /** The first event of the alert. */
  readonly first: EpochMs
  readonly upTo: Seq
}

/** Looks for what happened on a host just before an alert. It explains, and nothing hangs on it: a store that fails or is slow is left alone. */
export class LookBack {
  readonly #events: Pick<EventReader, 'observe'>
  readonly #onFailure: (error: unknown) => void
  readonly #patience: DurationMs
  /** One that took too long is still at work. */
  #isBusy = false

  constructor(
    events: Pick<EventReader, 'observe'>,
    onFailure: (error: unknown) => void = () => {},
    patience = PATIENCE,
  ) {
    this.#events = events
    this.#onFailure = onFailure
    this.#patience = patience
  }

  /** Undefined where the store does not tell, or not in time. */
  async before(question: Question): Promise<Before | undefined> {
    if (this.#isBusy || !Number.isFinite(question.first)) return undefined
    this.#isBusy = true
    const answered = new AbortController()
    const answer = this.#ask(question)
      .catch((error) => {
        this.#onFailure(error)
        return undefined
      })
      .finally(() => {
        this.#isBusy = false
        answered.abort()
      })
    const tooLong = systemClock.sleep(this.#patience, answered.signal).then(() => undefined)
    return Promise.race([answer, tooLong])
  }

  async #ask({ host, first, upTo }: Question): Promise<Before> {
    const feed = landmarksOn(host)
    const hour = { start: first - HOUR, end: first }
    const landmarks = landmarksOf(await rowsOfBucket(this.#events, feed, hour, upTo), LANDMARK_FIELDS, hour)
    if (landmarks.length > 0) return { landmarks, inDay: true }
    const day = { start: first - DAY, end: hour.start }
    const others = landmarksOf(await rowsOfBucket(this.#events, feed, day, upTo), LANDMARK_FIELDS, day)
    return { landmarks, inDay: others.length > 0 }
  }
}
