import type { ExceptionItem } from '../domain/exception.ts'
import type { Log } from '../domain/log.ts'
import { type DurationMs, SECOND } from '../domain/time.ts'
import type { StateStore } from '../storage/state-store.ts'
import type { Clock } from './clock.ts'

const KEY = 'exceptions'
/** So soon do servers on one store know of each other's exceptions. */
const FOLLOW_EVERY: DurationMs = 5 * SECOND

/**
 * The exceptions that people make while the product runs. They are kept in the state under one key, and at hand in memory for the
 * rules, which ask for them at every step.
 */
export class ExceptionList {
  readonly #state: StateStore
  #items: readonly ExceptionItem[] = []

  constructor(state: StateStore) {
    this.#state = state
  }

  /** In the order in which they were made. Those that have expired are among them, and take nothing out any more. */
  get items(): readonly ExceptionItem[] {
    return this.#items
  }

  async load(): Promise<void> {
    this.#items = (await this.#stored()).items
  }

  /** Learns now and then what other servers have made of the list; resolves when the signal is aborted. */
  async follow(clock: Clock, log: Log, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(FOLLOW_EVERY, signal)
      if (signal.aborted) return
      try {
        await this.load()
      } catch (error) {
        log.warn('Exceptions cannot be read', { error: String(error) })
      }
    }
  }

  /** One that is there already changes nothing. */
  async add(item: ExceptionItem): Promise<'added' | 'exists'> {
    const changed = await this.#change((items) =>
      items.some(({ item_id }) => item_id === item.item_id) ? undefined : [...items, item],
    )
    return changed ? 'added' : 'exists'
  }

  async remove(itemId: string): Promise<'removed' | 'missing'> {
    const changed = await this.#change((items) => {
      const left = items.filter(({ item_id }) => item_id !== itemId)
      return left.length === items.length ? undefined : left
    })
    return changed ? 'removed' : 'missing'
  }

  /** Writes what `change` makes of the list as it is stored, again if somebody else has written meanwhile. */
  async #change(change: (items: readonly ExceptionItem[]) => readonly ExceptionItem[] | undefined): Promise<boolean> {
    for (;;) {
      const { items, version } = await this.#stored()
      const changed = change(items)
      if (changed !== undefined && (await this.#state.put(KEY, changed, version)) === 'conflict') continue
      this.#items = changed ?? items
      return changed !== undefined
    }
  }

  async #stored(): Promise<{ readonly items: readonly ExceptionItem[]; readonly version: number }> {
    const kept = await this.#state.get(KEY)
    return { items: (kept?.doc as readonly ExceptionItem[] | undefined) ?? [], version: kept?.version ?? 0 }
  }
}
