/**
 * Small fast hashes for tables in memory. They spread well and keep out no one who looks for collisions on purpose; ids that
 * must hold against that are made by `derivedId` of `hash.ts`.
 *
 * A key has 53 bits, the whole numbers of a JavaScript number, from two 32-bit hashes that share no constant. Among n keys one
 * pair or more collides by chance with about n² / 2⁵⁴: 6·10⁻⁵ for a million, 0.0055 for ten million, 0.43 for a hundred million.
 */

/** One hash: the multipliers of its mixing step and where it starts. */
interface Lane {
  readonly c1: number
  readonly c2: number
  readonly seed: number
}

/** MurmurHash3_x86_32 (Austin Appleby, public domain), and the same with the first multipliers of MurmurHash3_x86_128. */
const FIRST: Lane = { c1: 0xcc9e2d51, c2: 0x1b873593, seed: 0 }
const SECOND: Lane = { c1: 0x239b961b, c2: 0xab0e9789, seed: 0x9747b28c }

/** 32-bit hash of `buffer[from, to)`: MurmurHash3_x86_32 with seed 0. */
export function hashBytes(buffer: Uint8Array, from = 0, to = buffer.length): number {
  return hashWith(FIRST, buffer, from, to)
}

/** `hashBytes` of the text in UTF-8. */
export function hashText(text: string): number {
  return hashBytes(Buffer.from(text))
}

/** 53-bit key of a text, or of its bytes in UTF-8: both give the same. */
export function textKey(text: Uint8Array | string): number {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  return join(hashWith(FIRST, bytes, 0, bytes.length), hashWith(SECOND, bytes, 0, bytes.length))
}

/** 53-bit key of a list of texts, in which there may be none in places. */
export function textsKey(texts: readonly (string | null)[]): number {
  let low = FIRST.seed
  let high = SECOND.seed
  let length = 0
  for (const text of texts) {
    // Each text begins with its length, so that what ends one cannot begin the next.
    const units = text === null ? -1 : text.length
    low = mix(FIRST, low, units)
    high = mix(SECOND, high, units)
    for (let i = 0; i < units; i += 2) {
      const word = text!.charCodeAt(i) | (i + 1 < units ? text!.charCodeAt(i + 1) << 16 : 0)
      low = mix(FIRST, low, word)
      high = mix(SECOND, high, word)
    }
    length += units
  }
  return join(finish(low, length), finish(high, length))
}

/** 53-bit key of whole numbers, each up to 2⁵³ either way. NaN if one of them is NaN. */
export function numbersKey(a: number, b: number, c: number): number {
  const sum = a + b + c
  if (Number.isNaN(sum)) return sum
  return join(hashNumbers(FIRST, a, b, c), hashNumbers(SECOND, a, b, c))
}

function hashNumbers(lane: Lane, a: number, b: number, c: number): number {
  let hash = lane.seed
  hash = mixNumber(lane, hash, a)
  hash = mixNumber(lane, hash, b)
  hash = mixNumber(lane, hash, c)
  return finish(hash, 24)
}

function mixNumber(lane: Lane, hash: number, value: number): number {
  return mix(lane, mix(lane, hash, value | 0), Math.floor(value / 0x1_0000_0000) | 0)
}

function hashWith(lane: Lane, buffer: Uint8Array, from: number, to: number): number {
  let hash = lane.seed
  const whole = to - ((to - from) & 3)
  for (let i = from; i < whole; i += 4) {
    const word = buffer[i]! | (buffer[i + 1]! << 8) | (buffer[i + 2]! << 16) | (buffer[i + 3]! << 24)
    hash = mix(lane, hash, word)
  }
  let tail = 0
  for (let i = to - 1; i >= whole; i--) tail = (tail << 8) | buffer[i]!
  if (whole < to) hash ^= scramble(lane, tail)
  return finish(hash, to - from)
}

function mix(lane: Lane, hash: number, word: number): number {
  const mixed = hash ^ scramble(lane, word)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

function scramble(lane: Lane, word: number): number {
  const scaled = Math.imul(word, lane.c1)
  return Math.imul((scaled << 15) | (scaled >>> 17), lane.c2)
}

function finish(hash: number, length: number): number {
  let h = hash ^ length
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

function join(low: number, high: number): number {
  return (high & 0x1fffff) * 0x1_0000_0000 + low
}
