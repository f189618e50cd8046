import { REJECT_BYTES, type Reject } from '../domain/event.ts'
import type { LineReader } from './format.ts'

const NEWLINE = 10

/** Bytes of a line, its newline included. No sender that we know of writes longer ones; what is longer is one reject, however long it goes on. */
export const LINE_LIMIT = 16 * 1024 * 1024

/**
 * Cuts a stream of chunks into blocks of whole lines and hands them to a reader without copying, except for the line that
 * stands across two chunks. Knows the place of every block in the stream. Chunks may be reused by the caller afterwards.
 */
export class LineBlocks {
  readonly #reader: LineReader
  readonly #reject: (reject: Reject) => void
  readonly #limit: number
  /** The beginning of a line whose end has not come yet. */
  #held: Buffer[] = []
  #heldBytes = 0
  #at: number
  /** Inside a line that was rejected for its length. */
  #skipping = false

  /** `at` is the place of the first byte that will be pushed. */
  constructor(reader: LineReader, reject: (reject: Reject) => void, limit = LINE_LIMIT, at = 0) {
    this.#reader = reader
    this.#reject = reject
    this.#limit = limit
    this.#at = at
  }

  /** Place in the stream of the first byte that no reader has seen: the beginning of a line that has no end yet. */
  get at(): number {
    return this.#at
  }

  push(chunk: Buffer): void {
    const last = chunk.lastIndexOf(NEWLINE)
    if (last < 0) return this.#hold(chunk)
    let from = 0
    if (this.#heldBytes > 0 || this.#skipping) {
      from = chunk.indexOf(NEWLINE) + 1
      this.#finishLine(chunk.subarray(0, from))
    }
    if (last + 1 > from) this.#pass(chunk, from, last + 1)
    if (last + 1 < chunk.length) this.#hold(chunk.subarray(last + 1))
  }

  /** The stream has ended; its last line may lack a newline. */
  end(): void {
    if (this.#heldBytes > 0 && !this.#skipping) this.#finishLine(Buffer.from('\n'))
    this.#reader.end()
  }

  #hold(part: Buffer): void {
    if (this.#skipping) {
      this.#at += part.length
      return
    }
    this.#held.push(Buffer.from(part))
    this.#heldBytes += part.length
    if (this.#heldBytes >= this.#limit) this.#skip()
  }

  #skip(): void {
    this.#rejectLine(Buffer.concat(this.#held))
    this.#at += this.#heldBytes
    this.#held = []
    this.#heldBytes = 0
    this.#skipping = true
  }

  /** `rest` ends the held line, newline included. */
  #finishLine(rest: Buffer): void {
    if (this.#skipping) {
      this.#skipping = false
      this.#at += rest.length
      return
    }
    const line = Buffer.concat([...this.#held, rest])
    this.#held = []
    this.#heldBytes = 0
    this.#pass(line, 0, line.length)
  }

  /** Whole lines. Only a block that is longer than the limit can hold a line that is. */
  #pass(block: Buffer, from: number, to: number): void {
    if (to - from > this.#limit) return this.#passEach(block, from, to)
    this.#reader.lines(block, from, to, this.#at)
    this.#at += to - from
  }

  #passEach(block: Buffer, from: number, to: number): void {
    for (let start = from; start < to; ) {
      const end = block.indexOf(NEWLINE, start) + 1
      if (end - start > this.#limit) this.#rejectLine(block.subarray(start, end))
      else this.#reader.lines(block, start, end, this.#at)
      this.#at += end - start
      start = end
    }
  }

  #rejectLine(line: Buffer): void {
    const raw = line.toString('utf8', 0, REJECT_BYTES)
    this.#reject({ reason: `line longer than ${this.#limit / 1024 / 1024} MiB`, from: this.#at, raw })
  }
}
