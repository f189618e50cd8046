import { derivedId } from '../../domain/hash.ts'
import { HOUR } from '../../domain/time.ts'
import type { Versioned } from '../alert-store.ts'
import type { StateStore } from '../state-store.ts'
import type { Connection } from './connection.ts'
import type { Documents } from './documents.ts'
import { bulk, refresh } from './journal.ts'
import { LongValues, packed, textOf } from './long-values.ts'
import type { Stored } from './stored.ts'

const PAGE = 5000
/** Parts that nobody names are dropped after this time; a writer that still writes them is long done by then. */
const UNNAMED_KEPT = 24 * HOUR

/** Values under keys, each a document of its own; what is too long for one is kept in parts that it names. */
export class OpenSearchState implements StateStore {
  readonly #documents: Documents
  readonly #connection: Connection
  readonly #long: LongValues

  constructor(documents: Documents, connection: Connection) {
    this.#documents = documents
    this.#connection = connection
    this.#long = new LongValues(documents, connection)
  }

  async get(key: string): Promise<Versioned<unknown> | undefined> {
    for (let before: string | undefined; ; ) {
      const seen = await this.#documents.get(idOf(key))
      if (!seen) return undefined
      const text = await this.#long.whole(seen.stored.journal, before)
      if (text !== undefined) return { version: seen.version, doc: JSON.parse(textOf(text)) }
      // Replaced between the two requests, and so are its parts.
      before = seen.stored.journal.writing as string
    }
  }

  async put(key: string, value: unknown, version: number): Promise<'written' | 'conflict'> {
    const id = idOf(key)
    const seen = version === 0 ? undefined : await this.#documents.get(id)
    if (seen?.version !== (version === 0 ? undefined : version)) return 'conflict'
    const head = await this.#long.write(id, packed(JSON.stringify(value)))
    const stored: Stored = { journal: { ...head, key: sortable(key), version: version + 1 } }
    const isWritten = await (seen ? this.#documents.replace(id, stored, seen) : this.#documents.create(id, stored))
    // Of the two values one has lost: the other keeps its parts.
    await this.#long.drop(isWritten ? seen?.stored.journal : head)
    return isWritten ? 'written' : 'conflict'
  }

  async keys(prefix: string): Promise<readonly string[]> {
    await refresh(this.#connection, this.#documents.index)
    const keys: string[] = []
    for (let after: readonly unknown[] | undefined; ; ) {
      const { hits } = await this.#documents.search({
        size: PAGE,
        track_total_hits: false,
        query: { prefix: { 'journal.key': sortable(prefix) } },
        sort: [{ 'journal.key': 'asc' }],
        _source: ['journal.key'],
        ...(after && { search_after: after }),
      })
      for (const { _source } of hits.hits) keys.push(JSON.parse(`"${_source.journal.key}"`))
      after = hits.hits.at(-1)?.sort
      if (hits.hits.length < PAGE) return keys.filter((key) => key !== REMOVAL).sort()
    }
  }

  /** The cluster knows no "all or none": what is to go is written down first, and whoever opens the store ends what was begun. */
  async remove(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return
    const plan = await this.get(REMOVAL)
    if (plan) await this.finishRemoval()
    const version = (await this.get(REMOVAL))?.version ?? 0
    if ((await this.put(REMOVAL, keys, version)) === 'conflict') return this.remove(keys)
    await this.finishRemoval()
  }

  /** Ends a removal that a crash has cut short. */
  async finishRemoval(): Promise<void> {
    const plan = await this.get(REMOVAL)
    if (!plan) return
    const ids = (plan.doc as string[]).map(idOf)
    await bulk(
      this.#connection,
      ids.map((id) => this.#deletion(id)),
    )
    await this.#long.dropOf(ids)
    await bulk(this.#connection, [this.#deletion(idOf(REMOVAL))])
  }

  /** Drops what a crash has left of long values whose head was never written, or was replaced. */
  tidy(): Promise<void> {
    return this.#long.dropUnnamed(Date.now() - UNNAMED_KEPT)
  }

  #deletion(id: string): object {
    return { delete: { _index: this.#documents.index, _id: id } }
  }
}

/** What is being removed. */
const REMOVAL = '\u0000removal'

function idOf(key: string): string {
  return derivedId(JSON.stringify(key))
}

/** A key as a term: as in JSON, since a term holds no half of a surrogate pair. What a key begins with, its term begins with too. */
function sortable(key: string): string {
  return JSON.stringify(key).slice(1, -1)
}
