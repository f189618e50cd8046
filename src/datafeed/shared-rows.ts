import type { Row } from './observe.ts'

/** So many rows are known at a time; when there are more, they are forgotten and the next ones begin anew. */
const KEPT = 50_000

/**
 * One row for all events of a combination, for those who go over many events and keep the rows: what is remembered by the row's
 * list of values is then found again.
 *
 * The strings of an event are often parts of the line that it was read from, and hold on to all of it. Those of a shared row are
 * read from its key, so they are copies that hold nothing.
 */
export class SharedRows {
  readonly #rows = new Map<string, Row>()
  readonly #kept: number

  constructor(kept = KEPT) {
    this.#kept = kept
  }

  /** The row known under this one's key, which is equal to it. */
  of(row: Row): Row {
    const known = this.#rows.get(row.key)
    if (known !== undefined) return known
    if (this.#rows.size >= this.#kept) this.#rows.clear()
    const shared: Row = { key: row.key, values: JSON.parse(row.key) }
    this.#rows.set(row.key, shared)
    return shared
  }
}
