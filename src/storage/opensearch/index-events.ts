import type { Datafeed } from '../../datafeed/datafeed.ts'
import { isLandmarkFeed } from '../../datafeed/landmarks.ts'
import { Fold, rowOf, timeOf } from '../../datafeed/observe.ts'
import { type BucketSpan, bucketOf } from '../../domain/bucket.ts'
import { deriveFields } from '../../domain/derive.ts'
import { AppError } from '../../domain/error.ts'
import type { EcsEvent, Place } from '../../domain/event.ts'
import type { Observation } from '../../domain/observation.ts'
import { type DurationMs, type EpochMs, HOUR, MINUTE, SECOND, type Seq } from '../../domain/time.ts'
import { fieldsOf, type Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import type { Page } from '../page.ts'
import type { StateStore } from '../state-store.ts'
import type { EventRange, EventStore, Reading, TimeRange, UnjoinedLines } from '../storage.ts'
import { compileQuery, type Dsl } from './compile-query.ts'
import type { Connection } from './connection.ts'
import { type MappedField, mappedFields } from './index-fields.ts'
import { byTime, GROUPS_PATH, type IndexHit, placeOf, readGroups, sourcesOf } from './index-rows.ts'
import { type SearchReply, search } from './journal.ts'
import { Observed } from './observed.ts'
import { unjoinedLines } from './raw-audit-lines.ts'
import { readCounts, unitedRows } from './rows.ts'

export interface IndexEventsOptions {
  /** Names and patterns: `['logs-*', 'auditbeat-*']`. */
  readonly indices: readonly string[]
  /** Older events are not looked at. */
  readonly from?: EpochMs
  /** What an event may take from `event.ingested` to being found, as a rule: 10 s unless said. */
  readonly settle?: DurationMs
  readonly now?: () => EpochMs
}

/** Where the place at which an index was first looked at is kept. */
const ORIGIN = 'index/origin'
/** Mappings are asked for again after so long: new indices come every day. */
const MAPPING_AGE: DurationMs = 10 * MINUTE
/** A document that is found so long after it was taken in is looked for again by its `event.ingested`. */
const OVERLAP: DurationMs = HOUR
const SCROLL_PAGE = 1000

/**
 * Events in indices that others write to, read as they are. Their sequence has no members of its own but moments: a place is a time
 * in milliseconds, and bounds `event.ingested` (`time-and-order.md` §2). What becomes visible below a place that was passed is found
 * by counting, and is late.
 */
export class IndexEvents implements EventStore {
  readonly capabilities = { observesAgain: true, movesByItself: true }
  readonly #connection: Connection
  readonly #state: StateStore
  readonly #indices: string
  readonly #from: EpochMs | undefined
  readonly #settle: DurationMs
  readonly #now: () => EpochMs
  readonly #observed: Observed
  #origin: Seq | undefined
  readonly #mapped = new Map<string, { readonly at: EpochMs; readonly field: MappedField }>()

  constructor(connection: Connection, state: StateStore, options: IndexEventsOptions) {
    this.#connection = connection
    this.#state = state
    this.#indices = options.indices.map(encodeURIComponent).join()
    this.#from = options.from
    this.#settle = options.settle ?? 10 * SECOND
    this.#now = options.now ?? Date.now
    this.#observed = new Observed(state)
  }

  async append(): Promise<Seq> {
    throw new AppError({
      message: 'Cannot store events: this server reads those of the cluster',
      code: 'STORAGE_READ_ONLY',
      hint: 'Send them to the cluster itself.',
    })
  }

  async *observe(feed: Datafeed, { start, end }: BucketSpan, upTo: Seq): AsyncGenerator<Observation> {
    const fields = await this.#fieldsOf(feed)
    const fieldOf = (field: string) => fields.get(field)!
    const inBucket = { range: { '@timestamp': { gte: start, lt: end, format: 'epoch_millis' } } }
    const within = [inBucket, ...this.#takenIn(fields, undefined, upTo)]
    const { dsl, exact } = compileQuery(feed.query, fieldOf)
    const cut = { terms: { _ignored: sourcesOf(feed).map((field) => fieldOf(field).name) } }
    const rows: Observation[] = []
    if (exact) {
      const query = { bool: { filter: [...within, dsl], must_not: [cut] } }
      const ask = (body: Dsl) => search(this.#connection, this.#indices, body, GROUPS_PATH)
      for await (const row of readGroups(feed, query, fieldOf, ask)) rows.push(row)
    }
    const fold = new Fold()
    const others = { bool: { filter: [...within, dsl, ...(exact ? [cut] : [])] } }
    for (const hit of await this.#fetch(others)) {
      const event = deriveFields(hit._source!)
      const row = rowOf(feed, event)
      const { input, from, to } = placeOf(hit)
      if (row) fold.add(row, timeOf(event), input, from, to)
    }
    const all = unitedRows([...rows, ...fold.observations()], (a, b) => a.from - b.from || a.to - b.to)
    const count = all.reduce((sum, row) => sum + row.count, 0)
    // Nobody asks whether a span of landmarks has grown.
    if (!isLandmarkFeed(feed)) await this.#observed.note(feed, start, upTo, count)
    yield* all
  }

  async counts(feed: Datafeed, range: TimeRange, upTo: Seq, after?: Seq): Promise<ReadonlyMap<EpochMs, number>> {
    if (after === undefined || after <= 0) return this.#countsUpTo(feed, range, upTo)
    await this.#observed.save(feed, momentAt(upTo))
    const touched = await this.#countsUpTo(feed, range, upTo, after - OVERLAP)
    if (touched.size === 0) return touched
    const whole = { from: Math.min(...touched.keys()), to: Math.max(...touched.keys()) + feed.bucketSpan }
    const grown = new Map<EpochMs, number>()
    for (const [start, count] of await this.#countsUpTo(feed, whole, upTo)) {
      const more = touched.has(start) ? count - (await this.#observed.count(feed, start, after)) : 0
      if (more > 0) grown.set(start, more)
    }
    return grown
  }

  /**
   * Places are moments: a time that has passed was reached at that time. History was all there at the first look, and has the times
   * of its own events for a clock, so that empty stretches are passed in one step.
   */
  async reached(time: EpochMs, after: Seq): Promise<Reading | undefined> {
    const origin = await this.#theOrigin()
    if (placeAt(time) <= origin && after <= origin) return { seq: origin, clock: await this.#nextTime(time, origin) }
    const place = Math.max(placeAt(time), after + 1)
    return place <= placeAt(this.#horizon) ? { seq: place, clock: momentAt(place) } : undefined
  }

  /** The time of the first event from `time` on; that of the place `upTo` if there is none before it. */
  async #nextTime(time: EpochMs, upTo: Seq): Promise<EpochMs> {
    const query = { range: { '@timestamp': { gte: time, lte: upTo, format: 'epoch_millis' } } }
    const body = { size: 1, track_total_hits: false, query, sort: byTime(), _source: false }
    const [hit] = (await search(this.#connection, this.#indices, body)).hits.hits as unknown as IndexHit[]
    return hit ? hit.sort[0] : momentAt(upTo)
  }

  async last(): Promise<Reading | undefined> {
    await this.#theOrigin()
    const horizon = this.#horizon
    return { seq: placeAt(horizon), clock: horizon }
  }

  async scan(query: Query, { after, limit, within }: EventRange): Promise<Page<EcsEvent>> {
    const fields = await this.#fields([...fieldsOf(query), 'event.ingested'])
    // Not every event says when it was taken in, and those of a range of time are all to be found.
    const isByIngest = within === undefined && fields.get('event.ingested')!.kind === 'date'
    const place = isByIngest ? 'event.ingested' : '@timestamp'
    const horizon = Math.max(placeAt(this.#horizon), Number.isFinite(within?.to) ? within!.to : 0)
    const { dsl } = compileQuery(query, (field) => fields.get(field)!)
    const ofTime = within
      ? [
          {
            range: {
              '@timestamp': { ...finite('gte', within.from), ...finite('lt', within.to), format: 'epoch_millis' },
            },
          },
        ]
      : []
    const items: { seq: Seq; doc: EcsEvent }[] = []
    let next = Math.max(after, placeAt(this.#from ?? 0))
    while (items.length < limit && next < horizon) {
      const range = { range: { [place]: { gt: next, lte: horizon, format: 'epoch_millis' } } }
      const size = Math.min(limit - items.length, SCROLL_PAGE)
      const hits = await this.#firstBy(place, { bool: { filter: [dsl, range, ...ofTime] } }, size)
      for (const hit of hits) {
        const doc = eventOf(hit)
        if (matches(query, doc)) items.push({ seq: placeAt(hit.sort[0]), doc })
      }
      next = hits.length === 0 ? horizon : placeAt(hits.at(-1)!.sort[0])
    }
    return { items, next: Math.max(after, next) }
  }

  /** About so many documents, the first in this order; they end between two moments, so that no moment is half told. */
  async #firstBy(place: string, query: Dsl, size: number): Promise<readonly IndexHit[]> {
    const body = { size: size + 1, track_total_hits: false, query, sort: byTime(place) }
    const hits = (await search(this.#connection, this.#indices, body)).hits.hits as unknown as IndexHit[]
    const [first, last] = [hits[0]?.sort[0], hits.at(-1)?.sort[0]]
    if (hits.length <= size) return hits
    if (first !== last) return hits.filter(({ sort: [time] }) => time !== last)
    const moment = { range: { [place]: { gte: first, lte: first, format: 'epoch_millis' } } }
    const crowd = await this.#fetch({ bool: { filter: [query, moment] } })
    return crowd.map((hit) => ({ ...hit, sort: [first!] as const }))
  }

  async read(places: readonly Place[]): Promise<readonly (EcsEvent | undefined)[]> {
    const found = new Map<string, EcsEvent>()
    const times = [...new Set(places.map(({ from }) => from))]
    for (let i = 0; i < times.length; i += 100) {
      const should = times.slice(i, i + 100).map((time) => ({
        range: { '@timestamp': { gte: time, lt: time + 1, format: 'epoch_millis' } },
      }))
      for (const hit of await this.#fetch({ bool: { should, minimum_should_match: 1 } }))
        found.set(nameOf(placeOf(hit)), eventOf(hit))
    }
    return places.map((place) => found.get(nameOf(place)))
  }

  /** Raw audit lines among the documents of the time that is looked at. */
  unjoinedLines(): Promise<UnjoinedLines> {
    return unjoinedLines(this.#connection, this.#indices, this.#from)
  }

  /** The last moment of which all may be known. */
  get #horizon(): EpochMs {
    return this.#now() - this.#settle
  }

  async #countsUpTo(feed: Datafeed, range: TimeRange, upTo: Seq, after?: Seq): Promise<Map<EpochMs, number>> {
    const span = feed.bucketSpan
    const fields = await this.#fieldsOf(feed)
    const { dsl, exact } = compileQuery(feed.query, (field) => fields.get(field)!)
    const from = Math.max(Math.ceil(range.from / span) * span, this.#from ?? Number.NEGATIVE_INFINITY)
    const edges = { ...finite('gte', from), ...finite('lt', Math.ceil(range.to / span) * span), format: 'epoch_millis' }
    const query = { bool: { filter: [{ range: { '@timestamp': edges } }, dsl, ...this.#takenIn(fields, after, upTo)] } }
    if (exact) {
      // Not a date_histogram: OpenSearch 2.19 fails on one when the query excludes a whole shard.
      const histogram = { histogram: { field: '@timestamp', interval: span } }
      return readCounts(query, histogram, (body) => search(this.#connection, this.#indices, body))
    }
    const counts = new Map<EpochMs, number>()
    for (const hit of await this.#fetch(query)) {
      const event = deriveFields(hit._source!)
      if (!matches(feed.query, event)) continue
      const { start } = bucketOf(hit.sort[0], span)
      counts.set(start, (counts.get(start) ?? 0) + 1)
    }
    return counts
  }

  /** Taken in by the cluster within `(after, upTo]`, as far as events tell; one that does not tell is always among them. */
  #takenIn(fields: ReadonlyMap<string, MappedField>, after: Seq | undefined, upTo: Seq): Dsl[] {
    if (fields.get('event.ingested')!.kind !== 'date') return []
    const bounds = { ...(after !== undefined && { gt: after }), lte: upTo, format: 'epoch_millis' }
    const should = [
      { range: { 'event.ingested': bounds } },
      { bool: { must_not: [{ exists: { field: 'event.ingested' } }] } },
    ]
    return [{ bool: { should, minimum_should_match: 1 } }]
  }

  async #theOrigin(): Promise<Seq> {
    if (this.#origin !== undefined) return this.#origin
    const known = await this.#state.get(ORIGIN)
    if (known) this.#origin = known.doc as Seq
    else {
      const place = placeAt(this.#horizon)
      if ((await this.#state.put(ORIGIN, place, 0)) === 'conflict') return this.#theOrigin()
      this.#origin = place
    }
    return this.#origin
  }

  #fieldsOf(feed: Datafeed): Promise<ReadonlyMap<string, MappedField>> {
    return this.#fields([...sourcesOf(feed), ...fieldsOf(feed.query), '@timestamp', 'event.ingested'])
  }

  async #fields(asked: readonly string[]): Promise<ReadonlyMap<string, MappedField>> {
    const now = this.#now()
    const stale = asked.filter(
      (field) => !(now - (this.#mapped.get(field)?.at ?? Number.NEGATIVE_INFINITY) < MAPPING_AGE),
    )
    if (stale.length > 0)
      for (const [name, field] of await mappedFields(this.#connection, this.#indices, stale))
        this.#mapped.set(name, { at: now, field })
    return new Map(asked.map((name) => [name, this.#mapped.get(name)!.field]))
  }

  /** Whole events in the order of their time. A node that goes away takes its half-read answers with it: then all is asked again. */
  async #fetch(query: Dsl): Promise<IndexHit[]> {
    for (let attempt = 1; ; attempt++)
      try {
        return await this.#scroll(query)
      } catch (error) {
        if (attempt === ATTEMPTS || !isLostAnswer(error)) throw error
      }
  }

  async #scroll(query: Dsl): Promise<IndexHit[]> {
    const body = { size: SCROLL_PAGE, query, sort: byTime() }
    const hits: IndexHit[] = []
    let reply = (await search(this.#connection, this.#indices, body, undefined, { scroll: '2m' })) as Scrolled
    for (;;) {
      const page = reply.hits.hits as unknown as IndexHit[]
      hits.push(...page)
      if (page.length < SCROLL_PAGE) break
      const next = { scroll: '2m', scroll_id: reply._scroll_id }
      reply = (await this.#connection.request<Scrolled>('POST', '/_search/scroll', { body: next })).body
    }
    const done = { scroll_id: [reply._scroll_id] }
    await this.#connection.request('DELETE', '/_search/scroll', { body: done, accept: [404] })
    return hits
  }
}

const ATTEMPTS = 5

function isLostAnswer(error: unknown): boolean {
  return error instanceof AppError && error.code === 'STORAGE_REFUSED' && error.message.includes('context')
}

interface Scrolled extends SearchReply {
  readonly _scroll_id: string
}

/** The event with its identity in the cluster. What derives from it stands in no index and is made now. */
function eventOf({ _index, _id, _source }: IndexHit): EcsEvent {
  return { ...deriveFields(_source ?? {}), _index, _id }
}

function nameOf({ from, to }: Place): string {
  return `${from} ${to}`
}

function finite(name: string, value: number): Record<string, number> {
  return Number.isFinite(value) ? { [name]: value } : {}
}

/** The place of a moment, and back: both are milliseconds. */
function placeAt(time: EpochMs): Seq {
  return Number(time)
}

function momentAt(place: Seq): EpochMs {
  return Number(place)
}
