import type { Log } from '../domain/log.ts'
import { type DurationMs, MINUTE } from '../domain/time.ts'
import type { Clock } from './clock.ts'

/** How often the storage is given time to seal and to prune. */
const TEND_EVERY: DurationMs = 10 * MINUTE

export interface TendPorts {
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** Tends something now and then until the signal; what fails once is tried the next time. */
export async function tendLoop(tend: () => Promise<void>, { clock, log, signal }: TendPorts): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(TEND_EVERY, signal)
    if (signal.aborted) return
    try {
      await tend()
    } catch (error) {
      log.error('The storage cannot be tended', { error: error instanceof Error ? error.message : String(error) })
    }
  }
}
