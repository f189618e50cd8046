import type { Versioned } from '../alert-store.ts'
import type { StateStore } from '../state-store.ts'
import { type Packed, packed, unpacked } from './packed.ts'
import { afterPrefix, fromSortable, toSortable } from './sortable-text.ts'
import type { Sqlite } from './sqlite.ts'

/** Named values in `state.sqlite`. A model of hundreds of megabytes is one packed BLOB. */
export class SqliteState implements StateStore {
  readonly #db: Sqlite

  constructor(db: Sqlite) {
    this.#db = db
  }

  async get(key: string): Promise<Versioned<unknown> | undefined> {
    const row = this.#db.row<[number, Packed]>('SELECT version, doc FROM state WHERE key = ?', toSortable(key))
    return row && { version: row[0], doc: await unpacked(row[1], `"${key}"`) }
  }

  async put(key: string, value: unknown, version: number): Promise<'written' | 'conflict'> {
    const doc = await packed(value)
    const changed =
      version === 0
        ? this.#db.run('INSERT INTO state VALUES (?, 1, ?) ON CONFLICT DO NOTHING', toSortable(key), doc)
        : this.#db.run(
            'UPDATE state SET version = version + 1, doc = ? WHERE key = ? AND version = ?',
            doc,
            toSortable(key),
            version,
          )
    return changed > 0 ? 'written' : 'conflict'
  }

  async keys(prefix: string): Promise<readonly string[]> {
    const from = toSortable(prefix)
    const to = afterPrefix(from)
    const rows = to
      ? this.#db.rows<[Buffer]>('SELECT key FROM state WHERE key >= ? AND key < ? ORDER BY key', from, to)
      : this.#db.rows<[Buffer]>('SELECT key FROM state ORDER BY key')
    return rows.map(([key]) => fromSortable(key))
  }

  async remove(keys: readonly string[]): Promise<void> {
    this.#db.transaction(() => {
      for (const key of keys) this.#db.run('DELETE FROM state WHERE key = ?', toSortable(key))
    })
  }
}
