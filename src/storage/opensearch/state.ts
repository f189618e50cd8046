import { gunzipSync, gzipSync } from 'node:zlib'
import { derivedId } from '../../domain/hash.ts'
import type { Versioned } from '../alert-store.ts'
import type { StateStore } from '../state-store.ts'
import type { Connection } from './connection.ts'
import type { Documents } from './documents.ts'
import { bulk, refresh } from './journal.ts'
import type { Stored } from './stored.ts'

const PAGE = 5000

/** Values under keys, each a document of its own. */
export class OpenSearchState implements StateStore {
  readonly #documents: Documents
  readonly #connection: Connection

  constructor(documents: Documents, connection: Connection) {
    this.#documents = documents
    this.#connection = connection
  }

  async get(key: string): Promise<Versioned<unknown> | undefined> {
    const seen = await this.#documents.get(idOf(key))
    return seen && { version: seen.version, doc: JSON.parse(textOf(seen.stored.journal)) }
  }

  async put(key: string, value: unknown, version: number): Promise<'written' | 'conflict'> {
    const id = idOf(key)
    const stored: Stored = { journal: { ...packed(JSON.stringify(value)), key: sortable(key), version: version + 1 } }
    if (version === 0) return (await this.#documents.create(id, stored)) ? 'written' : 'conflict'
    const seen = await this.#documents.get(id)
    if (seen?.version !== version) return 'conflict'
    return (await this.#documents.replace(id, stored, seen)) ? 'written' : 'conflict'
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
    const ids = [...(plan.doc as string[]), REMOVAL].map(idOf)
    const lines = ids.map((id) => ({ delete: { _index: this.#documents.index, _id: id } }))
    await bulk(this.#connection, lines.slice(0, -1))
    await bulk(this.#connection, lines.slice(-1))
  }
}

/**
 * Values longer than this are packed: the model of ten thousand hosts is a text of 34 MB, and a node holds several copies of what it
 * takes in.
 */
const PACKED_FROM = 64 * 1024

function packed(json: string): { readonly json: string; readonly packed?: string } {
  if (json.length < PACKED_FROM) return { json }
  return { json: '', packed: gzipSync(json, { level: 1 }).toString('base64') }
}

function textOf({ json, packed }: Stored['journal']): string {
  return packed === undefined ? json : gunzipSync(Buffer.from(packed as string, 'base64')).toString('utf8')
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
