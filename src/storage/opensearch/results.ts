import { isDeepStrictEqual } from 'node:util'
import type { AnomalyResult } from '../../domain/anomaly-record.ts'
import type { EcsEvent } from '../../domain/event.ts'
import { derivedId } from '../../domain/hash.ts'
import { DAY, type DurationMs, type EpochMs, type Seq } from '../../domain/time.ts'
import type { Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import type { Page, SeqRange } from '../page.ts'
import { resultKeyOf } from '../result-key.ts'
import type { StateStore } from '../state-store.ts'
import type { ResultStore } from '../storage.ts'
import { compileQuery, type Dsl, ownFields } from './compile-query.ts'
import { dayPart, type Hit, type Journal } from './journal.ts'
import { RESULT_FIELDS } from './schema.ts'
import { docOf, storedOf } from './stored.ts'

const PAGE = 1000
/** About so many indices hold the results of a job, so that few shards are needed and what is kept is a tenth more than asked at most. */
const PARTS_KEPT = 10
const PARTS: readonly string[] = ['journal.json', 'journal.key', 'journal.seq']

/** Results of a job from `after` to `upTo` that a rewind has taken back: they stay in the cluster and are never read again. */
interface Hole {
  readonly job_id: string
  readonly after: Seq
  readonly upTo: Seq
}

/**
 * Anomaly results, one journal for each holder of a lease. Rewinding leaves a hole instead of deleting: what a paused writer had
 * under way lies in it too, and no place is given twice, so that no cursor misses a result.
 */
export class OpenSearchResults implements ResultStore {
  readonly #journal: Journal
  readonly #state: StateStore
  readonly #span: DurationMs
  #holes: readonly Hole[] | undefined

  /** @param keep how long results are kept; decides how many go together */
  constructor(journal: Journal, state: StateStore, keep: DurationMs = 90 * DAY) {
    this.#journal = journal
    this.#state = state
    this.#span = Math.ceil(keep / PARTS_KEPT / DAY) * DAY
  }

  append(results: readonly AnomalyResult[]): Promise<Seq> {
    return this.#journal.write(async (last) => {
      const newest = await this.#newestOf(results, last)
      const fresh: { key: string; doc: AnomalyResult }[] = []
      for (const doc of results) {
        const key = keyOf(doc)
        if (isDeepStrictEqual(newest.get(key), JSON.parse(JSON.stringify(doc)))) continue
        newest.set(key, doc)
        fresh.push({ key, doc })
      }
      const part = this.#partOf(fresh)
      return this.#journal.append(
        fresh.map(({ key, doc }, i) => ({
          id: derivedId(key, last + 1 + i),
          part,
          stored: (seq) => storedOf(doc, RESULT_FIELDS, { key, seq, bucket_time: doc.timestamp }),
        })),
      )
    })
  }

  async scan(query: Query, { after, limit }: SeqRange): Promise<Page<AnomalyResult>> {
    const items: { seq: Seq; doc: AnomalyResult }[] = []
    const last = await this.#journal.lastSeq()
    const { dsl } = compileQuery(query, fieldOf)
    let next = after
    while (items.length < limit && next < last) {
      const range = { 'journal.seq': { gt: next, lte: last } }
      const hits = await this.#hits([dsl, { range }], Math.min(PAGE, limit - items.length))
      for (const { _source } of hits) {
        const [seq, doc] = [_source.journal.seq as Seq, docOf<AnomalyResult>(_source)]
        next = seq
        if (matches(query, doc as unknown as EcsEvent)) items.push({ seq, doc })
      }
      if (hits.length === 0) next = last
    }
    return { items, next }
  }

  async newest(jobId: string, from: EpochMs): Promise<readonly AnomalyResult[]> {
    await this.#journal.show(Number.POSITIVE_INFINITY)
    const newest = new Map<string, AnomalyResult>()
    for (let after = 0; ; ) {
      const filter = [{ term: { job_id: jobId } }, { range: { 'journal.bucket_time': { gte: from } } }]
      const hits = await this.#hits([...filter, { range: { 'journal.seq': { gt: after } } }], PAGE)
      for (const { _source } of hits) newest.set(_source.journal.key as string, docOf(_source))
      if (hits.length < PAGE) return [...newest.values()]
      after = hits.at(-1)!._source.journal.seq as Seq
    }
  }

  async last(jobId: string): Promise<Seq> {
    return this.#journal.lastSeq({ bool: { filter: [{ term: { job_id: jobId } }], must_not: await this.#taken() } })
  }

  async rewind(jobId: string, after: Seq): Promise<void> {
    await this.#journal.write(async (last) => {
      if (last <= after) return
      const known = await this.#state.get(this.#holesKey)
      const holes = (known?.doc as readonly Hole[] | undefined) ?? []
      // A hole that lies within the new one is no more than a part of it, and where all was dropped there is none any more.
      const first = await this.#journal.firstSeq()
      const others = holes.filter((hole) => (hole.job_id !== jobId || hole.after < after) && hole.upTo >= first)
      const all = [...others, { job_id: jobId, after, upTo: last }]
      await this.#state.put(this.#holesKey, all, known?.version ?? 0)
      this.#holes = all
    })
  }

  /** Late results go where the newest ones go: an index that was left is not written to again, and may be dropped at any time. */
  #partOf(results: readonly { readonly doc: AnomalyResult }[]): string {
    const newest = results.reduce((latest, { doc }) => Math.max(latest, doc.timestamp), 0)
    const part = dayPart(Math.floor(newest / this.#span) * this.#span)
    return [part, this.#journal.newestDay].sort().at(-1)!
  }

  get #holesKey(): string {
    return `holes/${this.#journal.name}`
  }

  /** Kept from the first reading on: only the writer makes holes, and others who read results judge none. */
  async #taken(): Promise<Dsl[]> {
    this.#holes ??= ((await this.#state.get(this.#holesKey))?.doc as readonly Hole[] | undefined) ?? []
    return this.#holes.map(({ job_id, after, upTo }) => ({
      bool: { filter: [{ term: { job_id } }, { range: { 'journal.seq': { gt: after, lte: upTo } } }] },
    }))
  }

  async #hits(filter: readonly Dsl[], size: number): Promise<readonly Hit[]> {
    return this.#journal.page({ bool: { filter, must_not: await this.#taken() } }, size, PARTS)
  }

  /** The newest revisions of what is about to be written. */
  async #newestOf(results: readonly AnomalyResult[], last: Seq): Promise<Map<string, AnomalyResult>> {
    await this.#journal.show(last)
    const newest = new Map<string, AnomalyResult>()
    const keys = [...new Set(results.map(keyOf))]
    for (let i = 0; i < keys.length; i += PAGE) {
      const terms = { 'journal.key': keys.slice(i, i + PAGE) }
      for (let after = 0, more = true; more; ) {
        const hits = await this.#hits([{ terms }, { range: { 'journal.seq': { gt: after } } }], PAGE)
        for (const { _source } of hits) newest.set(_source.journal.key as string, docOf(_source))
        more = hits.length === PAGE
        if (more) after = hits.at(-1)!._source.journal.seq as Seq
      }
    }
    return newest
  }
}

/** `resultKeyOf` as a term of fixed length: values in it may be long. */
function keyOf(result: AnomalyResult): string {
  return derivedId(resultKeyOf(result))
}

const fieldOf = ownFields(RESULT_FIELDS)
