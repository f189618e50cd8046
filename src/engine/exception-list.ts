import type { ExceptionItem } from '../domain/exception.ts'
import type { Log } from '../domain/log.ts'
import { type DurationMs, SECOND } from '../domain/time.ts'
import type { StateStore } from '../storage/state-store.ts'
import type { Clock } from './clock.ts'
import { StoredList } from './stored-list.ts'

/** So soon do servers on one store know of each other's exceptions. */
const FOLLOW_EVERY: DurationMs = 5 * SECOND

/**
 * The exceptions that people make while the product runs; the rules ask for them at every step. Those that have expired are among
 * them, and take nothing out any more.
 */
export class ExceptionList extends StoredList<ExceptionItem> {
  constructor(state: StateStore) {
    super(state, 'exceptions', ({ item_id }) => item_id)
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
}
