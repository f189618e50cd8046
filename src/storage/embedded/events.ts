import type { DuckDBConnection } from '@duckdb/node-api'
import type { Datafeed } from '../../datafeed/datafeed.ts'
import { Fold, type Row, rowOf, timeOf } from '../../datafeed/observe.ts'
import { type BucketSpan, bucketOf } from '../../domain/bucket.ts'
import type { EcsEvent, Place } from '../../domain/event.ts'
import { compareObservations, EVENTS_KEPT, type Observation } from '../../domain/observation.ts'
import { DAY, type DurationMs, type EpochMs, type Seq } from '../../domain/time.ts'
import type { Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import type { Page, SeqRange } from '../page.ts'
import { requestKeys, revisionOf } from '../request-keys.ts'
import type { EventStore, Reading, TimeRange } from '../storage.ts'
import { appendRows, type EventRow, rowOfEvent, timesOf } from './append-rows.ts'
import type { Copies } from './copies.ts'
import type { DayFile, DayFiles } from './day-files.ts'
import { DOCUMENT, documentOf, type PackedDocument } from './document.ts'
import type { Duck } from './duck.ts'
import { setAbout } from './duck-schema.ts'
import { Gate } from './gate.ts'
import type { Kind, Kinds } from './kinds.ts'

/** Under this name the store keeps its last place and clock when events are dropped. */
export const EVENTS_LAST = 'events_last'

/** What the event store works with; `duck-store.ts` puts it together. */
export interface EventParts {
  readonly duck: Duck
  readonly kinds: Kinds
  readonly days: DayFiles
  readonly copies: Copies
  /** The connection that appends; whoever uses it holds `writing`. */
  readonly writer: DuckDBConnection
  /** The newest event; `clock` is the latest that any had. */
  readonly last: Reading | undefined
  readonly latestClock: EpochMs
  /** Events that a newer revision stands for. */
  readonly revised: number
}

/**
 * Events in a table for the newest days and a file for each sealed one (`seal.ts`). DuckDB counts kinds of events (`kinds.ts`);
 * what a kind is to a datafeed, and whether a query holds for it, is found out here. Where the kind does not tell, since the query or the
 * datafeed asks for fields that are no part of it, the documents themselves are read: slower, and exact as well.
 *
 * A place is `{ input: 0, from: seq, to: seq + 1 }`.
 */
export class DuckEvents implements EventStore {
  readonly capabilities = { observesAgain: true }
  readonly #parts: EventParts
  /** Readers share it; sealing passes alone when it moves rows from the table to a file. */
  readonly reading = new Gate()
  /** Appends one after another; also alone: whoever else changes the table. */
  readonly writing = new Gate()
  #last: Reading | undefined
  #latestClock: EpochMs
  #revised: number

  constructor(parts: EventParts) {
    this.#parts = parts
    this.#last = parts.last
    this.#latestClock = parts.latestClock
    this.#revised = parts.revised
  }

  append(events: readonly EcsEvent[]): Promise<Seq> {
    return this.writing.alone(async () => {
      const { rows, revised } = await this.#news(events)
      if (rows.length > 0) await this.#write(rows, revised)
      return this.#last?.seq ?? 0
    })
  }

  async last(): Promise<Reading | undefined> {
    return this.#last
  }

  async reached(time: EpochMs, after: Seq): Promise<Reading | undefined> {
    if (!(this.#latestClock >= time) || !(this.#last!.seq > after)) return undefined
    const [first] = await this.#select<Reading>(
      (days) => days.filter((one) => one.last_seq > after && (one.last_clock ?? Number.NEGATIVE_INFINITY) >= time),
      (rows) =>
        `SELECT seq::DOUBLE AS seq, clock::DOUBLE clock FROM ${rows} WHERE seq > ${after} AND ${atLeast('clock', time)} ORDER BY seq LIMIT 1`,
    )
    return first
  }

  async *observe(feed: Datafeed, bucket: BucketSpan, upTo: Seq): AsyncGenerator<Observation> {
    const groups = await this.#select<KindGroup>(
      daysWithin({ from: bucket.start, to: bucket.end }),
      (rows) => `SELECT kind, count(*)::DOUBLE count, min(coalesce(own_time, time))::DOUBLE AS first,
          max(coalesce(own_time, time))::DOUBLE AS last, min(seq, ${EVENTS_KEPT})::DOUBLE[] seqs
        FROM ${rows} WHERE time >= ${bucket.start} AND time < ${bucket.end} AND ${this.#newestUpTo(upTo)} GROUP BY kind`,
    )
    yield* this.#rowsOf(feed, groups) ?? (await this.#foldDocuments(feed, bucket, upTo))
  }

  async counts(feed: Datafeed, range: TimeRange, upTo: Seq, after: Seq = 0): Promise<ReadonlyMap<EpochMs, number>> {
    const whole = wholeBuckets(range, feed.bucketSpan)
    const start = bucketStart(feed.bucketSpan)
    const where = `${atLeast('time', whole.from)} AND ${below('time', whole.to)} AND seq > ${after} AND seq <= ${this.#within(upTo)}`
    const groups = await this.#select<{ kind: Kind; start: EpochMs; count: number }>(
      daysWithin(whole),
      (rows) =>
        `SELECT kind, (${start})::DOUBLE AS start, count(*)::DOUBLE count FROM ${rows} WHERE ${where} GROUP BY 1, 2`,
    )
    const counts = new Map<EpochMs, number>()
    const add = (start: EpochMs, count: number) => counts.set(start, (counts.get(start) ?? 0) + count)
    const rows = groups.map(({ kind }) => this.#parts.kinds.row(feed, kind))
    if (!rows.includes('unknown')) {
      for (const [i, { start, count }] of groups.entries()) if (rows[i] !== 'not admitted') add(start, count)
      return counts
    }
    counts.clear()
    for await (const { event, time } of this.#documents(whole, where))
      if (matches(feed.query, event)) add(bucketOf(time, feed.bucketSpan).start, 1)
    return counts
  }

  /** Goes through the sequence in windows, which grow while nothing is found. */
  async scan(query: Query, { after, limit }: SeqRange): Promise<Page<EcsEvent>> {
    const items: { seq: Seq; doc: EcsEvent }[] = []
    const end = this.#last?.seq ?? 0
    let at = after
    for (let size = FIRST_WINDOW; at < end && items.length < limit; size = Math.min(size * 4, LAST_WINDOW)) {
      const window = { after: at, upTo: Math.min(end, at + size) }
      at = await this.#scanWindow(query, window, limit, items)
    }
    return { items, next: items.length >= limit ? (items.at(-1)?.seq ?? after) : Math.max(after, end) }
  }

  async read(places: readonly Place[]): Promise<readonly (EcsEvent | undefined)[]> {
    const seqs = [...new Set(places.filter(({ input }) => input === 0).map(({ from }) => from))]
    const found = new Map<Seq, EcsEvent>()
    if (seqs.length > 0) {
      const [first, last] = [Math.min(...seqs), Math.max(...seqs)]
      const rows = await this.#select<PackedDocument & { seq: Seq }>(
        (days) => days.filter((one) => seqs.some((seq) => seq >= one.first_seq && seq <= one.last_seq)),
        (rows) =>
          `SELECT seq::DOUBLE AS seq, ${DOCUMENT} FROM ${rows} WHERE seq >= ${first} AND seq <= ${last} AND seq IN (${seqs.join()})`,
      )
      for (const row of rows) found.set(row.seq, documentOf(row))
    }
    return places.map(({ input, from }) => (input === 0 ? found.get(from) : undefined))
  }

  /** Keeps in the transaction at hand where the sequence has come to, for when the events that say so are dropped. */
  async rememberLast(connection: DuckDBConnection): Promise<void> {
    if (this.#last) await setAbout(connection, EVENTS_LAST, JSON.stringify(this.#last))
  }

  /** What is not stored yet, as rows, and which events are revised by them. */
  async #news(events: readonly EcsEvent[]): Promise<{ rows: EventRow[]; revised: [old: Seq, by: Seq][] }> {
    const { copies, kinds, writer } = this.#parts
    const keys = requestKeys(events)
    const times = events.map(timesOf)
    const known = await copies.find(
      writer,
      keys,
      times.map(({ day }) => day),
    )
    const newest = await this.#revisable(events, keys, known)
    const rows: EventRow[] = []
    const revised: [Seq, Seq][] = []
    let seq = this.#last?.seq ?? 0
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
      rows.push(rowOfEvent(event, seq, key, times[i]!, kinds.of(event)))
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
    const stored = await this.#parts.copies.newest(this.#parts.writer, asked)
    return new Map([...stored].map(([key, { seq, event }]) => [key, { seq, revision: revisionOf(event) }]))
  }

  async #write(rows: readonly EventRow[], revised: readonly [Seq, Seq][]): Promise<void> {
    const { duck, writer, copies } = this.#parts
    await duck.transaction(writer, async () => {
      await appendRows(duck.api, writer, rows)
      if (revised.length > 0)
        await writer.run(`INSERT INTO revisions VALUES ${revised.map(([old, by]) => `(${old}, ${by})`).join()}`)
    })
    for (const { key } of rows) copies.add(key)
    for (const { clock } of rows) if (clock > this.#latestClock) this.#latestClock = clock
    const { seq, clock } = rows.at(-1)!
    this.#last = { seq, clock }
    this.#revised += revised.length
  }

  /** The rows of a datafeed from the kinds of a bucket; undefined if these do not tell. */
  #rowsOf(feed: Datafeed, groups: readonly KindGroup[]): Observation[] | undefined {
    const cells = new Map<string, { row: Row; groups: KindGroup[] }>()
    for (const group of groups) {
      const row = this.#parts.kinds.row(feed, group.kind)
      if (row === 'unknown') return undefined
      if (row === 'not admitted') continue
      const cell = cells.get(row.key)
      if (cell) cell.groups.push(group)
      else cells.set(row.key, { row, groups: [group] })
    }
    return [...cells.values()].map(({ row, groups }) => observationOf(row, groups)).sort(compareObservations)
  }

  async #foldDocuments(feed: Datafeed, bucket: BucketSpan, upTo: Seq): Promise<Observation[]> {
    const within = { from: bucket.start, to: bucket.end }
    const where = `time >= ${bucket.start} AND time < ${bucket.end} AND ${this.#newestUpTo(upTo)}`
    const fold = new Fold()
    for await (const { seq, own, event } of this.#documents(within, where)) {
      const row = rowOf(feed, event)
      if (row) fold.add(row, own, 0, seq, seq + 1)
    }
    return fold.observations()
  }

  /** The events that a condition holds for, in their order, some thousand at a time. */
  async *#documents(
    range: TimeRange,
    where: string,
  ): AsyncGenerator<{ readonly seq: Seq; readonly time: EpochMs; readonly own: EpochMs; readonly event: EcsEvent }> {
    const days = daysWithin(range)
    const [bounds] = await this.#select<{ first: Seq | null; last: Seq }>(
      days,
      (rows) => `SELECT min(seq)::DOUBLE AS first, max(seq)::DOUBLE AS last FROM ${rows} WHERE ${where}`,
    )
    const { first, last } = bounds!
    if (first === null) return
    for (let from = first; from <= last; from += FIRST_WINDOW) {
      const window = `seq >= ${from} AND seq < ${from + FIRST_WINDOW}`
      const found = await this.#select<PackedDocument & { seq: Seq; time: EpochMs; own: EpochMs }>(
        days,
        (rows) => `SELECT seq::DOUBLE AS seq, time::DOUBLE AS time, ${DOCUMENT} FROM ${rows}
          WHERE ${window} AND ${where} ORDER BY seq`,
      )
      for (const row of found) yield { seq: row.seq, time: row.time, own: row.own, event: documentOf(row) }
    }
  }

  /** Adds what matches in the window and answers how far that went. */
  async #scanWindow(
    query: Query,
    { after, upTo }: { readonly after: Seq; readonly upTo: Seq },
    limit: number,
    items: { seq: Seq; doc: EcsEvent }[],
  ): Promise<Seq> {
    // A revision may stand in a later window.
    const where = `seq > ${after} AND seq <= ${upTo} AND ${this.#newestUpTo(Number.POSITIVE_INFINITY)}`
    const days = (all: readonly DayFile[]) => all.filter((one) => one.first_seq <= upTo && one.last_seq > after)
    const { kinds } = this.#parts
    const known = await this.#select<{ kind: Kind }>(days, (rows) => `SELECT DISTINCT kind FROM ${rows} WHERE ${where}`)
    const possible = known.map(({ kind }) => kind).filter((kind) => kinds.matches(query, kind) !== false)
    if (possible.length === 0) return upTo
    const room = Math.min(limit - items.length, LAST_WINDOW)
    const found = await this.#select<PackedDocument & { seq: Seq; kind: Kind }>(
      days,
      (rows) =>
        `SELECT seq::DOUBLE AS seq, kind, ${DOCUMENT} FROM ${rows} WHERE ${where} AND kind IN (SELECT unnest($1)) ORDER BY seq LIMIT ${room}`,
      possible,
    )
    for (const row of found) {
      const event = documentOf(row)
      if (kinds.matches(query, row.kind) ?? matches(query, event)) items.push({ seq: row.seq, doc: event })
    }
    return found.length === room ? found.at(-1)!.seq : upTo
  }

  /** The condition that an event is of the sequence up to a place, and that no revision there stands for it. */
  #newestUpTo(upTo: Seq): string {
    const end = this.#within(upTo)
    const within = `seq <= ${end}`
    return this.#revised === 0
      ? within
      : `${within} AND seq NOT IN (SELECT old_seq FROM revisions WHERE new_seq <= ${end})`
  }

  /** Also infinity may be asked for, which is no number in SQL. */
  #within(upTo: Seq): Seq {
    return Math.min(upTo, this.#last?.seq ?? 0)
  }

  /** Asks the table and those files that `choose` takes; `rows` in the SQL stands for both. */
  #select<T>(
    choose: (days: readonly DayFile[]) => readonly DayFile[],
    sql: (rows: string) => string,
    ...lists: readonly (readonly string[])[]
  ): Promise<T[]> {
    const { duck, days } = this.#parts
    return this.reading.shared(() => {
      const files = choose(days.all)
      const columns = 'seq, clock, time, own_time, kind, doc'
      const rows =
        files.length === 0
          ? 'events'
          : `(SELECT ${columns} FROM events UNION ALL SELECT ${columns} FROM ${days.table(files)})`
      return duck.rows<T>(sql(rows), ...lists)
    })
  }
}

const FIRST_WINDOW = 4_096
const LAST_WINDOW = 262_144

interface KindGroup {
  readonly kind: Kind
  readonly count: number
  readonly first: EpochMs
  readonly last: EpochMs
  readonly seqs: readonly Seq[]
}

/** The same row may come in several kinds: they differ in fields that the datafeed does not ask for. */
function observationOf({ values }: Row, groups: readonly KindGroup[]): Observation {
  const seqs = groups.flatMap((group) => group.seqs).sort((a, b) => a - b)
  return {
    values,
    count: groups.reduce((sum, { count }) => sum + count, 0),
    first: Math.min(...groups.map(({ first }) => first)),
    last: Math.max(...groups.map(({ last }) => last)),
    events: seqs.slice(0, EVENTS_KEPT).map((seq) => ({ input: 0, from: seq, to: seq + 1 })),
  }
}

function daysWithin({ from, to }: TimeRange): (days: readonly DayFile[]) => readonly DayFile[] {
  return (days) => days.filter(({ day }) => day * DAY < to && (day + 1) * DAY > from)
}

/** From the first bucket that starts in the range to the end of the last. */
function wholeBuckets({ from, to }: TimeRange, span: DurationMs): TimeRange {
  return { from: Math.ceil(from / span) * span, to: Math.ceil(to / span) * span }
}

/** Start of the bucket of `time` in SQL, whose remainder has the sign of the dividend. */
function bucketStart(span: DurationMs): string {
  return `time - ((time % ${span}) + ${span}) % ${span}`
}

function atLeast(column: string, time: EpochMs): string {
  return time === Number.NEGATIVE_INFINITY ? `${column} IS NOT NULL` : `${column} >= ${time}`
}

function below(column: string, time: EpochMs): string {
  return time === Number.POSITIVE_INFINITY ? `${column} IS NOT NULL` : `${column} < ${time}`
}
