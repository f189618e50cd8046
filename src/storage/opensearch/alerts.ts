import type { Alert } from '../../domain/alert.ts'
import type { Seq } from '../../domain/time.ts'
import type { Query } from '../../query/ast.ts'
import { matches } from '../../query/match.ts'
import type { AlertStore, Notice, Versioned } from '../alert-store.ts'
import type { Page, SeqRange } from '../page.ts'
import type { StateStore } from '../state-store.ts'
import { compileQuery, ownFields } from './compile-query.ts'
import type { Connection } from './connection.ts'
import type { Documents, Seen } from './documents.ts'
import { type Hit, type Journal, refresh } from './journal.ts'
import { ALERT_FIELDS } from './schema.ts'
import { docOf, type Stored, storedOf } from './stored.ts'

const PAGE = 500
const FORGOTTEN = 'outbox/forgotten'

/**
 * Alerts as ECS documents. A notice is written within the document of its alert, since the cluster has no other transaction;
 * whoever reads the outbox brings it there first, once, under its id.
 */
export class OpenSearchAlerts implements AlertStore {
  readonly #documents: Documents
  readonly #outbox: Journal
  readonly #connection: Connection
  readonly #state: StateStore

  constructor(documents: Documents, outbox: Journal, connection: Connection, state: StateStore) {
    this.#documents = documents
    this.#outbox = outbox
    this.#connection = connection
    this.#state = state
  }

  async create(alert: Alert, notice?: Notice): Promise<'created' | 'exists'> {
    const stored = alertOf(alert, 1, notice ? [keptNow(notice)] : [])
    return (await this.#documents.create(alert['kibana.alert.uuid'], stored)) ? 'created' : 'exists'
  }

  async get(id: string): Promise<Versioned<Alert> | undefined> {
    const seen = await this.#documents.get(id)
    return seen && { version: seen.version, doc: docOf(seen.stored) }
  }

  async update(alert: Alert, version: number, notice?: Notice): Promise<'updated' | 'conflict' | 'missing'> {
    const id = alert['kibana.alert.uuid']
    for (;;) {
      const seen = await this.#documents.get(id)
      if (!seen) return 'missing'
      if (seen.version !== version) return 'conflict'
      const notices = [...noticesOf(seen.stored), ...(notice ? [keptNow(notice)] : [])]
      if (await this.#documents.replace(id, alertOf(alert, version + 1, notices), seen)) return 'updated'
      // Bringing notices to the outbox changes the document and not its version: then it is looked at again.
    }
  }

  async search(query: Query, limit: number): Promise<readonly Versioned<Alert>[]> {
    await refresh(this.#connection, this.#documents.index)
    const { dsl } = compileQuery(query, fieldOf)
    const found: Versioned<Alert>[] = []
    for (let after: readonly unknown[] | undefined; found.length < limit; ) {
      const sort = [{ '@timestamp': 'asc' }, { 'kibana.alert.uuid': 'asc' }]
      const body = { size: PAGE, track_total_hits: false, query: dsl, sort, ...(after && { search_after: after }) }
      const { hits } = (await this.#documents.search(body)).hits
      for (const { _source } of hits) {
        const doc = docOf<Alert>(_source)
        if (matches(query, doc)) found.push({ version: _source.journal.version as number, doc })
      }
      after = hits.at(-1)?.sort
      if (hits.length < PAGE) break
    }
    return found.slice(0, limit)
  }

  async notices({ after, limit }: SeqRange): Promise<Page<Notice>> {
    await this.#bringNotices()
    const from = Math.max(after, await this.#forgotten())
    const last = await this.#outbox.lastSeq()
    const query = { range: { 'journal.seq': { gt: from } } }
    const hits = limit <= 0 ? [] : await this.#outbox.page(query, limit, ['journal.json', 'journal.seq'])
    const items = hits.map(({ _source }) => ({ seq: _source.journal.seq as Seq, doc: docOf<Notice>(_source) }))
    return { items, next: items.length === limit ? (items.at(-1)?.seq ?? from) : Math.max(from, last) }
  }

  async forgetNotices(upTo: Seq): Promise<void> {
    const known = await this.#state.get(FORGOTTEN)
    const before = (known?.doc as Seq | undefined) ?? 0
    if (upTo <= before) return
    if ((await this.#state.put(FORGOTTEN, upTo, known?.version ?? 0)) === 'conflict') await this.forgetNotices(upTo)
  }

  async #forgotten(): Promise<Seq> {
    return ((await this.#state.get(FORGOTTEN))?.doc as Seq | undefined) ?? 0
  }

  /** Appends to the outbox what waits within alerts, in the order in which it was kept, and then empties the alerts of it. */
  async #bringNotices(): Promise<void> {
    await refresh(this.#connection, this.#documents.index)
    const query = { term: { 'journal.pending': true } }
    const { hits } = (await this.#documents.search({ size: 10_000, query, _source: ['journal.notices'] })).hits
    if (hits.length === 0) return
    const waiting = hits.flatMap(({ _source }) => noticesOf(_source)).sort(byKeeping)
    await this.#outbox.write(async () => {
      const known = await this.#knownNotices(waiting)
      const fresh = waiting.filter(({ notice }) => !known.has(notice.id) && known.add(notice.id))
      const stored = (notice: Notice) => (seq: Seq) => ({
        journal: { json: JSON.stringify(notice), key: notice.id, seq },
      })
      return this.#outbox.append(fresh.map(({ notice }) => ({ id: notice.id, part: 'all', stored: stored(notice) })))
    })
    for (const hit of hits) await this.#empty(hit)
  }

  async #knownNotices(waiting: readonly Kept[]): Promise<Set<string>> {
    await this.#outbox.show(Number.POSITIVE_INFINITY)
    const known = new Set<string>()
    for (let i = 0; i < waiting.length; i += PAGE) {
      const ids = waiting.slice(i, i + PAGE).map(({ notice }) => notice.id)
      for (const hit of await this.#outbox.page({ terms: { 'journal.key': ids } }, PAGE, ['journal.key']))
        known.add(hit._source.journal.key as string)
    }
    return known
  }

  /** If the alert was changed meanwhile, its notices stay: they are known in the outbox and brought no second time. */
  async #empty({ _id, _source }: Hit): Promise<void> {
    const seen = await this.#documents.get(_id)
    if (!seen || noticesOf(seen.stored).length !== noticesOf(_source).length) return
    await this.#documents.replace(_id, withNotices(seen, []), seen)
  }
}

/** A notice with when it was kept: the time of day, then the order within a process. */
interface Kept {
  readonly notice: Notice
  readonly at: number
  readonly n: number
}

let kept = 0

function keptNow(notice: Notice): Kept {
  return { notice, at: Date.now(), n: ++kept }
}

function byKeeping(a: Kept, b: Kept): number {
  return a.at - b.at || a.n - b.n
}

function noticesOf({ journal }: Stored): readonly Kept[] {
  return (journal.notices as readonly Kept[] | undefined) ?? []
}

function alertOf(alert: Alert, version: number, notices: readonly Kept[]): Stored {
  const pending = notices.length > 0 && { notices, pending: true }
  return storedOf(alert, ALERT_FIELDS, { version, ...pending })
}

function withNotices({ stored }: Seen, notices: readonly Kept[]): Stored {
  const { pending: _pending, notices: _notices, ...journal } = stored.journal
  return {
    ...stored,
    journal: { ...journal, ...(notices.length > 0 && { notices, pending: true }) } as Stored['journal'],
  }
}

const fieldOf = ownFields(ALERT_FIELDS)
