import type { Log } from '../domain/log.ts'
import { type DurationMs, type EpochMs, SECOND } from '../domain/time.ts'
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

/** How often a worker looks for work that is free. With the time that a lease lasts it makes the time of a takeover. */
const LOOK_EVERY: DurationMs = 3 * SECOND
/** One piece is taken at a time, and the next so soon: those who start together share. */
const NEXT_AFTER: DurationMs = SECOND / 2

/** Takes work that nobody does, does it, and lets go of what it has lost. */
export class Worker {
  readonly #options: WorkerOptions
  readonly #running = new Map<string, { readonly lease: Lease; readonly work: Promise<Work | undefined> }>()
  /** When work could last not be started: until it is looked for again, the rest has its turn, and so have others. */
  readonly #failed = new Map<string, EpochMs>()
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
    for (const { lease, work: starting } of [...this.#running.values()]) {
      const work = await starting
      if (lease.lost.aborted) await work?.drop()
      else await work?.stop()
      await lease.release()
    }
    this.#running.clear()
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options
    while (!this.#stopping.signal.aborted) {
      let taken = false
      try {
        taken = await this.#look()
      } catch (error) {
        log.error('Work cannot be taken', { error: messageOf(error) })
      }
      await clock.sleep(taken ? NEXT_AFTER : LOOK_EVERY, this.#stopping.signal)
    }
  }

  /** Answers whether a piece was free, and is taken. */
  async #look(): Promise<boolean> {
    for (const name of this.#options.names) {
      if (this.#stopping.signal.aborted) return false
      if (!this.#running.has(name) && !this.#hasJustFailed(name) && (await this.#take(name))) return true
    }
    return false
  }

  #hasJustFailed(name: string): boolean {
    const since = this.#options.clock.now() - (this.#failed.get(name) ?? Number.NEGATIVE_INFINITY)
    return since >= 0 && since < LOOK_EVERY
  }

  /** Whether it was free and is now ours. It starts by itself: of a worker that has died, all work is to be taken within the time of one. */
  async #take(name: string): Promise<boolean> {
    const { leases, log } = this.#options
    const lease = await leases.take(name)
    if (!lease) return false
    log.info('Work taken', { name, token: lease.token })
    this.#running.set(name, { lease, work: this.#start(lease) })
    const drop = () => void this.#drop(name)
    if (lease.lost.aborted) drop()
    else lease.lost.addEventListener('abort', drop, { once: true })
    return true
  }

  /** Work that cannot be started is given back, for whoever can. */
  async #start(lease: Lease): Promise<Work | undefined> {
    try {
      return await this.#options.start(lease)
    } catch (error) {
      this.#options.log.error('Work cannot be started', { name: lease.name, error: messageOf(error) })
      this.#failed.set(lease.name, this.#options.clock.now())
      await lease.release()
      this.#running.delete(lease.name)
      return undefined
    }
  }

  async #drop(name: string): Promise<void> {
    const running = this.#running.get(name)
    if (!running) return
    this.#running.delete(name)
    this.#options.log.warn('Work lost to another worker', { name, token: running.lease.token })
    const work = await running.work
    await work?.drop()
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
