/** So many different keys of one hash are kept apart. */
const CROWD = 8
const CROWDED = -2

/**
 * Remembers values under keys that are byte strings, without making a string of them. The quick readers use it to
 * recognise that the fields of a line are, byte for byte, those of an earlier line.
 *
 * Bounded: when `limit` keys or `arenaLimit` bytes of keys are reached everything is forgotten, which costs time and changes
 * nothing.
 */
export class ByteTable<T> {
  #slots: Int32Array
  readonly #limit: number
  #arena: Buffer
  #arenaEnd = 0
  readonly #arenaLimit: number
  #starts: number[] = []
  #hashes: number[] = []
  #values: T[] = []

  constructor(limit = 1 << 16, arenaLimit = 256 * limit) {
    this.#limit = limit
    this.#arenaLimit = arenaLimit
    this.#slots = new Int32Array(1024)
    this.#arena = Buffer.allocUnsafe(256 * 1024)
  }

  /** The value under `key[0, length)`, whose hash is `hash` (any number; equal keys have equal hashes). */
  get(key: Uint8Array, length: number, hash: number): T | undefined {
    const entry = this.#find(key, length, hash)
    return entry >= 0 ? this.#values[entry] : undefined
  }

  /** Adds a key that is not there yet. One whose hash many others have is not kept: it would slow down the search for all; nor is one that is too long. */
  add(key: Uint8Array, length: number, hash: number, value: T): void {
    if (length > this.#arenaLimit || this.#find(key, length, hash) === CROWDED) return
    if (this.#values.length >= this.#limit || this.#arenaEnd + length > this.#arenaLimit) this.#forget()
    if (this.#values.length * 2 >= this.#slots.length) this.#grow()
    if (this.#arenaEnd + length > this.#arena.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.#arenaLimit, Math.max(this.#arena.length * 2, length)))
      this.#arena.copy(larger, 0, 0, this.#arenaEnd)
      this.#arena = larger
    }
    this.#arena.set(key.subarray(0, length), this.#arenaEnd)
    this.#starts.push(this.#arenaEnd)
    this.#arenaEnd += length
    this.#hashes.push(hash)
    this.#values.push(value)
    this.#place(this.#values.length)
  }

  /** The entry of the key, -1 if it is not there, CROWDED if that would take too long to find out. */
  #find(key: Uint8Array, length: number, hash: number): number {
    const mask = this.#slots.length - 1
    let met = 0
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]! - 1
      if (entry < 0) return -1
      if (this.#hashes[entry] !== hash) continue
      if (this.#equals(entry, key, length)) return entry
      if (++met === CROWD) return CROWDED
    }
  }

  #equals(entry: number, key: Uint8Array, length: number): boolean {
    const start = this.#starts[entry]!
    const end = this.#starts[entry + 1] ?? this.#arenaEnd
    // A call costs as much as comparing some sixty bytes here, but comparing any number of them.
    return end - start === length && this.#arena.compare(key, 0, length, start, end) === 0
  }

  #place(entryPlusOne: number): void {
    const mask = this.#slots.length - 1
    let slot = this.#hashes[entryPlusOne - 1]! & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    this.#slots[slot] = entryPlusOne
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2)
    for (let entry = 1; entry <= this.#values.length; entry++) this.#place(entry)
  }

  #forget(): void {
    this.#slots.fill(0)
    this.#starts = []
    this.#hashes = []
    this.#values = []
    this.#arenaEnd = 0
  }
}
