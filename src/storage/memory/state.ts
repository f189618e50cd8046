import type { Versioned } from '../alert-store.ts'
import type { StateStore } from '../state-store.ts'

/** Values are kept as JSON, so that nobody holds a piece of what is stored. */
export class MemoryState implements StateStore {
  readonly #values = new Map<string, Versioned<string>>()

  async get(key: string): Promise<Versioned<unknown> | undefined> {
    const known = this.#values.get(key)
    return known && { version: known.version, doc: JSON.parse(known.doc) }
  }

  async put(key: string, value: unknown, version: number): Promise<'written' | 'conflict'> {
    if ((this.#values.get(key)?.version ?? 0) !== version) return 'conflict'
    this.#values.set(key, { version: version + 1, doc: JSON.stringify(value) })
    return 'written'
  }

  async keys(prefix: string): Promise<readonly string[]> {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix)).sort()
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#values.delete(key)
  }
}
