/**
 * A fixed set of keys of 53 bits, in little more than five bytes each: the upper 13 bits of a key choose its bucket, the other 40
 * stand there in order. Keys are hashes (`domain/key.ts`), so buckets fill evenly, and a few steps find a key.
 */
export class KeySet {
  /** Begin of each bucket among the keys, and the end of the last. */
  readonly #starts: Uint32Array
  /** Of each key the lower 32 bits, and the 8 above them. */
  readonly #low: Uint32Array
  readonly #middle: Uint8Array

  private constructor(bytes: Uint8Array) {
    const { buffer } = bytes
    this.#starts = new Uint32Array(buffer, 0, BUCKETS + 1)
    const size = this.#starts[BUCKETS]!
    this.#low = new Uint32Array(buffer, HEAD, size)
    this.#middle = new Uint8Array(buffer, HEAD + 4 * size, size)
  }

  /** @param keys some may be there twice */
  static of(keys: Iterable<number>): KeySet {
    const sorted = distinct(Float64Array.from(keys).sort())
    const set = new KeySet(headed(sorted))
    for (const [i, key] of sorted.entries()) {
      set.#low[i] = key >>> 0
      set.#middle[i] = upperOf(key) & 0xff
    }
    return set
  }

  /** @param bytes what `bytes` gave */
  static from(bytes: Uint8Array): KeySet {
    return new KeySet(Uint8Array.from(bytes))
  }

  get size(): number {
    return this.#low.length
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.#starts.buffer)
  }

  has(key: number): boolean {
    const bucket = upperOf(key) >>> 8
    let from = this.#starts[bucket]!
    let to = this.#starts[bucket + 1]!
    while (from < to) {
      const at = (from + to) >>> 1
      const found = this.#keyAt(at, bucket)
      if (found === key) return true
      if (found < key) from = at + 1
      else to = at
    }
    return false
  }

  *[Symbol.iterator](): Generator<number> {
    for (let bucket = 0; bucket < BUCKETS; bucket++)
      for (let at = this.#starts[bucket]!; at < this.#starts[bucket + 1]!; at++) yield this.#keyAt(at, bucket)
  }

  #keyAt(at: number, bucket: number): number {
    return ((bucket << 8) | this.#middle[at]!) * 0x1_0000_0000 + this.#low[at]!
  }
}

const BUCKETS = 1 << 13
const HEAD = 4 * (BUCKETS + 1)

/** The same array, cut to what is left. */
function distinct(sorted: Float64Array): Float64Array {
  let size = 0
  for (const key of sorted) if (size === 0 || sorted[size - 1] !== key) sorted[size++] = key
  return sorted.subarray(0, size)
}

/** Room for the sorted keys, and the begins of their buckets. */
function headed(sorted: Float64Array): Uint8Array {
  const bytes = new Uint8Array(HEAD + 5 * sorted.length)
  const starts = new Uint32Array(bytes.buffer, 0, BUCKETS + 1)
  for (const key of sorted) starts[(upperOf(key) >>> 8) + 1]!++
  for (let bucket = 0; bucket < BUCKETS; bucket++) starts[bucket + 1]! += starts[bucket]!
  return bytes
}

/** The upper 21 bits. */
function upperOf(key: number): number {
  return Math.floor(key / 0x1_0000_0000)
}
