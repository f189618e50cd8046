import { AppError } from '../../domain/error.ts'
import type { EcsEvent, Reject } from '../../domain/event.ts'
import type { Arrivals, Intake } from '../live-source.ts'

/** An intake in memory: it keeps what it is given, in order, and can be slow or closed. */
export class KeepingIntake implements Intake {
  readonly events: EcsEvent[] = []
  readonly rejects: Reject[] = []
  /** The cursor of the last arrivals that carried one, by source, as JSON gives it back. */
  readonly cursors = new Map<string, unknown>()
  /** Calls that were not answered yet, and the most that there ever were. */
  waiting = 0
  mostWaiting = 0
  #closed = false
  #open: Promise<void> | undefined
  #opened = () => {}

  async take(arrivals: Arrivals): Promise<void> {
    this.waiting++
    this.mostWaiting = Math.max(this.mostWaiting, this.waiting)
    await this.#open
    this.waiting--
    if (this.#closed)
      throw new AppError({ message: 'Cannot take events: the engine is stopping', code: 'INTAKE_CLOSED' })
    this.keep(arrivals)
  }

  /** What `take` does with arrivals in the end; for those of a backlog. */
  keep({ source, events, cursor }: Arrivals): void {
    this.events.push(...events)
    if (cursor !== undefined) this.cursors.set(source, JSON.parse(JSON.stringify(cursor)))
  }

  reject(_source: string, reject: Reject): void {
    this.rejects.push(reject)
  }

  /** From now on calls wait, until `release`. */
  hold(): void {
    this.#open = new Promise((resolve) => {
      this.#opened = resolve
    })
  }

  release(): void {
    this.#opened()
    this.#open = undefined
  }

  /** As an engine that stops, or whose disk is full: what waits is refused, and all that comes. */
  close(): void {
    this.#closed = true
    this.release()
  }

  /** As the engine that starts after it. */
  reopen(): void {
    this.#closed = false
  }
}

/** Waits until something holds; what is waited for is told when it does not come. */
export async function until(what: string, holds: () => boolean, seconds = 10): Promise<void> {
  const end = performance.now() + seconds * 1000
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what} did not come within ${seconds} s`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
