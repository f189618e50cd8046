import { timeOf } from '../datafeed/observe.ts'
import type { EcsEvent, Reject } from '../domain/event.ts'
import { values } from '../domain/field.ts'
import { hostOf } from '../domain/identity.ts'
import { type EpochMs, parseTime } from '../domain/time.ts'
import type { Arrivals, LiveSource } from '../sources/live-source.ts'
import { Merge, type Mergeable } from './merge.ts'
import { type Profile, SightingQueue } from './sighting-queue.ts'

/** One event of the past of a source, with what it counts for on the clock. */
export interface PastEvent {
  readonly source: string
  readonly event: EcsEvent
  /** Of documents, `event.ingested`; of logs, the own time once a look ahead has found it true. */
  readonly reading: EpochMs
  readonly byIngest: boolean
  /** Where the source goes on once this event and those before it are committed. */
  readonly cursor?: unknown
}

/** Where that goes which is no event. */
export interface BacklogSink {
  /** A cursor that no event carries. */
  onCursor(source: string, cursor: unknown): Promise<void>
  reject(source: string, reject: Reject): void
}

interface Past extends Profile {
  readonly event: EcsEvent
  cursor?: unknown
}

/**
 * What all sources hold from before the start, as one sequence: merged like the files of a scan, by each source's own clock
 * (`time-and-order.md` §1).
 */
export async function* mergedBacklogs(
  sources: readonly { readonly source: LiveSource; readonly cursor: unknown }[],
  { onCursor, reject }: BacklogSink,
): AsyncGenerator<PastEvent> {
  const hosts = new Map<string, number>()
  const numberOf = (event: EcsEvent) => {
    const host = hostOf(event)
    if (!hosts.has(host)) hosts.set(host, hosts.size)
    return hosts.get(host)!
  }
  const inputs = sources.flatMap(({ source, cursor }) => {
    const backlog = source.backlog?.(cursor, (one) => reject(source.name, one))
    return backlog ? [new BacklogInput(source.name, backlog, numberOf, onCursor)] : []
  })
  const merge = new Merge(inputs)
  await merge.start()
  while (await merge.fill())
    while (merge.advance()) {
      const { name, queue } = merge.input
      const i = merge.index
      const { event, cursor } = queue.profiles[i]!
      const past = { source: name, event, reading: queue.clocks[i]!, byIngest: queue.byIngest[i] === 1 }
      yield cursor === undefined ? past : { ...past, cursor }
    }
}

class BacklogInput implements Mergeable<Past> {
  readonly name: string
  readonly queue = new SightingQueue<Past>(() => {})
  readonly #pieces: AsyncIterator<Arrivals>
  readonly #numberOf: (event: EcsEvent) => number
  readonly #onCursor: (source: string, cursor: unknown) => Promise<void>
  #ended = false

  constructor(
    name: string,
    pieces: AsyncIterable<Arrivals>,
    numberOf: (event: EcsEvent) => number,
    onCursor: (source: string, cursor: unknown) => Promise<void>,
  ) {
    this.name = name
    this.#pieces = pieces[Symbol.asyncIterator]()
    this.#numberOf = numberOf
    this.#onCursor = onCursor
  }

  async fill(): Promise<boolean> {
    const { queue } = this
    while (queue.head === queue.ready) {
      queue.compact()
      if (this.#ended) return false
      const { done, value } = await this.#pieces.next()
      if (done) this.#ended = true
      else await this.#take(value)
      queue.settle(this.#ended)
    }
    return true
  }

  /** A past can be read once only: it is opened at once. */
  async firstClock(): Promise<EpochMs> {
    return Number.NEGATIVE_INFINITY
  }

  async #take({ events, cursor }: Arrivals): Promise<void> {
    const { queue } = this
    for (const event of events) {
      const ingested = parseTime(values(event, 'event.ingested')[0])
      queue.sight({ host: this.#numberOf(event), event }, timeOf(event), ingested, 0, 0, 0)
    }
    if (cursor === undefined) return
    // The cursor holds once everything that waits here is committed, whichever piece it came with.
    if (queue.length > queue.head) queue.profiles[queue.length - 1]!.cursor = cursor
    else await this.#onCursor(this.name, cursor)
  }
}
