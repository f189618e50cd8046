const NEWLINE = 10

export interface Line {
  /** Without its newline; of a line that is too long, only its beginning. */
  readonly text: string
  /** Byte of the stream at which it begins. */
  readonly at: number
  readonly tooLong: boolean
}

/** Cuts a stream of bytes into lines, wherever the pieces are cut. Holds no more than one line of `longest` bytes. */
export class LineSplitter {
  readonly #longest: number
  readonly #held: Buffer[] = []
  #heldBytes = 0
  /** Bytes of the line at hand, those let go of included. */
  #length = 0
  #at = 0

  constructor(longest: number) {
    this.#longest = longest
  }

  *push(piece: Buffer): Generator<Line> {
    let from = 0
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, from)) {
      this.#hold(piece.subarray(from, end))
      yield this.#line(1)
      from = end + 1
    }
    this.#hold(piece.subarray(from))
  }

  /** The last line, if the stream did not end with a newline. */
  *end(): Generator<Line> {
    if (this.#length > 0) yield this.#line(0)
  }

  #hold(bytes: Buffer): void {
    this.#length += bytes.length
    const kept = bytes.subarray(0, this.#longest - this.#heldBytes)
    if (kept.length > 0) this.#held.push(kept)
    this.#heldBytes += kept.length
  }

  #line(newline: number): Line {
    const bytes = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held)
    const line = { text: bytes.toString('utf8'), at: this.#at, tooLong: this.#length > this.#longest }
    this.#at += this.#length + newline
    this.#held.length = 0
    this.#heldBytes = 0
    this.#length = 0
    return line
  }
}
