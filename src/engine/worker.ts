import type { Log } from '../domain/log.ts'
import { type DurationMs, SECOND } from '../domain/time.ts'
import type { Clock } from './clock.ts'
import type { Lease, Leases } from './lease.ts'

/** A piece of work that runs while its lease is held. */
export interface Work {
  /** Ends in good order: everything is saved, nothing is under way. */
  stop(): Promise<void>
  /** Ends at once, and writes nothing more: somebody else is at it. */
  drop(): Promise<void>
}

export interface WorkerOptions {
  readonly leases: Leases
  readonly clock: Clock
  readonly log: Log
  /** Names of all the work that there is, the same for every worker. */
  readonly names: readonly string[]
  readonly start: (lease: Lease) => Promise<Work>
}

/**
 * How often a worker looks for work that is free, and takes one piece of it: so those who start together share. With the time that
 * a lease lasts it makes the time of a takeover.
 */
const LOOK_EVERY: DurationMs = 3 * SECOND

/** Takes work that nobody does, does it, and lets go of what it has lost. */
export class Worker {
  readonly #options: WorkerOptions
  readonly #running = new Map<string, { readonly lease: Lease; readonly work: Work }>()
  readonly #stopping = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: WorkerOptions) {
    this.#options = options
  }

  /** The work that is being done. */
  get names(): readonly string[] {
    return [...this.#running.keys()]
  }

  start(): void {
    this.#loop = this.#run()
  }

  /** Gives everything back in good order. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
    for (const { lease, work } of this.#running.values()) {
      if (lease.lost.aborted) await work.drop()
      else await work.stop()
      await lease.release()
    }
    this.#running.clear()
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#look()
      } catch (error) {
        log.error('Work cannot be taken', { 'error.message': error instanceof Error ? error.message : String(error) })
      }
      await clock.sleep(LOOK_EVERY, this.#stopping.signal)
    }
  }

  async #look(): Promise<void> {
    for (const name of this.#options.names) {
      if (this.#stopping.signal.aborted) return
      if (!this.#running.has(name) && (await this.#take(name))) return
    }
  }

  /** Whether it was free and is now ours. */
  async #take(name: string): Promise<boolean> {
    const { leases, start, log } = this.#options
    const lease = await leases.take(name)
    if (!lease) return false
    log.info('Work taken', { name, token: lease.token })
    try {
      const work = await start(lease)
      this.#running.set(name, { lease, work })
      const drop = () => void this.#drop(name)
      if (lease.lost.aborted) drop()
      else lease.lost.addEventListener('abort', drop, { once: true })
      return true
    } catch (error) {
      await lease.release()
      throw error
    }
  }

  async #drop(name: string): Promise<void> {
    const running = this.#running.get(name)
    if (!running) return
    this.#running.delete(name)
    this.#options.log.warn('Work lost to another worker', { name, token: running.lease.token })
    await running.work.drop()
  }
}
