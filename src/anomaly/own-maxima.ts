/** A maximum is forgotten when its key was not seen for so many buckets. */
const MEMORY = 50

/**
 * The largest raw score of each key, fading from bucket to bucket (rare specification §4.5). Keys that never scored take no room.
 * Fading is worked out when a maximum is read, so that a bucket costs nothing for keys that are absent.
 */
export class OwnMaxima {
  readonly #fading: number
  #now = 0
  #entries = new Map<string, { maximum: number; seen: number }>()

  /** `fading`: a maximum is multiplied by e^(−fading) in each bucket. */
  constructor(fading: number) {
    this.#fading = fading
  }

  age(buckets: number): void {
    const before = this.#now
    this.#now += buckets
    if (Math.floor(this.#now / MEMORY) === Math.floor(before / MEMORY)) return
    for (const [key, { seen }] of this.#entries) if (this.#now - seen > MEMORY) this.#entries.delete(key)
  }

  /** Takes in a raw score of a key that was seen; says whether it is a big change, more than 1.1 times the maximum before. */
  update(key: string, raw: number): boolean {
    const before = this.of(key)
    if (raw <= 0 && before === 0) return false
    this.#entries.set(key, { maximum: Math.max(before, raw), seen: this.#now })
    return raw > 1.1 * before
  }

  /** The maximum of a key as it stands now, 0 if there is none. */
  of(key: string): number {
    const entry = this.#entries.get(key)
    if (!entry || this.#now - entry.seen > MEMORY) return 0
    return entry.maximum * Math.exp(-this.#fading * (this.#now - entry.seen))
  }

  save(): SavedMaxima {
    return {
      now: this.#now,
      entries: [...this.#entries].map(([key, { maximum, seen }]) => [key, maximum, seen]),
    }
  }

  static load(fading: number, saved: SavedMaxima): OwnMaxima {
    const maxima = new OwnMaxima(fading)
    maxima.#now = saved.now
    maxima.#entries = new Map(saved.entries.map(([key, maximum, seen]) => [key, { maximum, seen }]))
    return maxima
  }
}

export interface SavedMaxima {
  readonly now: number
  /** [key, maximum, when it was last seen] */
  readonly entries: readonly (readonly [string, number, number])[]
}
