import { viewOf } from './words.ts'

const NEWLINE = 10
const PRIME = 0x9e3779b1

/**
 * A key for `ByteTable`, put together from pieces of a block, with its hash. Four bytes are read, written and hashed at a time, in
 * two lanes that do not wait for each other: the pieces are most of what a quick reader looks at.
 */
export class KeyBytes {
  bytes = Buffer.allocUnsafe(2 * 1024)
  length = 0
  #out = viewOf(this.bytes)
  #block: Uint8Array = this.bytes
  #in = this.#out
  #even = 0
  #odd = 0

  clear(): void {
    this.length = 0
    this.#even = 0
    this.#odd = 0
  }

  /** Equal keys have equal hashes. */
  get hash(): number {
    const hash = Math.imul(this.#even ^ rotated(this.#odd, 16), PRIME)
    return hash ^ (hash >>> 15)
  }

  /** Adds `block[from, to)`, a piece that may be empty. */
  add(block: Uint8Array, from: number, to: number): void {
    if (block !== this.#block) {
      this.#block = block
      this.#in = viewOf(block)
    }
    this.#add(this.#in, from, to)
  }

  /** Adds all of another key as one piece. */
  addKey(other: KeyBytes): void {
    this.#add(other.#out, 0, other.length)
  }

  #add(input: DataView, from: number, to: number): void {
    if (this.length + to - from >= this.bytes.length) this.#grow(this.length + to - from + 1)
    const out = this.#out
    let at = this.length
    let even = this.#even
    let odd = this.#odd
    let p = from
    for (; p + 8 <= to; p += 8, at += 8) {
      const first = input.getInt32(p, true)
      const second = input.getInt32(p + 4, true)
      out.setInt32(at, first, true)
      out.setInt32(at + 4, second, true)
      even = Math.imul(rotated(even, 5) ^ first, PRIME)
      odd = Math.imul(rotated(odd, 5) ^ second, PRIME)
    }
    for (; p < to; p++, at++) {
      const byte = input.getUint8(p)
      out.setUint8(at, byte)
      even = Math.imul(rotated(even, 5) ^ byte, PRIME)
    }
    // No line holds a newline, so it keeps the pieces apart.
    out.setUint8(at, NEWLINE)
    this.length = at + 1
    this.#even = even
    this.#odd = Math.imul(rotated(odd, 5) ^ NEWLINE, PRIME)
  }

  #grow(least: number): void {
    const larger = Buffer.allocUnsafe(least * 2)
    this.bytes.copy(larger, 0, 0, this.length)
    this.bytes = larger
    this.#out = viewOf(larger)
  }
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}
