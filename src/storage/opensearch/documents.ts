import { randomUUID } from 'node:crypto'
import { AppError } from '../../domain/error.ts'
import type { Dsl } from './compile-query.ts'
import type { Connection } from './connection.ts'
import { type Hit, search } from './journal.ts'
import type { Stored } from './stored.ts'

interface Got extends Hit {
  readonly found: boolean
  readonly _seq_no: number
  readonly _primary_term: number
}

/** A document as it was read, and what a change of it must name. */
export interface Seen {
  readonly stored: Stored
  readonly version: number
  readonly guard: { readonly if_seq_no: number; readonly if_primary_term: number }
}

/**
 * Documents by id in one index, changed by the version that was seen. A write that was answered by silence and sent again finds
 * its own trace, so that it is not taken for somebody else's.
 */
export class Documents {
  readonly index: string
  readonly #connection: Connection

  constructor(index: string, connection: Connection) {
    this.index = index
    this.#connection = connection
  }

  /** The newest version, visible to searches or not. */
  async get(id: string): Promise<Seen | undefined> {
    const { body } = await this.#connection.request<Got>('GET', this.#path(id), { accept: [404] })
    if (!body.found) return undefined
    const { _source: stored, _seq_no, _primary_term } = body
    return {
      stored,
      version: stored.journal.version as number,
      guard: { if_seq_no: _seq_no, if_primary_term: _primary_term },
    }
  }

  /** Writes a document that is not there yet. */
  create(id: string, stored: Stored): Promise<boolean> {
    return this.#put(id, stored, { op_type: 'create' })
  }

  /** Replaces the document that was seen. */
  replace(id: string, stored: Stored, { guard }: Seen): Promise<boolean> {
    return this.#put(id, stored, guard)
  }

  search(body: Dsl): Promise<{ readonly hits: { readonly hits: readonly Hit[] } }> {
    return search(this.#connection, this.index, body)
  }

  async #put(id: string, stored: Stored, guard: Readonly<Record<string, string | number>>): Promise<boolean> {
    const attempt = randomUUID()
    const body = { ...stored, journal: { ...stored.journal, attempt } }
    const { status } = await this.#connection.request('PUT', this.#path(id), { body, query: guard, accept: [409] })
    if (status !== 409) return true
    return (await this.get(id))?.stored.journal.attempt === attempt
  }

  #path(id: string): string {
    if (Buffer.byteLength(id) > 512)
      throw new AppError({
        message: `Cannot store "${id.slice(0, 60)}…": an id has 512 bytes at most`,
        code: 'STORAGE_REFUSED',
        hint: 'Give the document a shorter id.',
      })
    return `/${this.index}/_doc/${encodeURIComponent(id)}`
  }
}
