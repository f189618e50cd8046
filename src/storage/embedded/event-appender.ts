import type { DuckDBConnection } from '@duckdb/node-api'
import { timeOf } from '../../datafeed/observe.ts'
import type { EcsEvent } from '../../domain/event.ts'
import type { EpochMs, Seq } from '../../domain/time.ts'
import { requestKeys, revisionOf } from '../request-keys.ts'
import type { Reading } from '../storage.ts'
import { appendRows, type EventRow, rowOfEvent, timesOf } from './append-rows.ts'
import type { Copies } from './copies.ts'
import type { Duck } from './duck.ts'
import { setAbout } from './duck-schema.ts'
import { Gate } from './gate.ts'
import type { Kinds } from './kinds.ts'

/** Under this name the store keeps its last place and clock when events leave the table. */
export const EVENTS_LAST = 'events_last'

/** How far the sequence has come. */
export interface Position {
  readonly last: Reading | undefined
  /** The latest clock that any event had; `last` may have none. */
  readonly latestClock: EpochMs
  /** Events that a newer revision stands for. */
  readonly revised: number
}

/** Takes events in: leaves out copies, gives places, and writes what is new in one transaction. */
export class EventAppender {
  readonly #duck: Duck
  readonly #connection: DuckDBConnection
  readonly #copies: Copies
  readonly #kinds: Kinds
  #position: Position
  /** One append after another; also alone here is whoever else changes the table. */
  readonly writing = new Gate()

  constructor(duck: Duck, connection: DuckDBConnection, copies: Copies, kinds: Kinds, position: Position) {
    this.#duck = duck
    this.#connection = connection
    this.#copies = copies
    this.#kinds = kinds
    this.#position = position
  }

  get position(): Position {
    return this.#position
  }

  get lastSeq(): Seq {
    return this.#position.last?.seq ?? 0
  }

  append(events: readonly EcsEvent[]): Promise<Seq> {
    return this.writing.alone(async () => {
      const { rows, revised } = await this.#news(events)
      if (rows.length > 0) await this.#write(rows, revised)
      return this.lastSeq
    })
  }

  /** Keeps in the transaction at hand where the sequence has come to, for when the events that say so are dropped. */
  async rememberLast(connection: DuckDBConnection): Promise<void> {
    const { last } = this.#position
    if (last) await setAbout(connection, EVENTS_LAST, JSON.stringify(last))
  }

  /** What is not stored yet, as rows, and which events are revised by them. */
  async #news(events: readonly EcsEvent[]): Promise<{ rows: EventRow[]; revised: [old: Seq, by: Seq][] }> {
    const keys = requestKeys(events)
    const times = events.map(timesOf)
    const known = await this.#copies.find(this.#connection, keys, times)
    const newest = await this.#revisable(events, keys, known)
    const rows: EventRow[] = []
    const revised: [Seq, Seq][] = []
    let seq = this.lastSeq
    for (const [i, event] of events.entries()) {
      const key = keys[i]!
      const revision = revisionOf(event)
      const before = newest.get(key)
      if (before !== undefined || known.has(key)) {
        if (!((revision ?? 0) > (before?.revision ?? Number.POSITIVE_INFINITY))) continue
        revised.push([before!.seq, seq + 1])
      }
      seq++
      newest.set(key, { seq, revision })
      rows.push(rowOfEvent(event, seq, key, times[i]!, this.#kinds.of(event)))
    }
    return { rows, revised }
  }

  /** The stored versions of those events that ours may be revisions of. */
  async #revisable(
    events: readonly EcsEvent[],
    keys: readonly number[],
    known: ReadonlySet<number>,
  ): Promise<Map<number, { seq: Seq; revision: number | undefined }>> {
    const asked = new Map<number, EpochMs>()
    for (const [i, event] of events.entries())
      if (known.has(keys[i]!) && revisionOf(event) !== undefined) asked.set(keys[i]!, timeOf(event))
    const stored = await this.#copies.newest(this.#connection, asked)
    return new Map([...stored].map(([key, { seq, event }]) => [key, { seq, revision: revisionOf(event) }]))
  }

  async #write(rows: readonly EventRow[], revised: readonly [Seq, Seq][]): Promise<void> {
    await this.#duck.transaction(this.#connection, async () => {
      await appendRows(this.#duck.api, this.#connection, rows)
      if (revised.length === 0) return
      const pairs = revised.map(([old, by]) => `(${old}, ${by})`)
      await this.#connection.run(`INSERT INTO revisions VALUES ${pairs.join()}`)
    })
    for (const { key } of rows) this.#copies.add(key)
    let { latestClock } = this.#position
    for (const { clock } of rows) if (clock > latestClock) latestClock = clock
    const { seq, clock } = rows.at(-1)!
    this.#position = { last: { seq, clock }, latestClock, revised: this.#position.revised + revised.length }
  }
}
