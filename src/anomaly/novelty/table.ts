import { deflated, inflated } from '../../domain/deflate.ts'
import { type Layout, pageOf, rowAt } from './layout.ts'

/** A page holds so many bytes at most: small enough that a small model stays small. */
const PAGE = 16_384
/** The index is made larger when more than this share of it is taken. */
const FULL = 0.7
const LEAST_SLOTS = 16
/** A slot has the number of a row, counted from one, and above it eight bits of its hash: most other rows need no look. */
const ROW_BITS = 24
const MOST_ROWS = 2 ** ROW_BITS - 1
/** Stands for the first key of a row that was taken out. No name, address or serial number is as large. */
const GONE = 0xffff_ffff

export interface SavedTable {
  readonly rows: number
  /** The bytes of the pages, deflated, in base64. A text of JavaScript has 512 Mi characters at most, and a model is part of one. */
  readonly pages: readonly string[]
}

/** How a table was when it was marked. */
interface Mark {
  readonly pages: readonly DataView[]
  readonly rows: number
  readonly size: number
  readonly slots: Uint32Array
  /** Slots that were taken since. */
  readonly taken: number[]
}

/**
 * Rows of one layout, found by their first fields, one to three unsigned numbers. Like a map it keeps the order in which rows came.
 */
export class Table<R extends object> {
  readonly #layout: Layout<R>
  readonly #keys: number
  readonly #bytes: number
  /** A page has a power of two of rows, this many bits of their number. */
  readonly #shift: number
  readonly #perPage: number
  #pages: DataView[] = []
  /** Rows in the pages, those that are gone among them, and those that are not. */
  #rows = 0
  #size = 0
  #slots = new Uint32Array(LEAST_SLOTS)
  #mark: Mark | undefined

  constructor(layout: Layout<R>, keys: 1 | 2 | 3, saved?: SavedTable) {
    this.#layout = layout
    this.#keys = keys
    this.#bytes = layout.bytes
    this.#shift = Math.floor(Math.log2(PAGE / layout.bytes))
    this.#perPage = 2 ** this.#shift
    if (saved === undefined) return
    this.#pages = saved.pages.map((page) => this.#newPage(page))
    this.#rows = saved.rows
    this.#size = saved.rows
    this.#index()
  }

  get size(): number {
    return this.#size
  }

  /**
   * Marks how the table is; the function answered brings that back, once. Of the pages only those are copied that are looked into
   * meanwhile, so that trying something costs what is tried, whatever the size of the table. Rows that were held before, and those
   * got meanwhile, are then good no more.
   */
  mark(): () => void {
    if (this.#mark !== undefined) throw new RangeError('Cannot mark a table twice')
    const mark = { pages: [...this.#pages], rows: this.#rows, size: this.#size, slots: this.#slots, taken: [] }
    this.#mark = mark
    return () => {
      this.#mark = undefined
      this.#pages = mark.pages
      this.#rows = mark.rows
      this.#size = mark.size
      this.#slots = mark.slots
      for (const slot of mark.taken) mark.slots[slot] = 0
    }
  }

  has(a: number, b = 0, c = 0): boolean {
    return this.#find(a, b, c) >= 0
  }

  get(a: number, b = 0, c = 0): R | undefined {
    const row = this.#find(a, b, c)
    return row < 0 ? undefined : this.#row(row)
  }

  /** The row of these keys, which is all zeros if it was not there. */
  met(a: number, b = 0, c = 0): R {
    return this.get(a, b, c) ?? this.add(a, b, c)
  }

  /** A new row. Its keys must not be in the table yet. @throws RangeError beyond 2²⁴ rows */
  add(a: number, b = 0, c = 0): R {
    if (this.#rows + 1 > FULL * this.#slots.length) this.#makeRoom()
    const number = this.#rows++
    if (number >> this.#shift >= this.#pages.length) this.#pages.push(this.#newPage())
    this.#size++
    const page = this.#page(number)
    const at = this.#at(number)
    page.setUint32(at, a, true)
    if (this.#keys > 1) page.setUint32(at + 4, b, true)
    if (this.#keys > 2) page.setUint32(at + 8, c, true)
    this.#enter(number, hashOf(a, b, c))
    return rowAt(this.#layout, page, at)
  }

  /** Takes a row out, and answers whether it was there. */
  delete(a: number, b = 0, c = 0): boolean {
    const row = this.#find(a, b, c)
    if (row < 0) return false
    // Its slot stays taken, as those that lie behind it are found by way of it.
    this.#page(row).setUint32(this.#at(row), GONE, true)
    this.#size--
    return true
  }

  /** Gives a row other keys, which must not be in the table yet; it then is the last one. */
  rename(from: readonly [number, number?, number?], to: readonly [number, number?, number?]): R | undefined {
    if (!this.has(...from)) return undefined
    const renamed = this.add(...to)
    this.#copy(this.#find(...from), this.#rows - 1, 4 * this.#keys)
    this.delete(...from)
    return renamed
  }

  /** All rows in the order in which they came. */
  *rows(): Generator<R> {
    for (let row = 0; row < this.#rows; row++) if (!this.#isGone(row)) yield this.#row(row)
  }

  /** Forgets all rows but those that shall stay. Rows that somebody still holds are good no more. */
  keep(stays: (row: R) => boolean): void {
    let kept = 0
    for (let row = 0; row < this.#rows; row++) {
      if (this.#isGone(row) || !stays(this.#row(row))) continue
      if (kept < row) this.#copy(row, kept, 0)
      kept++
    }
    if (kept === this.#rows) return
    this.#rows = kept
    this.#size = kept
    const pages = Math.ceil(kept / this.#perPage)
    this.#pages.length = pages
    // What lies behind the last row is zeros again, as new rows are.
    const left = kept - (pages - 1) * this.#perPage
    if (pages > 0) new Uint8Array(this.#page(kept - 1).buffer).fill(0, left * this.#bytes)
    this.#index()
  }

  /** Tells each name and each address that a row has. */
  tell(name: (name: number) => void, address: (address: number) => void): void {
    const { names, addresses } = this.#layout
    for (let row = 0; row < this.#rows; row++) {
      if (this.#isGone(row)) continue
      const page = this.#pages[row >> this.#shift]!
      const at = this.#at(row)
      for (const offset of names) name(page.getUint32(at + offset, true))
      for (const offset of addresses) address(page.getUint32(at + offset, true))
    }
  }

  save(): SavedTable {
    if (this.#size < this.#rows) this.keep(() => true)
    const used = (page: number) => Math.min(this.#perPage, this.#rows - page * this.#perPage) * this.#bytes
    const pages = this.#pages.map(({ buffer }, page) => deflated(new Uint8Array(buffer, 0, used(page))))
    return { rows: this.#rows, pages }
  }

  #newPage(saved?: string): DataView {
    const page = pageOf(this.#bytes * this.#perPage)
    if (saved !== undefined) new Uint8Array(page.buffer).set(inflated(saved))
    return page
  }

  #at(row: number): number {
    return (row & (this.#perPage - 1)) * this.#bytes
  }

  #row(row: number): R {
    return rowAt(this.#layout, this.#page(row), this.#at(row))
  }

  /** The page of a row to be written to: while there is a mark, a copy of the one that was marked. */
  #page(row: number): DataView {
    const number = row >> this.#shift
    const page = this.#pages[number]!
    if (this.#mark === undefined || page !== this.#mark.pages[number]) return page
    const copy = new DataView(page.buffer.slice(0))
    this.#pages[number] = copy
    return copy
  }

  #isGone(row: number): boolean {
    return this.#pages[row >> this.#shift]!.getUint32(this.#at(row), true) === GONE
  }

  #copy(from: number, to: number, offset: number): void {
    const source = this.#pages[from >> this.#shift]!
    const target = this.#page(to)
    for (let i = offset; i < this.#bytes; i += 4)
      target.setUint32(this.#at(to) + i, source.getUint32(this.#at(from) + i, true), true)
  }

  /** The number of a row, −1 for none. */
  #find(a: number, b = 0, c = 0): number {
    const slots = this.#slots
    const hash = hashOf(a, b, c)
    const tag = hash >>> ROW_BITS
    for (let i = hash & (slots.length - 1); ; i = (i + 1) & (slots.length - 1)) {
      const slot = slots[i]!
      if (slot === 0) return -1
      if (slot >>> ROW_BITS !== tag) continue
      const row = (slot & MOST_ROWS) - 1
      if (this.#hasKeys(row, a, b, c)) return row
    }
  }

  #hasKeys(row: number, a: number, b: number, c: number): boolean {
    const page = this.#pages[row >> this.#shift]!
    const at = this.#at(row)
    return (
      page.getUint32(at, true) === a &&
      (this.#keys < 2 || page.getUint32(at + 4, true) === b) &&
      (this.#keys < 3 || page.getUint32(at + 8, true) === c)
    )
  }

  #enter(row: number, hash: number): void {
    const slots = this.#slots
    let i = hash & (slots.length - 1)
    while (slots[i] !== 0) i = (i + 1) & (slots.length - 1)
    slots[i] = (hash & ~MOST_ROWS) | (row + 1)
    if (slots === this.#mark?.slots) this.#mark.taken.push(i)
  }

  #makeRoom(): void {
    if (this.#rows >= MOST_ROWS) throw new RangeError(`Cannot remember more than ${MOST_ROWS} rows of a kind`)
    if (this.#size < this.#rows / 2) this.keep(() => true)
    else this.#index()
  }

  /** Makes the index anew, with room for one more row. */
  #index(): void {
    let length = LEAST_SLOTS
    while (this.#rows + 1 > FULL * length) length *= 2
    this.#slots = new Uint32Array(length)
    for (let row = 0; row < this.#rows; row++) {
      const page = this.#pages[row >> this.#shift]!
      const at = this.#at(row)
      const b = this.#keys > 1 ? page.getUint32(at + 4, true) : 0
      const c = this.#keys > 2 ? page.getUint32(at + 8, true) : 0
      if (!this.#isGone(row)) this.#enter(row, hashOf(page.getUint32(at, true), b, c))
    }
  }
}

/** 32 bits that depend on all bits of all keys: a multiplication for each, and the final mixing of MurmurHash3. */
function hashOf(a: number, b: number, c: number): number {
  let hash = Math.imul(a ^ 0x9747b28c, 0xcc9e2d51)
  hash = Math.imul(hash ^ (hash >>> 15) ^ b, 0x1b873593)
  hash = Math.imul(hash ^ (hash >>> 15) ^ c, 0xcc9e2d51)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
