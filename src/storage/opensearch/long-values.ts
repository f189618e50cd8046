import { randomUUID } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { AppError } from '../../domain/error.ts'
import type { Connection } from './connection.ts'
import type { Documents } from './documents.ts'
import { bulk, refresh } from './journal.ts'
import type { Journaled } from './stored.ts'

/**
 * Values that are too long for one document: a cluster takes no request of more than 100 MB, and a node holds several copies of what
 * it takes in. Parts are written first, under names that nobody had before; then the head, a document that names them, and with it
 * the value is there; then the parts of the value before are dropped. A crash in between leaves parts that nobody names.
 */

/** Values longer than this are packed: the model of ten thousand hosts is a text of 34 MB. In UTF-16 code units. */
const PACKED_FROM = 64 * 1024
/** Base64 digits in a document. */
const PART = 4 * 1024 * 1024
/** Parts that are looked through at a time. */
const PAGE = 5000

export function packed(json: string): Journaled {
  if (json.length < PACKED_FROM) return { json }
  return { json: '', packed: gzipSync(json, { level: 1 }).toString('base64') }
}

export function textOf({ json, packed }: Journaled): string {
  return packed === undefined ? json : gunzipSync(Buffer.from(packed as string, 'base64')).toString('utf8')
}

export class LongValues {
  readonly #documents: Documents
  readonly #connection: Connection

  constructor(documents: Documents, connection: Connection) {
    this.#documents = documents
    this.#connection = connection
  }

  /** Writes the parts of a value, if it is long, and answers what its head must say. */
  async write(headId: string, value: Journaled): Promise<Journaled> {
    const text = (value.packed ?? '') as string
    if (text.length <= PART) return value
    const writing = randomUUID()
    const time = Date.now()
    const parts = Math.ceil(text.length / PART)
    for (let n = 0; n < parts; n++) {
      const journal = { json: '', packed: text.slice(n * PART, (n + 1) * PART), part_of: headId, writing, time }
      await bulk(this.#connection, [{ index: { _index: this.#documents.index, _id: partId(writing, n) } }, { journal }])
    }
    return { json: '', writing, parts }
  }

  /**
   * The value that a head stands for; none when its parts are gone since.
   *
   * @param before what the head said the last time that its parts were gone
   * @throws AppError STORAGE_REFUSED when the head says so still: then they are lost
   */
  async whole(head: Journaled, before?: string): Promise<Journaled | undefined> {
    if (head.writing === undefined) return head
    const writing = head.writing as string
    const pieces: string[] = []
    for (const id of partIds(head)) {
      const part = await this.#documents.get(id)
      if (part) pieces.push(part.stored.journal.packed as string)
      else if (writing !== before) return undefined
      else
        throw new AppError({
          message: `Cannot read a value of ${this.#documents.index}: its part ${id} is not there`,
          code: 'STORAGE_REFUSED',
          hint: 'Somebody has deleted it from the index: restore a snapshot of the cluster.',
        })
    }
    return { json: '', packed: pieces.join('') }
  }

  /** Drops the parts that a head names, if it names any. */
  async drop(head: Journaled | undefined): Promise<void> {
    await this.#delete(head ? partIds(head) : [])
  }

  /** Drops all parts of heads that are gone. */
  async dropOf(headIds: readonly string[]): Promise<void> {
    await refresh(this.#connection, this.#documents.index)
    for (;;) {
      const parts = await this.#find({ terms: { 'journal.part_of': headIds } })
      await this.#delete(parts.map(({ id }) => id))
      if (parts.length < PAGE) return
      await refresh(this.#connection, this.#documents.index)
    }
  }

  /** Drops parts from before a time that their heads do not name. */
  async dropUnnamed(time: number): Promise<void> {
    const parts = await this.#find({
      bool: { filter: [{ exists: { field: 'journal.part_of' } }, { range: { 'journal.time': { lt: time } } }] },
    })
    const named = new Map<string, unknown>()
    for (const { headId } of parts)
      if (!named.has(headId)) named.set(headId, (await this.#documents.get(headId))?.stored.journal.writing)
    await this.#delete(parts.filter(({ headId, writing }) => named.get(headId) !== writing).map(({ id }) => id))
  }

  /** Without their texts, which are long. */
  async #find(query: object): Promise<{ readonly id: string; readonly headId: string; readonly writing: string }[]> {
    const { hits } = await this.#documents.search({
      size: PAGE,
      track_total_hits: false,
      query,
      _source: false,
      docvalue_fields: ['journal.part_of', 'journal.writing'],
    })
    return hits.hits.map(({ _id, fields }) => ({
      id: _id,
      headId: fields!['journal.part_of']![0] as string,
      writing: fields!['journal.writing']![0] as string,
    }))
  }

  async #delete(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    await bulk(
      this.#connection,
      ids.map((id) => ({ delete: { _index: this.#documents.index, _id: id } })),
    )
  }
}

function partIds({ writing, parts }: Journaled): string[] {
  if (writing === undefined) return []
  return Array.from({ length: parts as number }, (_, n) => partId(writing as string, n))
}

function partId(writing: string, n: number): string {
  return `${writing}-${n}`
}
