import type { Seq } from '../domain/time.ts'
import type { Sink } from '../sinks/sink.ts'
import { type SinkDeps, type SinkHealth, SinkLoop } from './sink-loop.ts'

/** All sinks side by side: none waits for another, and what the slowest has passed on is forgotten. */
export class Outbox {
  readonly #sinks: readonly Sink[]
  readonly #deps: SinkDeps
  readonly #loops: readonly SinkLoop[]
  readonly #stopping = new AbortController()
  #running: Promise<unknown> = Promise.resolve()

  /** @throws RangeError where two sinks share a name */
  constructor(sinks: readonly Sink[], deps: SinkDeps) {
    const names = sinks.map(({ name }) => name)
    if (new Set(names).size < names.length)
      throw new RangeError(`Cannot use two sinks of one name: ${names.join(', ')}`)
    this.#sinks = sinks
    this.#deps = deps
    this.#loops = sinks.map((sink) => new SinkLoop(sink, deps))
  }

  /** To be called before the first rule is judged: a sink that is new tells of what comes from now on. */
  async start(): Promise<void> {
    const end = await this.#end()
    for (const loop of this.#loops) await loop.open(end)
    await this.#deps.alerts.forgetNotices(this.#slowest(end))
    const { signal } = this.#stopping
    const forget = () => this.#deps.alerts.forgetNotices(this.#slowest(Number.POSITIVE_INFINITY))
    this.#running = Promise.all(this.#loops.map((loop) => loop.run(signal, forget)))
  }

  get health(): readonly SinkHealth[] {
    return this.#loops.map(({ health }) => health)
  }

  /** A delivery that is under way is broken off; after the next start it is tried again. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    await Promise.all(this.#sinks.map((sink) => sink.close()))
  }

  #slowest(end: Seq): Seq {
    return Math.min(end, ...this.#loops.map(({ after }) => after))
  }

  /** The place of the last notice that is kept. */
  async #end(): Promise<Seq> {
    let end: Seq = 0
    for (;;) {
      const { items } = await this.#deps.alerts.notices({ after: end, limit: 1_000 })
      if (items.length === 0) return end
      end = items.at(-1)!.seq
    }
  }
}
