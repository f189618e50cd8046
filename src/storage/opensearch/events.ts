import type { Datafeed } from '../../datafeed/datafeed.ts'
import { bucketTimeOf, Fold, rowOf, timeOf } from '../../datafeed/observe.ts'
import { type BucketSpan, bucketOf } from '../../domain/bucket.ts'
import type { EcsEvent, Place } from '../../domain/event.ts'
import { derivedId } from '../../domain/hash.ts'
import { ownIdentityOf } from '../../domain/identity.ts'
import type { Observation } from '../../domain/observation.ts'
import { CLOCK } from '../../domain/stamps.ts'
import { type EpochMs, parseTime, type Seq } from '../../domain/time.ts'
import { fieldsOf, type Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import type { Page } from '../page.ts'
import { contentOf, revisionOf } from '../request-keys.ts'
import type { EventRange, EventStore, Reading, TimeRange } from '../storage.ts'
import { compileQuery, type Dsl, type FieldOf, ownFields } from './compile-query.ts'
import { type Draft, dayPart, type Hit, type Journal } from './journal.ts'
import { type HitOfRow, type RowFields, readCounts, readRows, unitedRows } from './rows.ts'
import { docOf, type Stored, storedOf } from './stored.ts'

/** Events of one request to the cluster. */
const PAGE = 1000

/** Places of our own events: input 0, from its place in the sequence on. */
const ROW_FIELDS: RowFields = {
  time: 'journal.time',
  of: (field) => field,
  hits: { sort: [{ 'journal.seq': 'asc' }], docvalue_fields: ['journal.seq'] },
  placeOf: ({ fields }: HitOfRow) => placeOf(fields!['journal.seq']![0] as Seq),
}

const EVENT_PARTS: readonly string[] = ['json', 'seq', 'clock'].map((name) => `journal.${name}`)

/**
 * Events that were given to us, in indices of ours, one for each day of the clock. The cluster answers from fields that stand
 * beside each event; the few events whose fields say too little there (`schema.ts`) are fetched and folded here, so that the
 * answer is the one of `datafeed/observe.ts` to the letter.
 */
export class OpenSearchEvents implements EventStore {
  readonly capabilities = { observesAgain: true }
  readonly #journal: Journal
  readonly #fields: readonly string[]
  readonly #fieldOf: FieldOf
  /** Revisions by key. */
  readonly #recent = new Map<string, number | undefined>()

  /** @param fields those of an event that can be searched and grouped by */
  constructor(journal: Journal, fields: readonly string[]) {
    this.#journal = journal
    this.#fields = fields
    this.#fieldOf = ownFields(fields)
  }

  append(events: readonly EcsEvent[]): Promise<Seq> {
    return this.#journal.write(async (last) => {
      let seq = last
      const occurrences = new Map<string, number>()
      const drafts = events.map((event) => this.#draftOf(event, occurrences))
      for (let i = 0; i < drafts.length; i += PAGE) seq = await this.#appendPage(drafts.slice(i, i + PAGE), seq)
      return seq
    })
  }

  async scan(query: Query, { after, limit, within }: EventRange): Promise<Page<EcsEvent>> {
    const items: { seq: Seq; doc: EcsEvent }[] = []
    const last = await this.#journal.lastSeq()
    let next = after
    while (items.length < limit && next < last) {
      const filter = [this.#wide(query), { range: { 'journal.seq': { gt: next, lte: last } } }, ...ofTime(within)]
      const bool = { filter, must_not: [{ range: { 'journal.superseded': { lte: last } } }] }
      const hits = await this.#page({ bool }, Math.min(limit - items.length, PAGE), last)
      for (const { _source } of hits) {
        const [seq, doc] = [seqOf(_source), docOf<EcsEvent>(_source)]
        next = seq
        if (matches(query, doc)) items.push({ seq, doc })
      }
      if (hits.length === 0) next = last
    }
    return { items, next }
  }

  async *observe(feed: Datafeed, bucket: BucketSpan, upTo: Seq, after: Seq = 0): AsyncGenerator<Observation> {
    const inBucket = { range: { 'journal.bucket_time': { gte: bucket.start, lt: bucket.end } } }
    const places = { range: { 'journal.seq': { gt: after, lte: upTo } } }
    const bool = { filter: [inBucket, places], must_not: [{ range: { 'journal.superseded': { lte: upTo } } }] }
    const { told, others } = this.#parts(feed, { bool })
    await this.#journal.show(upTo)
    const rows: Observation[] = []
    if (told) {
      const search = (body: Dsl) => this.#journal.search(body)
      for await (const row of readRows(feed, told, ROW_FIELDS, search)) rows.push(row)
    }
    const fold = new Fold()
    for await (const { seq, event } of this.#read(others, upTo)) {
      const row = rowOf(feed, event)
      if (row) fold.add(row, timeOf(event), 0, seq, seq + 1)
    }
    yield* unitedRows([...rows, ...fold.observations()], (a, b) => a.from - b.from)
  }

  async counts(
    feed: Datafeed,
    { from, to }: TimeRange,
    upTo: Seq,
    after: Seq = 0,
  ): Promise<ReadonlyMap<EpochMs, number>> {
    const span = feed.bucketSpan
    const edges = [
      ...(Number.isFinite(from) ? [['gte', Math.ceil(from / span) * span]] : []),
      ...(Number.isFinite(to) ? [['lt', Math.ceil(to / span) * span]] : []),
    ]
    const filter = [
      { exists: { field: 'journal.bucket_time' } },
      { range: { 'journal.seq': { gt: after, lte: upTo } } },
      ...(edges.length > 0 ? [{ range: { 'journal.bucket_time': Object.fromEntries(edges) } }] : []),
    ]
    const { told, others } = this.#parts(feed, { bool: { filter } }, [])
    await this.#journal.show(upTo)
    const histogram = { histogram: { field: 'journal.bucket_time', interval: span } }
    const search = (body: Dsl) => this.#journal.search(body)
    const counts = told ? await readCounts(told, histogram, search) : new Map<EpochMs, number>()
    for await (const { event } of this.#read(others, upTo)) {
      if (!matches(feed.query, event)) continue
      const { start } = bucketOf(bucketTimeOf(event), span)
      counts.set(start, (counts.get(start) ?? 0) + 1)
    }
    return counts
  }

  async reached(time: EpochMs, after: Seq): Promise<Reading | undefined> {
    const filter = [{ range: { 'journal.clock': { gte: time } } }, { range: { 'journal.seq': { gt: after } } }]
    const [hit] = await this.#page({ bool: { filter } }, 1, Number.POSITIVE_INFINITY)
    return hit && readingOf(hit)
  }

  async last(): Promise<Reading | undefined> {
    const seq = await this.#journal.lastSeq()
    const [hit] = seq === 0 ? [] : await this.#page({ term: { 'journal.seq': seq } }, 1, seq)
    return hit && readingOf(hit)
  }

  async read(places: readonly Place[]): Promise<readonly (EcsEvent | undefined)[]> {
    const wanted = [...new Set(places.filter(({ input }) => input === 0).map(({ from }) => from))]
    const found = new Map<Seq, EcsEvent>()
    for (let i = 0; i < wanted.length; i += PAGE) {
      const piece = wanted.slice(i, i + PAGE)
      const hits = await this.#page({ terms: { 'journal.seq': piece } }, piece.length, Math.max(...piece))
      for (const { _source } of hits) found.set(seqOf(_source), docOf(_source))
    }
    return places.map(({ input, from }) => (input === 0 ? found.get(from) : undefined))
  }

  /** What the query leaves of a set: `told` by fields in the cluster, and `others`, which have to be read. */
  #parts(feed: Datafeed, within: Dsl, grouped = feed.fields): { told?: Dsl; others?: Dsl } {
    const asked = fieldsOf(feed.query)
    const { dsl, exact } = compileQuery(feed.query, this.#fieldOf)
    if (!exact || !grouped.every((field) => this.#fieldOf(field).kind === 'own'))
      return { others: { bool: { filter: [within, this.#wide(feed.query)] } } }
    const unclear = [...termsOf('journal.untermed', [...asked, ...grouped]), ...termsOf('journal.several', grouped)]
    if (unclear.length === 0) return { told: { bool: { filter: [within, dsl] } } }
    return {
      told: { bool: { filter: [within, dsl], must_not: unclear } },
      others: { bool: { filter: [within, this.#wide(feed.query)], should: unclear, minimum_should_match: 1 } },
    }
  }

  /** All that a query may admit. */
  #wide(query: Query): Dsl {
    const { dsl } = compileQuery(query, this.#fieldOf)
    return { bool: { should: [dsl, ...termsOf('journal.untermed', fieldsOf(query))], minimum_should_match: 1 } }
  }

  async *#read(query: Dsl | undefined, upTo: Seq): AsyncGenerator<{ seq: Seq; event: EcsEvent }> {
    if (!query) return
    for (let after = 0; ; ) {
      const filter = [query, { range: { 'journal.seq': { gt: after } } }]
      const hits = await this.#page({ bool: { filter } }, PAGE, upTo)
      for (const { _source } of hits) yield { seq: seqOf(_source), event: docOf(_source) }
      if (hits.length < PAGE) return
      after = seqOf(hits.at(-1)!._source)
    }
  }

  async #page(query: Dsl, size: number, upTo: Seq): Promise<readonly Hit[]> {
    await this.#journal.show(upTo)
    return this.#journal.page(query, size, EVENT_PARTS)
  }

  #draftOf(event: EcsEvent, occurrences: Map<string, number>): EventDraft {
    const clock = Object.hasOwn(event, CLOCK) ? parseTime(event[CLOCK]) : Number.NaN
    return {
      event,
      key: keyOf(event, occurrences),
      revision: revisionOf(event),
      clock,
      part: Number.isNaN(clock) ? UNDATED : dayPart(clock),
    }
  }

  /** Appends what is new of a page. Of events that are known, only one with a higher revision is. */
  async #appendPage(drafts: readonly EventDraft[], last: Seq): Promise<Seq> {
    const known = await this.#known(drafts, last)
    const fresh: EventDraft[] = []
    const marks: { hit: Hit; journal: Dsl }[] = []
    for (const draft of drafts) {
      const versions = known.get(draft.key) ?? []
      const newest = versions.at(-1)
      if (newest === undefined || isRevision(draft, newest)) {
        fresh.push(draft)
        versions.push({ revision: draft.revision, seq: last + fresh.length, draft })
        known.set(draft.key, versions)
      }
      marks.push(...superseded(versions))
    }
    const upTo = await this.#journal.append(fresh.map((draft) => this.#toWrite(draft)))
    await this.#journal.amend(marks)
    for (const { key, revision } of fresh) this.#recent.set(key, revision)
    return upTo
  }

  #toWrite({ event, key, revision, clock, part, superseded }: EventDraft): Draft {
    const about = {
      key,
      ...(revision !== undefined && { revision }),
      ...number('time', timeOf(event)),
      ...number('bucket_time', bucketTimeOf(event)),
      ...number('clock', clock),
      ...(superseded !== undefined && { superseded }),
    }
    const stored = (seq: Seq): Stored => storedOf(event, this.#fields, { seq, ...about })
    return { id: derivedId(key, revision ?? ''), part, stored }
  }

  /** The versions of these events that are there, oldest first. What was written lately is known without a look. */
  async #known(drafts: readonly EventDraft[], last: Seq): Promise<Map<string, Version[]>> {
    const isRevised = drafts.some((draft) => {
      return this.#recent.has(draft.key) && isRevision(draft, { revision: this.#recent.get(draft.key) })
    })
    if (isRevised || this.#recent.size > REMEMBERED) {
      await this.#journal.show(last)
      this.#recent.clear()
    }
    const known = new Map<string, Version[]>()
    const keys = [...new Set(drafts.map(({ key }) => key))]
    const unknown = keys.filter((key) => !this.#recent.has(key))
    for (const key of keys) if (this.#recent.has(key)) known.set(key, [{ revision: this.#recent.get(key), seq: last }])
    for (let after = 0, more = unknown.length > 0; more; ) {
      const filter = [{ terms: { 'journal.key': unknown } }, { range: { 'journal.seq': { gt: after } } }]
      const hits = await this.#journal.page({ bool: { filter } }, PAGE, VERSION_FIELDS)
      for (const hit of hits) {
        const { key, revision, seq, superseded } = hit._source.journal as unknown as VersionFields
        known.set(key, [...(known.get(key) ?? []), { revision, seq, hit, isMarked: superseded !== undefined }])
        after = seq
      }
      more = hits.length === PAGE
    }
    return known
  }
}

interface EventDraft {
  readonly event: EcsEvent
  readonly key: string
  readonly revision: number | undefined
  readonly clock: EpochMs
  readonly part: string
  /** The place of the revision within the same request that replaces it. */
  superseded?: Seq
}

interface Version {
  readonly revision: number | undefined
  readonly seq: Seq
  readonly hit?: Hit
  readonly draft?: EventDraft
  isMarked?: boolean
}

interface VersionFields {
  readonly key: string
  readonly revision: number | undefined
  readonly seq: Seq
  readonly superseded?: Seq
}

const VERSION_FIELDS: readonly string[] = ['key', 'revision', 'seq', 'superseded'].map((name) => `journal.${name}`)

/** Keys that are remembered from being written until searches are sure to find them. */
const REMEMBERED = 50_000

/** Whether an event stands for the one that is known: only what our joiner told can be told again, and only with more in it. */
function isRevision({ revision }: Pick<Version, 'revision'>, known: Pick<Version, 'revision'>): boolean {
  return (revision ?? 0) > (known.revision ?? Number.POSITIVE_INFINITY)
}

/** Marks for the versions that others have replaced, where they do not bear them yet; a crash may have come between. */
function superseded(versions: readonly Version[]): { hit: Hit; journal: Dsl }[] {
  const marks: { hit: Hit; journal: Dsl }[] = []
  for (const [i, version] of versions.slice(0, -1).entries()) {
    if (version.isMarked) continue
    version.isMarked = true
    const by = versions[i + 1]!.seq
    if (version.draft) version.draft.superseded = by
    else if (version.hit) marks.push({ hit: version.hit, journal: { superseded: by } })
  }
  return marks
}

/** Parts are days of the clock, so that their number is bounded whatever times events claim to have; events without one have their own. */
export const UNDATED = 'undated'

function keyOf(event: EcsEvent, occurrences: Map<string, number>): string {
  const own = ownIdentityOf(event)
  if (own) return derivedId(...own)
  const content = contentOf(event)
  const occurrence = (occurrences.get(content) ?? 0) + 1
  occurrences.set(content, occurrence)
  return derivedId('content', content, occurrence)
}

function termsOf(field: string, names: readonly string[]): Dsl[] {
  return names.length === 0 ? [] : [{ terms: { [field]: names } }]
}

function placeOf(seq: Seq): Place {
  return { input: 0, from: seq, to: seq + 1 }
}

function seqOf(stored: Stored): Seq {
  return stored.journal.seq as Seq
}

function readingOf({ _source }: Hit): Reading {
  return { seq: seqOf(_source), clock: (_source.journal.clock as EpochMs | undefined) ?? Number.NaN }
}

/** The cluster knows no infinity. */
function ofTime(within: TimeRange | undefined): Dsl[] {
  if (within === undefined) return []
  const { from, to } = within
  const edges = { ...(Number.isFinite(from) && { gte: from }), ...(Number.isFinite(to) && { lt: to }) }
  const field = 'journal.bucket_time'
  return [Object.keys(edges).length > 0 ? { range: { [field]: edges } } : { exists: { field } }]
}

function number(name: string, value: number): Record<string, number> {
  return Number.isNaN(value) ? {} : { [name]: value }
}
