import { REJECT_BYTES } from '../domain/event.ts'

const NEWLINE = 10
const CARRIAGE_RETURN = 13
const SPACE = 32
const ZERO = 48
/** A length with more digits than this is none. */
const MOST_DIGITS = 7

export interface FrameSink {
  message(bytes: Buffer): void
  reject(reason: string, raw: Buffer): void
}

/**
 * Cuts the bytes of one connection into syslog messages (RFC 6587). Each message may be framed in its own way: by its length in front
 * ("octet counting"), or by a newline behind it. What is longer than the limit is passed over, and costs no memory.
 */
export class SyslogFrames {
  readonly #sink: FrameSink
  readonly #limit: number
  /** Where in a message we are: before it, in its length, or in its bytes. */
  #state: 'before' | 'length' | 'counted' | 'line' = 'before'
  #digits = ''
  /** Bytes still to come of a counted message. */
  #left = 0
  #parts: Buffer[] = []
  #bytes = 0
  /** The rest of a message that was too long. */
  #passing = false

  constructor(sink: FrameSink, limit: number) {
    this.#sink = sink
    this.#limit = limit
  }

  /** Bytes of a message whose end has not come yet. */
  get held(): number {
    return this.#bytes
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#state === 'before') at = this.#before(chunk, at)
      else if (this.#state === 'length') at = this.#length(chunk, at)
      else at = this.#state === 'counted' ? this.#counted(chunk, at) : this.#line(chunk, at)
    }
  }

  /** The connection has ended. A last line may lack its newline; a counted message that lacks bytes is none. */
  end(): void {
    if (this.#state === 'line') this.#finish()
    else if (this.#state === 'counted' && !this.#passing)
      this.#sink.reject('syslog message cut off by the end of its connection', this.#gathered())
  }

  /** Blank bytes between messages are nobody's. */
  #before(chunk: Buffer, at: number): number {
    const byte = chunk[at]!
    if (byte <= SPACE) return at + 1
    this.#digits = ''
    this.#state = byte > ZERO && byte <= ZERO + 9 ? 'length' : 'line'
    return at
  }

  #length(chunk: Buffer, at: number): number {
    const byte = chunk[at]!
    if (byte >= ZERO && byte <= ZERO + 9 && this.#digits.length < MOST_DIGITS) {
      this.#digits += String.fromCharCode(byte)
      return at + 1
    }
    if (byte !== SPACE) {
      this.#state = 'line'
      this.#hold(Buffer.from(this.#digits))
      return at
    }
    this.#state = 'counted'
    this.#left = Number(this.#digits)
    if (this.#left > this.#limit) this.#passOver(Buffer.from(`${this.#digits} `))
    return at + 1
  }

  #counted(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left)
    this.#left -= end - at
    this.#hold(chunk.subarray(at, end))
    if (this.#left === 0) this.#finish()
    return end
  }

  #line(chunk: Buffer, at: number): number {
    const newline = chunk.indexOf(NEWLINE, at)
    this.#hold(chunk.subarray(at, newline < 0 ? chunk.length : newline))
    if (newline < 0) return chunk.length
    this.#finish()
    return newline + 1
  }

  #hold(part: Buffer): void {
    if (this.#passing || part.length === 0) return
    this.#parts.push(Buffer.from(part))
    this.#bytes += part.length
    if (this.#bytes > this.#limit) this.#passOver(this.#gathered())
    // Many small parts cost more than what is in them.
    else if (this.#parts.length > 64) this.#parts = [Buffer.concat(this.#parts)]
  }

  #passOver(raw: Buffer): void {
    this.#sink.reject(`syslog message longer than ${this.#limit / 1024} KiB`, raw.subarray(0, REJECT_BYTES))
    this.#passing = true
    this.#gathered()
  }

  #finish(): void {
    const message = withoutTrailer(this.#gathered())
    if (!this.#passing && message.length > 0) this.#sink.message(message)
    this.#passing = false
    this.#state = 'before'
  }

  #gathered(): Buffer {
    const bytes = Buffer.concat(this.#parts)
    this.#parts = []
    this.#bytes = 0
    return bytes
  }
}

/** Some senders end a message with NUL, or with CR before the newline. */
function withoutTrailer(message: Buffer): Buffer {
  let end = message.length
  while (end > 0 && (message[end - 1] === 0 || message[end - 1] === NEWLINE || message[end - 1] === CARRIAGE_RETURN))
    end--
  return message.subarray(0, end)
}
