import type { Log } from '../domain/log.ts'
import { type DurationMs, type EpochMs, isoTime, SECOND } from '../domain/time.ts'
import type { Intake, LiveSource, SourceHealth } from '../sources/live-source.ts'
import type { Clock } from './clock.ts'

/** A source that could not be opened is tried again so often: whoever has its port may have gone. */
const TRY_AGAIN_EVERY: DurationMs = 30 * SECOND

/** How a source is, and whether it is open at all. */
export interface OpenedHealth extends SourceHealth {
  readonly name: string
  /** Since when it cannot be opened; undefined while it is open, or its turn has not come yet. */
  readonly closedSince?: EpochMs
}

interface Failure {
  readonly since: EpochMs
  readonly reason: string
}

/** The sources of an engine. Each is opened by itself: one that fails says so until it is open, and keeps no other from its work. */
export class SourceSet {
  readonly #clock: Clock
  readonly #log: Log
  readonly #stopping = new AbortController()
  readonly #failures = new Map<LiveSource, Failure>()
  #trying: Promise<void> = Promise.resolve()
  all: readonly LiveSource[] = []

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = clock
    this.#log = log
  }

  /** Opens all of them, one after the other; those that fail are tried again until `stop`. */
  async open(intake: Intake): Promise<void> {
    for (const source of this.all) await this.#open(source, intake)
    const open = this.all.filter((source) => !this.#failures.has(source))
    this.#log.info('Sources are open', { sources: open.map(({ name }) => name) })
    if (this.#failures.size > 0) this.#trying = this.#tryAgain(intake)
  }

  /** None of them can be opened, and nobody will try again. */
  fail(error: unknown): void {
    for (const source of this.all) this.#failed(source, error)
  }

  /** Resolves when everything that was handed in is answered. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all([this.#trying, ...this.all.map((source) => source.stop())])
  }

  get health(): readonly OpenedHealth[] {
    return this.all.map((source) => {
      const failure = this.#failures.get(source)
      const { name, health } = source
      return failure ? { name, ...health, problem: failure.reason, closedSince: failure.since } : { name, ...health }
    })
  }

  /** What is wrong now, a sentence each. */
  get problems(): readonly string[] {
    return this.health.flatMap(({ name, problem, closedSince }) => {
      if (problem === undefined) return []
      return [`${name}: ${problem}${closedSince === undefined ? '' : ` (since ${isoTime(closedSince)})`}`]
    })
  }

  async #tryAgain(intake: Intake): Promise<void> {
    const { signal } = this.#stopping
    while (this.#failures.size > 0) {
      await this.#clock.sleep(TRY_AGAIN_EVERY, signal)
      for (const source of [...this.#failures.keys()]) await this.#open(source, intake)
      if (signal.aborted) return
    }
  }

  async #open(source: LiveSource, intake: Intake): Promise<void> {
    if (this.#stopping.signal.aborted) return
    const failure = this.#failures.get(source)
    try {
      await source.start(intake)
      this.#failures.delete(source)
      if (failure) this.#log.info('Source is open at last', { source: source.name, since: isoTime(failure.since) })
    } catch (error) {
      this.#failed(source, error)
    }
  }

  /** Said once, and again only when the reason is another one. */
  #failed(source: LiveSource, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    const known = this.#failures.get(source)
    this.#failures.set(source, { since: known?.since ?? this.#clock.now(), reason })
    if (known?.reason !== reason) this.#log.error('Source cannot be opened', { source: source.name, error: reason })
  }
}
