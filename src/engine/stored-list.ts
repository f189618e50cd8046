import type { StateStore } from '../storage/state-store.ts'

/** A list that people write to while the product runs, kept in the state under one key and at hand in memory. */
export class StoredList<T> {
  readonly #state: StateStore
  readonly #key: string
  readonly #idOf: (item: T) => string
  #items: readonly T[] = []

  constructor(state: StateStore, key: string, idOf: (item: T) => string) {
    this.#state = state
    this.#key = key
    this.#idOf = idOf
  }

  /** In the order in which they were added, as of the last `load`, `add` or `remove`. */
  get items(): readonly T[] {
    return this.#items
  }

  async load(): Promise<void> {
    this.#items = (await this.#stored()).items
  }

  /** One that is there already changes nothing. */
  async add(item: T): Promise<'added' | 'exists'> {
    const id = this.#idOf(item)
    const changed = await this.#change((items) =>
      items.some((one) => this.#idOf(one) === id) ? undefined : [...items, item],
    )
    return changed ? 'added' : 'exists'
  }

  async remove(id: string): Promise<'removed' | 'missing'> {
    const changed = await this.#change((items) => {
      const left = items.filter((one) => this.#idOf(one) !== id)
      return left.length === items.length ? undefined : left
    })
    return changed ? 'removed' : 'missing'
  }

  /** Writes what `change` makes of the list as it is stored, again if somebody else has written meanwhile. */
  async #change(change: (items: readonly T[]) => readonly T[] | undefined): Promise<boolean> {
    for (;;) {
      const { items, version } = await this.#stored()
      const changed = change(items)
      if (changed !== undefined && (await this.#state.put(this.#key, changed, version)) === 'conflict') continue
      this.#items = changed ?? items
      return changed !== undefined
    }
  }

  async #stored(): Promise<{ readonly items: readonly T[]; readonly version: number }> {
    const kept = await this.#state.get(this.#key)
    return { items: (kept?.doc as readonly T[] | undefined) ?? [], version: kept?.version ?? 0 }
  }
}
