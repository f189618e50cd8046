import { AppError } from '../../domain/error.ts'
import { type EpochMs, isoTime, type Seq } from '../../domain/time.ts'
import type { StateStore } from '../state-store.ts'
import type { Dsl } from './compile-query.ts'
import { type Connection, fenced, isFence, SEE_CLUSTER } from './connection.ts'
import { createIndex, indicesOf } from './indices.ts'
import type { Stored } from './stored.ts'

/** A document to be written at the next place. */
export interface Draft {
  /** Two drafts with one id are one document. */
  readonly id: string
  readonly stored: (seq: Seq) => Stored
  /** Which index it goes to: a day, or another word that never comes again once a later one was used. */
  readonly part: string
}

export interface Hit<S = Stored> {
  readonly _index: string
  readonly _id: string
  readonly _source: S
  readonly sort?: readonly unknown[]
  readonly fields?: Readonly<Record<string, readonly unknown[]>>
}

export interface SearchReply {
  readonly _shards: { readonly failed: number }
  readonly timed_out: boolean
  readonly hits: { readonly hits: readonly Hit[] }
  readonly aggregations?: Readonly<Record<string, unknown>>
}

interface BlockReply {
  readonly acknowledged: boolean
  readonly shards_acknowledged: boolean
  /** Those that were blocked now. */
  readonly indices: readonly unknown[]
}

/** Who writes a journal, kept beside it. `clean`: the writer has ended, and nothing of it is under way any more. */
interface Term {
  readonly term: number
  readonly clean: boolean
}

/**
 * An append-only sequence of documents in indices of its own, with places from 1 up and one writer. Whoever begins to write takes
 * a new term: it blocks the indices of the terms before, so that a writer that was paused and comes back is refused by the cluster
 * itself, and goes on behind the last place that it finds. After a writer that ended in good order the indices are used on.
 */
export class Journal {
  readonly name: string
  readonly #connection: Connection
  readonly #state: StateStore
  readonly #mapping: Dsl
  readonly #settings: Dsl
  #term: number | undefined
  #seq: Seq = 0
  /** Places up to here were made visible to searches. */
  #visible: Seq = -1
  readonly #made = new Set<string>()
  #newestDay = ''
  #last: Promise<unknown> = Promise.resolve()

  constructor(name: string, connection: Connection, state: StateStore, mapping: Dsl, settings: Dsl) {
    this.name = name
    this.#connection = connection
    this.#state = state
    this.#mapping = mapping
    this.#settings = settings
  }

  /** All indices of this journal, for searches; there may be none yet. Not those of one whose name goes on where this one ends. */
  get pattern(): string {
    return `${this.name}-*,-${this.name}-*-*-*`
  }

  /** The newest day that a part is named after; '' before the first. To be asked within `write`. */
  get newestDay(): string {
    return this.#newestDay
  }

  /**
   * Runs a step of the writer, one at a time, as the only writer.
   *
   * @param step is told the last place that was written
   */
  async write<T>(step: (last: Seq) => Promise<T>): Promise<T> {
    const run = this.#last.then(async () => {
      if (this.#term === undefined) await this.#beginTerm()
      return step(this.#seq)
    })
    this.#last = run.catch(() => {})
    return run
  }

  /** Writes drafts at the next places, durably; only within `write`. Answers the place of the last. */
  async append(drafts: readonly Draft[]): Promise<Seq> {
    const lines: unknown[] = []
    let seq = this.#seq
    for (const { id, part, stored } of drafts) {
      lines.push({ create: { _index: await this.#indexOf(part), _id: id } }, stored(++seq))
    }
    await bulk(this.#connection, lines)
    this.#seq = seq
    return seq
  }

  /** Changes a few fields of documents that were written; only within `write`. */
  async amend(changes: readonly { readonly hit: Hit; readonly journal: Dsl }[]): Promise<void> {
    await bulk(
      this.#connection,
      changes.flatMap(({ hit, journal }) => [{ update: { _index: hit._index, _id: hit._id } }, { doc: { journal } }]),
    )
  }

  /** Searches what is visible; the answer is whole or there is none. */
  search(body: Dsl): Promise<SearchReply> {
    return search(this.#connection, this.pattern, body)
  }

  /** The first documents of a query in the order of places, these parts of them. */
  async page(query: Dsl, size: number, parts: readonly string[]): Promise<readonly Hit[]> {
    const sort = [{ 'journal.seq': { order: 'asc', unmapped_type: 'long' } }]
    return (await this.search({ size, track_total_hits: false, query, sort, _source: parts })).hits.hits
  }

  /** Makes everything up to a place visible to searches. */
  async show(upTo: Seq): Promise<void> {
    if (upTo <= this.#visible) return
    // A place that somebody knows of was written before, by whomever.
    const written = Number.isFinite(upTo) ? upTo : this.#seq
    await refresh(this.#connection, this.pattern)
    this.#visible = Math.max(this.#visible, written)
  }

  /** The last place, found in the cluster. */
  async lastSeq(query: Dsl = { match_all: {} }): Promise<Seq> {
    await this.show(Number.POSITIVE_INFINITY)
    const { hits } = (await this.search(lastOf(query))).hits
    return (hits[0]?._source.journal.seq as Seq | undefined) ?? 0
  }

  /** The first place that is still there; endless where there is none. */
  async firstSeq(): Promise<Seq> {
    const [hit] = await this.page({ match_all: {} }, 1, ['journal.seq'])
    return (hit?._source.journal.seq as Seq | undefined) ?? Number.POSITIVE_INFINITY
  }

  /** Runs while this writer writes nothing. */
  async pause<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#last.then(task)
    this.#last = run.catch(() => {})
    return run
  }

  /** Ends the term in good order. */
  async close(): Promise<void> {
    await this.#last
    if (this.#term === undefined) return
    const known = await this.#state.get(this.#termKey)
    if ((known?.doc as Term | undefined)?.term !== this.#term) return
    await this.#state.put(this.#termKey, { term: this.#term, clean: true }, known!.version)
  }

  get #termKey(): string {
    return `writer/${this.name}`
  }

  async #beginTerm(): Promise<void> {
    const known = await this.#state.get(this.#termKey)
    const before = known?.doc as Term | undefined
    const term = before === undefined ? 1 : before.clean ? before.term : before.term + 1
    if ((await this.#state.put(this.#termKey, { term, clean: false }, known?.version ?? 0)) === 'conflict')
      throw fenced()
    const indices = await indicesOf(this.#connection, this.pattern)
    const old = indices.filter((index) => this.#termOf(index) < term)
    // The cluster answers when every write that was under way has ended: after that nothing is added behind our back.
    if (old.length > 0 && before?.clean === false) for (const index of old) await this.#block(index)
    for (const index of indices) this.#isThere(index)
    this.#seq = await this.lastSeq()
    this.#term = term
  }

  async #block(index: string): Promise<void> {
    for (;;) {
      const path = `/${index}/_block/write`
      const { status, body } = await this.#connection.request<BlockReply>('PUT', path, { accept: [404] })
      if (status === 404 || body.shards_acknowledged) return
      // Of an index that a third writer has closed for good before, the cluster says only that it is so.
      if (body.acknowledged && body.indices.length === 0) return
      await this.#connection.breathe(`OpenSearch has not yet closed ${index} to the writer before`)
    }
  }

  /**
   * The index of a part in this term, made when it is first asked for. A writer of a later term blocks what is there when it begins; what is made
   * after that it does not know of, so whoever makes an index looks whether the term is still its own.
   */
  async #indexOf(part: string): Promise<string> {
    const index = `${this.name}-${part}-${String(this.#term).padStart(6, '0')}`
    if (this.#made.has(index)) return index
    await createIndex(this.#connection, index, this.#mapping, this.#settings)
    const known = await this.#state.get(this.#termKey)
    if ((known?.doc as Term | undefined)?.term !== this.#term) throw fenced()
    this.#isThere(index)
    return index
  }

  #isThere(index: string): void {
    this.#made.add(index)
    const part = index.slice(this.name.length + 1, index.lastIndexOf('-'))
    if (isDay(part) && part > this.#newestDay) this.#newestDay = part
  }

  #termOf(index: string): number {
    return Number(index.slice(index.lastIndexOf('-') + 1))
  }
}

/** The name of a part that takes what belongs to a day: in the order of days. */
export function dayPart(time: EpochMs): string {
  return isoTime(time).slice(0, 10).replaceAll('-', '.')
}

function isDay(part: string): boolean {
  return /^\d/.test(part)
}

function lastOf(query: Dsl): Dsl {
  return { size: 1, query, sort: [{ 'journal.seq': 'desc' }], _source: ['journal.seq', 'journal.clock'] }
}

/**
 * @param parts of the reply that are sent, with `_shards.failed` and `timed_out` among them; all unless said
 * @throws AppError STORAGE_REFUSED when not all of the data could be asked: part of an answer is none
 */
export async function search(
  connection: Connection,
  indices: string,
  body: Dsl,
  parts?: string,
  more: Readonly<Record<string, string>> = {},
): Promise<SearchReply> {
  const query = {
    allow_partial_search_results: false,
    ignore_unavailable: true,
    allow_no_indices: true,
    ...(parts !== undefined && { filter_path: parts }),
    ...more,
  }
  const { body: reply } = await connection.request<SearchReply>('POST', `/${indices}/_search`, { body, query })
  if (reply.timed_out || reply._shards.failed > 0)
    throw new AppError({
      message: `Cannot search ${indices}: ${reply._shards.failed} shards have failed`,
      code: 'STORAGE_REFUSED',
      hint: SEE_CLUSTER,
    })
  return reply
}

export async function refresh(connection: Connection, indices: string): Promise<void> {
  const query = { ignore_unavailable: true, allow_no_indices: true }
  const { body } = await connection.request<{ _shards: { failed: number } }>('POST', `/${indices}/_refresh`, { query })
  if (body._shards.failed > 0)
    throw new AppError({
      message: `Cannot refresh ${indices}: some shards have failed`,
      code: 'STORAGE_REFUSED',
      hint: SEE_CLUSTER,
    })
}

interface BulkReply {
  readonly errors: boolean
  readonly items: readonly Readonly<Record<string, BulkItem>>[]
}

interface BulkItem {
  readonly status: number
  readonly error?: { readonly type: string; readonly reason: string }
}

/** Documents of one request, and its bytes at most; a cluster refuses requests of more than 100 MB. */
const BULK_BYTES = 8 * 1024 * 1024

/** Carries out the actions of a bulk request until each is done; one that finds its document there was done before. */
export async function bulk(connection: Connection, lines: readonly unknown[]): Promise<void> {
  for (let left = pairsOf(lines); left.length > 0; ) {
    const piece = firstPiece(left)
    const { body } = await connection.request<BulkReply>('POST', '/_bulk', { lines: piece.flat() })
    const again = piece.filter((_, i) => isToRepeat(...Object.entries(body.items[i]!)[0]!))
    left = [...again, ...left.slice(piece.length)]
    if (again.length > 0)
      await connection.breathe(`OpenSearch did not take in ${again.length} of ${piece.length} documents`)
  }
}

function pairsOf(lines: readonly unknown[]): string[][] {
  const pairs: string[][] = []
  for (let i = 0; i < lines.length; ) {
    const isDelete = Object.hasOwn(lines[i] as object, 'delete')
    pairs.push(lines.slice(i, i + (isDelete ? 1 : 2)).map((line) => JSON.stringify(line)))
    i += isDelete ? 1 : 2
  }
  return pairs
}

function firstPiece(pairs: readonly string[][]): string[][] {
  let bytes = 0
  const end = pairs.findIndex((pair) => {
    bytes += pair.reduce((sum, line) => sum + line.length, 0)
    return bytes > BULK_BYTES
  })
  return pairs.slice(0, end < 0 ? pairs.length : Math.max(1, end))
}

function isToRepeat(action: string, { status, error }: BulkItem): boolean {
  if (status < 300 || status === 409 || (status === 404 && action !== 'create')) return false
  if (status === 429 || status === 503) return true
  if (error?.type === 'cluster_block_exception') {
    if (isFence(error.reason)) throw fenced()
    return true
  }
  throw new AppError({
    message: `Cannot write to OpenSearch: it answers ${status}, ${error?.type}: ${error?.reason}`,
    code: 'STORAGE_REFUSED',
    hint: SEE_CLUSTER,
  })
}
