import type { TakenFeedback } from '../domain/feedback.ts'
import type { EpochMs, Seq } from '../domain/time.ts'
import { DAY, HOUR } from '../domain/time.ts'
import type { StateStore } from '../storage/state-store.ts'
import type { SavedLoop } from './job-loop.ts'
import type { SavedJudging } from './judging.ts'

/** Grows when a snapshot can no longer be read as before. */
const VERSION = 1
/** Every three hours of the clock, at places of the data, so that a restart does not show. */
const EVERY = 3 * HOUR
const DAILY_KEPT = 10
const WEEKLY_KEPT = 16

/** Everything that a job remembers after so many of its decisions. */
export interface Snapshot {
  /** Decisions that are in it. */
  readonly decisions: number
  /** The place of the last result that is in it. */
  readonly results: Seq
  /** The place in the sequence that was scored last, and the clock there. */
  readonly upTo: Seq
  readonly now: EpochMs
  readonly loop: SavedLoop
  readonly judging: SavedJudging
  /** What people have said that is in it, in the order in which it was taken in. */
  readonly feedback: readonly TakenFeedback[]
}

interface Kept extends Snapshot {
  readonly version: number
  /** The fields of the datafeed: with others, what is remembered means something else. */
  readonly fields: readonly string[]
}

/** Full snapshots of one job; between them only decisions are stored, and a start carries those out again. */
export class Snapshots {
  readonly #state: StateStore
  readonly #prefix: string
  readonly #fields: readonly string[]
  readonly #modelVersion: number | undefined

  /** @param modelVersion of the models that can be read; any unless said */
  constructor(state: StateStore, jobId: string, fields: readonly string[], modelVersion?: number) {
    this.#state = state
    this.#prefix = `snapshot/${jobId}/`
    this.#fields = fields
    this.#modelVersion = modelVersion
  }

  /** Whether one is due when the clock has gone from `before` to `now`. */
  static isDue(before: EpochMs, now: EpochMs): boolean {
    return Math.floor(now / EVERY) > Math.floor(before / EVERY)
  }

  /** The newest that can be used; undefined when there is none, or the job sees other fields now. */
  async newest(): Promise<Snapshot | undefined> {
    for await (const snapshot of this.newestFirst()) return snapshot
    return undefined
  }

  /** All that can be used. */
  async *newestFirst(): AsyncGenerator<Snapshot> {
    for (const key of (await this.#keys()).reverse()) {
      // Another process may have let it go meanwhile.
      const kept = (await this.#state.get(key))?.doc as Kept | undefined
      if (kept === undefined || !this.#isReadable(kept)) continue
      // Those of versions before this one have none.
      yield { ...kept, feedback: kept.feedback ?? [] }
    }
  }

  #isReadable({ version, fields, loop }: Kept): boolean {
    if (version !== VERSION || JSON.stringify(fields) !== JSON.stringify(this.#fields)) return false
    return this.#modelVersion === undefined || versionIn(loop.model) === this.#modelVersion
  }

  /** Answers how many decisions are in the oldest snapshot that is kept: nobody needs those any more. */
  async save(snapshot: Snapshot): Promise<number> {
    const key = `${this.#prefix}${snapshot.now}/${String(snapshot.decisions).padStart(12, '0')}`
    const version = (await this.#state.get(key))?.version ?? 0
    await this.#state.put(key, { version: VERSION, fields: this.#fields, ...snapshot }, version)
    const keys = await this.#keys()
    const gone = expired(keys, (other) => this.#timeOf(other))
    await this.#state.remove(gone)
    return Math.min(...keys.filter((other) => !gone.includes(other)).map((other) => this.#numberOf(other)))
  }

  async #keys(): Promise<string[]> {
    const keys = await this.#state.keys(this.#prefix)
    return [...keys].sort((a, b) => this.#timeOf(a) - this.#timeOf(b) || this.#numberOf(a) - this.#numberOf(b))
  }

  #timeOf(key: string): EpochMs {
    return Number(key.slice(this.#prefix.length).split('/')[0])
  }

  #numberOf(key: string): number {
    return Number(key.slice(this.#prefix.length).split('/')[1])
  }
}

/** The version of what a model has saved. */
export function versionIn(saved: unknown): number | undefined {
  return (saved as { readonly version?: number } | null)?.version
}

/** All but the newest two, the newest of each of ten days and of each of sixteen weeks. Keys ascend. */
export function expired(keys: readonly string[], timeOf: (key: string) => EpochMs): string[] {
  const kept = new Set(keys.slice(-2))
  for (const [span, count] of [
    [DAY, DAILY_KEPT],
    [7 * DAY, WEEKLY_KEPT],
  ] as const) {
    const newestOf = new Map<number, string>()
    for (const key of keys) newestOf.set(Math.floor(timeOf(key) / span), key)
    for (const key of [...newestOf.values()].slice(-count)) kept.add(key)
  }
  return keys.filter((key) => !kept.has(key))
}
