import type { Datafeed } from '../../datafeed/datafeed.ts'
import { Fold, type Row, rowOf } from '../../datafeed/observe.ts'
import { type BucketSpan, bucketOf } from '../../domain/bucket.ts'
import type { EcsEvent, Place } from '../../domain/event.ts'
import { compareObservations, EVENTS_KEPT, type Observation } from '../../domain/observation.ts'
import type { DurationMs, EpochMs, Seq } from '../../domain/time.ts'
import type { Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import type { Page } from '../page.ts'
import type { EventRange, EventStore, Reading, TimeRange } from '../storage.ts'
import { DOCUMENT, documentOf, type PackedDocument } from './document.ts'
import type { EventAppender } from './event-appender.ts'
import type { Kind, Kinds } from './kinds.ts'
import { type ChooseDays, daysWithin, type StoredEvents } from './stored-events.ts'

/**
 * Events in a table for the newest days and files for the sealed ones (`seal.ts`). DuckDB counts kinds of events (`kinds.ts`);
 * what a kind is to a datafeed, and whether a query holds for it, is found out here. Where the kind does not tell, since the query or the
 * datafeed asks for fields that are no part of it, the documents themselves are read: slower, and exact as well.
 *
 * A place is `{ input: 0, from: seq, to: seq + 1 }`.
 */
export class DuckEvents implements EventStore {
  readonly capabilities = { observesAgain: true }
  readonly #appender: EventAppender
  readonly #stored: StoredEvents
  readonly #kinds: Kinds

  constructor(appender: EventAppender, stored: StoredEvents, kinds: Kinds) {
    this.#appender = appender
    this.#stored = stored
    this.#kinds = kinds
  }

  append(events: readonly EcsEvent[]): Promise<Seq> {
    return this.#appender.append(events)
  }

  async last(): Promise<Reading | undefined> {
    return this.#appender.position.last
  }

  async reached(time: EpochMs, after: Seq): Promise<Reading | undefined> {
    if (!(this.#appender.position.latestClock >= time) || this.#appender.lastSeq <= after) return undefined
    // Most often it comes soon: few rows are sorted then, and not all that follow.
    return (await this.#firstReached(time, after, after + NEAR)) ?? this.#firstReached(time, after + NEAR)
  }

  async #firstReached(time: EpochMs, after: Seq, upTo = Number.POSITIVE_INFINITY): Promise<Reading | undefined> {
    const within = `seq > ${after} AND seq <= ${this.#within(upTo)}`
    const [first] = await this.#stored.select<Reading>(
      (days) => days.filter((one) => one.last_seq > after && (one.last_clock ?? Number.NEGATIVE_INFINITY) >= time),
      (rows) =>
        `SELECT seq::DOUBLE AS seq, clock::DOUBLE clock FROM ${rows} WHERE ${within} AND ${atLeast('clock', time)} ORDER BY seq LIMIT 1`,
    )
    return first
  }

  async *observe(feed: Datafeed, bucket: BucketSpan, upTo: Seq, after: Seq = 0): AsyncGenerator<Observation> {
    const where = `time >= ${bucket.start} AND time < ${bucket.end} AND seq > ${after} AND ${this.#newestUpTo(upTo)}`
    const groups = await this.#stored.select<KindGroup>(
      daysWithin({ from: bucket.start, to: bucket.end }),
      (rows) => `SELECT kind, count(*)::DOUBLE count, min(coalesce(own_time, time))::DOUBLE AS first,
          max(coalesce(own_time, time))::DOUBLE AS last, min(seq, ${EVENTS_KEPT})::DOUBLE[] seqs
        FROM ${rows} WHERE ${where} GROUP BY kind`,
    )
    yield* this.#rowsOf(feed, groups) ?? (await this.#foldDocuments(feed, bucket, where))
  }

  async counts(feed: Datafeed, range: TimeRange, upTo: Seq, after: Seq = 0): Promise<ReadonlyMap<EpochMs, number>> {
    const whole = wholeBuckets(range, feed.bucketSpan)
    const start = bucketStart(feed.bucketSpan)
    const where = `${atLeast('time', whole.from)} AND ${below('time', whole.to)} AND seq > ${after} AND seq <= ${this.#within(upTo)}`
    const days = daysWithin(whole)
    const kinds = await this.#stored.select<{ kind: Kind }>(
      days,
      (rows) => `SELECT DISTINCT kind FROM ${rows} WHERE ${where}`,
    )
    const admitted = kinds.map(({ kind }) => kind).filter((kind) => this.#kinds.row(feed, kind) !== 'not admitted')
    if (admitted.length === 0) return new Map()
    if (admitted.some((kind) => this.#kinds.row(feed, kind) === 'unknown'))
      return this.#countDocuments(feed, whole, where)
    const counts = await this.#stored.select<{ start: EpochMs; count: number }>(
      days,
      (rows) => `SELECT (${start})::DOUBLE AS start, count(*)::DOUBLE AS count FROM ${rows}
        WHERE ${where} AND kind IN (SELECT unnest($1)) GROUP BY 1`,
      admitted,
    )
    return new Map(counts.map(({ start, count }) => [start, count]))
  }

  async #countDocuments(feed: Datafeed, range: TimeRange, where: string): Promise<ReadonlyMap<EpochMs, number>> {
    const counts = new Map<EpochMs, number>()
    for await (const { event, time } of this.#stored.documents(range, where)) {
      const { start } = bucketOf(time, feed.bucketSpan)
      if (matches(feed.query, event)) counts.set(start, (counts.get(start) ?? 0) + 1)
    }
    return counts
  }

  /**
   * Goes through the sequence in windows, which grow while nothing is found. A range of time is one window: what lies outside is not read
   * anyhow, and looking for its kinds again in each window would be.
   */
  async scan(query: Query, { after, limit, within }: EventRange): Promise<Page<EcsEvent>> {
    const items: { seq: Seq; doc: EcsEvent }[] = []
    const end = this.#appender.lastSeq
    let at = after
    for (let size = FIRST_WINDOW; at < end && items.length < limit; size = Math.min(size * 4, LAST_WINDOW)) {
      const window = { after: at, upTo: within ? end : Math.min(end, at + size), within }
      at = await this.#scanWindow(query, window, limit, items)
    }
    return { items, next: items.length >= limit ? (items.at(-1)?.seq ?? after) : Math.max(after, end) }
  }

  async read(places: readonly Place[]): Promise<readonly (EcsEvent | undefined)[]> {
    const seqs = [...new Set(places.filter(({ input }) => input === 0).map(({ from }) => from))]
    const found = new Map<Seq, EcsEvent>()
    if (seqs.length > 0) {
      const [first, last] = [Math.min(...seqs), Math.max(...seqs)]
      const rows = await this.#stored.select<PackedDocument & { seq: Seq }>(
        (days) => days.filter((one) => seqs.some((seq) => seq >= one.first_seq && seq <= one.last_seq)),
        (rows) =>
          `SELECT seq::DOUBLE AS seq, ${DOCUMENT} FROM ${rows} WHERE seq >= ${first} AND seq <= ${last} AND seq IN (${seqs.join()})`,
      )
      for (const row of rows) found.set(row.seq, documentOf(row))
    }
    return places.map(({ input, from }) => (input === 0 ? found.get(from) : undefined))
  }

  /** The rows of a datafeed from the kinds of a bucket; undefined if these do not tell. */
  #rowsOf(feed: Datafeed, groups: readonly KindGroup[]): Observation[] | undefined {
    const cells = new Map<string, { row: Row; groups: KindGroup[] }>()
    for (const group of groups) {
      const row = this.#kinds.row(feed, group.kind)
      if (row === 'unknown') return undefined
      if (row === 'not admitted') continue
      const cell = cells.get(row.key)
      if (cell) cell.groups.push(group)
      else cells.set(row.key, { row, groups: [group] })
    }
    return [...cells.values()].map(({ row, groups }) => observationOf(row, groups)).sort(compareObservations)
  }

  async #foldDocuments(feed: Datafeed, bucket: BucketSpan, where: string): Promise<Observation[]> {
    const within = { from: bucket.start, to: bucket.end }
    const fold = new Fold()
    for await (const { seq, own, event } of this.#stored.documents(within, where)) {
      const row = rowOf(feed, event)
      if (row) fold.add(row, own, 0, seq, seq + 1)
    }
    return fold.observations()
  }

  /** Adds what matches in the window and answers how far that went. */
  async #scanWindow(
    query: Query,
    { after, upTo, within }: Window,
    limit: number,
    items: { seq: Seq; doc: EcsEvent }[],
  ): Promise<Seq> {
    // A revision may stand in a later window.
    const places = `seq > ${after} AND seq <= ${upTo} AND ${this.#newestUpTo(Number.POSITIVE_INFINITY)}`
    const where = within ? `${atLeast('time', within.from)} AND ${below('time', within.to)} AND ${places}` : places
    const ofTime: ChooseDays = within ? daysWithin(within) : (all) => all
    const days: ChooseDays = (all) => ofTime(all).filter((one) => one.first_seq <= upTo && one.last_seq > after)
    const known = await this.#stored.select<{ kind: Kind }>(
      days,
      (rows) => `SELECT DISTINCT kind FROM ${rows} WHERE ${where}`,
    )
    const possible = known.map(({ kind }) => kind).filter((kind) => this.#kinds.matches(query, kind) !== false)
    if (possible.length === 0) return upTo
    const room = Math.min(limit - items.length, LAST_WINDOW)
    const found = await this.#stored.select<PackedDocument & { seq: Seq; kind: Kind }>(
      days,
      (rows) =>
        `SELECT seq::DOUBLE AS seq, kind, ${DOCUMENT} FROM ${rows} WHERE ${where} AND kind IN (SELECT unnest($1)) ORDER BY seq LIMIT ${room}`,
      possible,
    )
    for (const row of found) {
      const event = documentOf(row)
      if (this.#kinds.matches(query, row.kind) ?? matches(query, event)) items.push({ seq: row.seq, doc: event })
    }
    return found.length === room ? found.at(-1)!.seq : upTo
  }

  /** The condition that an event is of the sequence up to a place, and that no revision there stands for it. */
  #newestUpTo(upTo: Seq): string {
    const end = this.#within(upTo)
    const within = `seq <= ${end}`
    return this.#appender.position.revised === 0
      ? within
      : `${within} AND seq NOT IN (SELECT old_seq FROM revisions WHERE new_seq <= ${end})`
  }

  /** Also infinity may be asked for, which is no number in SQL. */
  #within(upTo: Seq): Seq {
    return Math.min(upTo, this.#appender.lastSeq)
  }
}

/** How far on the next bucket's end is looked for first. */
const NEAR = 4_096
const FIRST_WINDOW = 4_096
const LAST_WINDOW = 262_144

/** A part of the sequence that is asked at once. */
interface Window {
  readonly after: Seq
  readonly upTo: Seq
  readonly within: TimeRange | undefined
}

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
