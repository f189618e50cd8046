import { type DurationMs, SECOND } from '../domain/time.ts'
import type { StateStore } from '../storage/state-store.ts'
import type { Clock } from './clock.ts'

/**
 * Who does a piece of work, among several workers on one storage. A lease is one document; only its version counts, never anybody's
 * time of day: whoever waits sees that it has not changed for as long as leases last, by a clock of their own.
 */

/** As it is stored. */
interface Entry {
  /** '' where it was given back. */
  readonly holder: string
  /** Grows with each holder: storage refuses those who come with an older one. */
  readonly token: number
  readonly beat: number
}

export interface Lease {
  readonly name: string
  readonly token: number
  /** Aborted when the lease was lost, or may have been. */
  readonly lost: AbortSignal
  /** Gives it back, for another to take at once; the work must have ended. */
  release(): Promise<void>
}

export interface LeaseOptions {
  readonly state: StateStore
  readonly clock: Clock
  /** Unique among workers and their lives. */
  readonly holder: string
  /** After so long without a sign of life a lease is taken over. */
  readonly lasts?: DurationMs
}

/** A takeover within 30 seconds, with room for a look every few seconds and a slow answer. */
const LASTS: DurationMs = 20 * SECOND
/** Beats within the time that a lease lasts; one may go astray. */
const BEATS = 4

export class Leases {
  readonly #state: StateStore
  readonly #clock: Clock
  readonly #holder: string
  readonly #lasts: DurationMs
  /** What was seen of leases of others: this version, since then. */
  readonly #seen = new Map<string, { readonly version: number; readonly since: number }>()

  constructor({ state, clock, holder, lasts = LASTS }: LeaseOptions) {
    this.#state = state
    this.#clock = clock
    this.#holder = holder
    this.#lasts = lasts
  }

  /** Takes a lease that is free or has run out; undefined while somebody holds it. To be asked now and then. */
  async take(name: string): Promise<Lease | undefined> {
    const asked = this.#clock.now()
    const known = await this.#state.get(keyOf(name))
    const entry = known?.doc as Entry | undefined
    if (known && entry!.holder !== '' && !this.#hasRunOut(name, known.version, asked)) return undefined
    const token = (entry?.token ?? 0) + 1
    const put = await this.#put(name, { holder: this.#holder, token, beat: 0 }, known?.version ?? 0)
    this.#seen.delete(name)
    return put ? this.#hold(name, token, (known?.version ?? 0) + 1, asked) : undefined
  }

  /** Who holds these, by name; '' for nobody. */
  holders(): Promise<ReadonlyMap<string, string>> {
    return holdersIn(this.#state)
  }

  #hasRunOut(name: string, version: number, now: number): boolean {
    const seen = this.#seen.get(name)
    if (seen?.version === version) return now - seen.since > this.#lasts
    this.#seen.set(name, { version, since: now })
    return false
  }

  #hold(name: string, token: number, first: number, taken: number): Lease {
    const lost = new AbortController()
    const ended = new AbortController()
    let version = first
    let confirmed = taken
    const beat = async (): Promise<void> => {
      for (let n = 1; !ended.signal.aborted; n++) {
        await this.#clock.sleep(this.#lasts / BEATS, ended.signal)
        if (ended.signal.aborted) return
        const asked = this.#clock.now()
        // A worker that was paused knows by its own clock that it is too late, before it does anything else.
        if (asked - confirmed > this.#lasts) return lost.abort()
        if (!(await this.#put(name, { holder: this.#holder, token, beat: n }, version))) return lost.abort()
        version++
        confirmed = asked
      }
    }
    const beating = beat().catch(() => lost.abort())
    return {
      name,
      token,
      lost: lost.signal,
      release: async () => {
        ended.abort()
        await beating
        if (!lost.signal.aborted) await this.#put(name, { holder: '', token, beat: 0 }, version)
      },
    }
  }

  async #put(name: string, entry: Entry, version: number): Promise<boolean> {
    return (await this.#state.put(keyOf(name), entry, version)) === 'written'
  }
}

/** Who held each lease last, by name; '' for one that was given back. One that has died is named until somebody takes over. */
export async function holdersIn(state: StateStore): Promise<ReadonlyMap<string, string>> {
  const holders = new Map<string, string>()
  for (const key of await state.keys(PREFIX)) {
    const known = await state.get(key)
    if (known) holders.set(key.slice(PREFIX.length), (known.doc as Entry).holder)
  }
  return holders
}

const PREFIX = 'lease/'

function keyOf(name: string): string {
  return PREFIX + name
}
