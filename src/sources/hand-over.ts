import { AppError } from '../domain/error.ts'
import type { EcsEvent } from '../domain/event.ts'
import type { Arrivals, Intake } from './live-source.ts'
import { reasonOf } from './unreadable.ts'

/** Hands what was decoded to the intake, one call at a time; what is decoded meanwhile goes with the next call. */
export class HandOver {
  readonly #intake: Intake
  readonly #arrivals: Omit<Arrivals, 'events'>
  readonly #decoded: () => readonly EcsEvent[]
  #last: Promise<void> = Promise.resolve()
  /** A call that has not begun yet. */
  #next: Promise<void> | undefined

  constructor(intake: Intake, arrivals: Omit<Arrivals, 'events'>, decoded: () => readonly EcsEvent[]) {
    this.#intake = intake
    this.#arrivals = arrivals
    this.#decoded = decoded
  }

  /** Resolves when everything that was decoded so far is committed. @throws what `Intake.take` throws, from then on always */
  flush(): Promise<void> {
    this.#next ??= this.#last.then(() => this.#call())
    return this.#next
  }

  async #call(): Promise<void> {
    this.#last = this.#next!
    this.#next = undefined
    const events = this.#decoded()
    if (events.length > 0) await this.#intake.take({ ...this.#arrivals, events })
  }
}

/** What a source says of an error that ended it; nothing where the engine has closed its intake. */
export function endedBy(what: string, error: unknown): string | undefined {
  if (error instanceof AppError && error.code === 'INTAKE_CLOSED') return undefined
  return `Cannot go on with ${what}: ${reasonOf(error)}`
}
