/**
 * Remembers event keys of 53 bits to recognise copies, at 8 bytes a key and at most `limit` keys at a time. When that many are
 * reached, or on `age`, the older half is forgotten; `forgotten` tells whether that ever happened for want of room.
 */
export class SeenIds {
  #recent = new IdSet()
  #older = new IdSet()
  readonly #half: number
  /** Keys that were dropped for want of room: copies of those events would count twice. */
  forgotten = 0

  constructor(limit = 3_000_000) {
    this.#half = Math.ceil(limit / 2)
  }

  /** Adds the key; false if it was there. */
  add(id: number): boolean {
    if (this.#older.has(id) || !this.#recent.add(id)) return false
    if (this.#recent.size >= this.#half) {
      this.forgotten += this.#older.size
      this.age()
    }
    return true
  }

  /** To be called once in a late window: what was added before the last call is forgotten. */
  age(): void {
    this.#older = this.#recent
    this.#recent = new IdSet()
  }
}

/** An open hash table of numbers ≥ 0. */
export class IdSet {
  size = 0
  #slots = new Float64Array(1024).fill(-1)

  has(id: number): boolean {
    return this.#slots[this.#slotOf(id)] === id
  }

  add(id: number): boolean {
    if (this.size * 4 >= this.#slots.length * 3) this.#grow()
    const slot = this.#slotOf(id)
    if (this.#slots[slot] === id) return false
    this.#slots[slot] = id
    this.size++
    return true
  }

  /** In no order. */
  keys(): Float64Array {
    return this.#slots.filter((id) => id !== -1)
  }

  /** The slot of the key, or the free one where it would go. Keys are hashes, so their low bits are spread well enough. */
  #slotOf(id: number): number {
    const mask = this.#slots.length - 1
    let slot = id & mask
    while (this.#slots[slot] !== id && this.#slots[slot] !== -1) slot = (slot + 1) & mask
    return slot
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = new Float64Array(before.length * 2).fill(-1)
    for (const id of before) if (id !== -1) this.#slots[this.#slotOf(id)] = id
  }
}
