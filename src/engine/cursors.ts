import type { StateStore } from '../storage/state-store.ts'

/** Where each source goes on after a start. Only the engine's ingest writes them, after its events are committed. */
export class Cursors {
  readonly #state: StateStore
  readonly #versions = new Map<string, number>()

  constructor(state: StateStore) {
    this.#state = state
  }

  async load(source: string): Promise<unknown> {
    const kept = await this.#state.get(keyOf(source))
    this.#versions.set(source, kept?.version ?? 0)
    return kept?.doc
  }

  async save(source: string, cursor: unknown): Promise<void> {
    if (!this.#versions.has(source)) await this.load(source)
    const version = this.#versions.get(source)!
    if ((await this.#state.put(keyOf(source), cursor, version)) === 'written') this.#versions.set(source, version + 1)
    else this.#versions.delete(source)
  }
}

function keyOf(source: string): string {
  return `cursor/source/${source}`
}
