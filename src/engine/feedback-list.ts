import type { Feedback } from '../domain/feedback.ts'
import type { StateStore } from '../storage/state-store.ts'

const KEY = 'feedback'

/**
 * What people have said for models to learn from, in the order in which they said it. Whoever is told writes it here, in whichever
 * process; the engine looks now and then, and each job takes what is new at a place of its sequence (`decisions.ts`).
 */
export class FeedbackList {
  readonly #state: StateStore
  #items: readonly Feedback[] = []

  constructor(state: StateStore) {
    this.#state = state
  }

  /** As of the last `load` or `add`. */
  get items(): readonly Feedback[] {
    return this.#items
  }

  async load(): Promise<void> {
    this.#items = (await this.#stored()).items
  }

  /** What was said before changes nothing. */
  async add(item: Feedback): Promise<'added' | 'exists'> {
    for (;;) {
      const { items, version } = await this.#stored()
      this.#items = items
      if (items.some(({ id }) => id === item.id)) return 'exists'
      const longer = [...items, item]
      if ((await this.#state.put(KEY, longer, version)) === 'conflict') continue
      this.#items = longer
      return 'added'
    }
  }

  async #stored(): Promise<{ readonly items: readonly Feedback[]; readonly version: number }> {
    const kept = await this.#state.get(KEY)
    return { items: (kept?.doc as readonly Feedback[] | undefined) ?? [], version: kept?.version ?? 0 }
  }
}
