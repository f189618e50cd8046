import type { Datafeed } from '../../datafeed/datafeed.ts'
import type { AnomalyResult } from '../../domain/anomaly-record.ts'
import type { BucketSpan } from '../../domain/bucket.ts'
import type { EcsEvent, Place } from '../../domain/event.ts'
import type { Observation } from '../../domain/observation.ts'
import type { EpochMs, Seq } from '../../domain/time.ts'
import type { Query } from '../../query/ast.ts'
import type { SeqRange } from '../page.ts'
import type { EventRange, EventStore, ResultStore, TimeRange } from '../storage.ts'
import { isFatal } from './duck-error.ts'

/** Events and results in one DuckDB with its sealed days. */
export interface DuckStore {
  /** Drawn when the database was made. */
  readonly id: string
  readonly events: EventStore
  readonly results: ResultStore
  /** Seals days that are over and drops what is older than it is to be kept. */
  tend(now: EpochMs): Promise<void>
  /** Writes what stands in the store at one moment into a folder, under the same names; nobody waits for it. */
  copyTo(dir: string): Promise<void>
  close(): Promise<void>
}

/**
 * A store that DuckDB has given up on (a disk that was full when it wrote to its file) is opened again when it is next used. What was committed
 * is there then, also where the answer to that was an error: whoever appends it again is told that it is known.
 */
export class Reopening implements DuckStore {
  readonly id: string
  readonly events: EventStore
  readonly results: ResultStore
  readonly #open: () => Promise<DuckStore>
  #current: Promise<DuckStore>

  private constructor(store: DuckStore, open: () => Promise<DuckStore>) {
    this.id = store.id
    this.#open = open
    this.#current = Promise.resolve(store)
    const use = <T>(task: (store: DuckStore) => Promise<T>) => this.#use(task)
    this.events = {
      capabilities: store.events.capabilities,
      append: (events: readonly EcsEvent[]) => use(({ events: its }) => its.append(events)),
      reached: (time: EpochMs, after: Seq) => use(({ events }) => events.reached(time, after)),
      last: () => use(({ events }) => events.last()),
      scan: (query: Query, range: EventRange) => use(({ events }) => events.scan(query, range)),
      observe: (feed: Datafeed, bucket: BucketSpan, upTo: Seq, after?: Seq) => this.#observe(feed, bucket, upTo, after),
      counts: (feed: Datafeed, range: TimeRange, upTo: Seq, after?: Seq) =>
        use(({ events }) => events.counts(feed, range, upTo, after)),
      read: (places: readonly Place[]) => use(({ events }) => events.read(places)),
    }
    this.results = {
      append: (results: readonly AnomalyResult[]) => use(({ results: its }) => its.append(results)),
      scan: (query: Query, range: SeqRange) => use(({ results }) => results.scan(query, range)),
      newest: (jobId: string, from: EpochMs) => use(({ results }) => results.newest(jobId, from)),
      last: (jobId: string) => use(({ results }) => results.last(jobId)),
      rewind: (jobId: string, after: Seq) => use(({ results }) => results.rewind(jobId, after)),
    }
  }

  static async open(open: () => Promise<DuckStore>): Promise<Reopening> {
    return new Reopening(await open(), open)
  }

  tend(now: EpochMs): Promise<void> {
    return this.#use((store) => store.tend(now))
  }

  copyTo(dir: string): Promise<void> {
    return this.#use((store) => store.copyTo(dir))
  }

  async close(): Promise<void> {
    const store = await this.#current.catch(() => undefined)
    await store?.close()
  }

  async #use<T>(task: (store: DuckStore) => Promise<T>): Promise<T> {
    const store = await this.#opened()
    try {
      return await task(store)
    } catch (error) {
      if (isFatal(error)) await this.#leave(store)
      throw error
    }
  }

  /** The store that holds; where opening it again has failed, this call is the next try. */
  async #opened(): Promise<DuckStore> {
    const current = this.#current
    const store = await current.catch(() => undefined)
    if (store) return store
    if (this.#current === current) this.#become(this.#open())
    return this.#current
  }

  async #leave(store: DuckStore): Promise<void> {
    if ((await this.#current.catch(() => undefined)) !== store) return
    this.#become(store.close().then(this.#open))
  }

  /** Whoever waits for it is told when it fails; nobody may be waiting. */
  #become(next: Promise<DuckStore>): void {
    next.catch(() => {})
    this.#current = next
  }

  async *#observe(feed: Datafeed, bucket: BucketSpan, upTo: Seq, after?: Seq): AsyncGenerator<Observation> {
    yield* await this.#use(async ({ events }) => {
      const rows: Observation[] = []
      for await (const row of events.observe(feed, bucket, upTo, after)) rows.push(row)
      return rows
    })
  }
}
