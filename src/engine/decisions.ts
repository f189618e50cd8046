import { AppError } from '../domain/error.ts'
import type { TakenFeedback } from '../domain/feedback.ts'
import type { EpochMs, Seq } from '../domain/time.ts'
import type { StateStore } from '../storage/state-store.ts'

/** What a job scored its buckets on (`time-and-order.md` §2): everything up to a place, when the clock stood here. */
export interface Decision {
  readonly now: EpochMs
  readonly upTo: Seq
  /** The time with which the job began; all decisions of a job have the same. */
  readonly began: EpochMs
  /** Instead of closing a bucket, the job took this in, between the decision before it and the one after it. */
  readonly feedback?: TakenFeedback
}

/** The decisions of one job, each stored before it is carried out, so that a start can carry them out again. */
export class Decisions {
  readonly #state: StateStore
  readonly #prefix: string
  #count = 0

  constructor(state: StateStore, jobId: string) {
    this.#state = state
    this.#prefix = `decision/${jobId}/`
  }

  /** How many were made so far; of use once `stored` was read. */
  get count(): number {
    return this.#count
  }

  /** Those that were stored, in order, the first `from` of them left out. To be read before anything is decided. */
  async stored(from = 0): Promise<Decision[]> {
    const keys = await this.#state.keys(this.#prefix)
    const decisions: Decision[] = []
    for (const key of keys) {
      if (this.#numberOf(key) < from) continue
      const kept = await this.#state.get(key)
      if (kept) decisions.push(kept.doc as Decision)
    }
    this.#count = keys.length === 0 ? from : this.#numberOf(keys.at(-1)!) + 1
    return decisions
  }

  /** The oldest that is still stored. */
  async oldest(): Promise<{ readonly number: number; readonly decision: Decision } | undefined> {
    const [key] = await this.#state.keys(this.#prefix)
    const kept = key === undefined ? undefined : await this.#state.get(key)
    return kept && { number: this.#numberOf(key!), decision: kept.doc as Decision }
  }

  /** @throws AppError JOB_RUNS_TWICE when somebody else has decided for this job meanwhile */
  async decide(decision: Decision): Promise<void> {
    const key = `${this.#prefix}${String(this.#count).padStart(12, '0')}`
    if ((await this.#state.put(key, decision, 0)) === 'conflict')
      throw new AppError({
        message: `Cannot go on with "${this.#prefix.split('/')[1]}": another process runs the same job on the same storage`,
        code: 'JOB_RUNS_TWICE',
        hint: 'Stop one of the two.',
      })
    this.#count++
  }

  /** Lets go the first so many. */
  async forget(count: number): Promise<void> {
    const keys = await this.#state.keys(this.#prefix)
    await this.#state.remove(keys.filter((key) => this.#numberOf(key) < count))
  }

  #numberOf(key: string): number {
    return Number(key.slice(this.#prefix.length))
  }
}
