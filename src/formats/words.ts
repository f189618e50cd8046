/**
 * Comparing bytes four at a time: the quick readers look for the same few texts at places that they know, millions of times.
 * Whoever asks sees to it that the places lie within the block.
 */

/** Some bytes as the words at 0, 4, 8 … and the last four of them. Of fewer than four bytes nothing can be asked. */
export interface Words {
  readonly length: number
  readonly words: Int32Array
  readonly last: number
}

export function wordsOf(bytes: Uint8Array): Words {
  const view = viewOf(bytes)
  const words = Int32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getInt32(4 * i, true))
  return { length: bytes.length, words, last: words.length > 0 ? view.getInt32(bytes.length - 4, true) : 0 }
}

/** Whether these bytes stand at `at`. */
export function stands({ length, words, last }: Words, block: DataView, at: number): boolean {
  for (let i = 0; i < words.length; i++) if (block.getInt32(at + 4 * i, true) !== words[i]) return false
  return block.getInt32(at + length - 4, true) === last
}

/** Whether the `length` ≥ 4 bytes at `a` are those at `b`. */
export function sameWords(block: DataView, a: number, b: number, length: number): boolean {
  for (let i = 0; i + 4 <= length; i += 4) if (block.getInt32(a + i, true) !== block.getInt32(b + i, true)) return false
  return block.getInt32(a + length - 4, true) === block.getInt32(b + length - 4, true)
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
