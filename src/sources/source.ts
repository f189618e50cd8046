import type { LinePlace } from './event-lines.ts'

/** A finite input that can be read again: a file, a chain of rotated files, standard input kept in a temporary file. */
export interface ByteSource {
  /** For people: the path, or `-`. */
  readonly name: string
  /** The host of events that name none, as `time-and-order.md` §4 has it. */
  readonly host: string
  /** Bytes to read in all before opening (compressed size), for progress; undefined if unknown. */
  readonly size?: number
  /** Names the content: a hash of its first bytes. */
  fingerprint(): Promise<string>
  /**
   * Where a byte that was read stands in its own file, for streams that are several files: the file of a chain keeps this name
   * when the chain grows or loses files. Left out where the stream is one.
   */
  placeOf?(place: number): LinePlace
  /**
   * The opened bytes from the beginning. The first chunk holds a whole line at least, or 64 KiB, unless there is less. A chunk
   * holds until the next one is asked for. Problems that end the input early are told, not thrown.
   */
  read(progress?: (bytes: number) => void): AsyncIterable<Buffer>
  /**
   * The opened bytes of each range `[from, to)` of the stream; ranges come in ascending order and may overlap. Bytes that can
   * be had no more are missing from their range, and nothing is thrown.
   */
  ranges(ranges: readonly ByteRange[]): AsyncIterable<Buffer>
  /** What went wrong while reading, for people: "ends in the middle of a gzip member". */
  readonly problems: readonly string[]
  close(): Promise<void>
}

export interface ByteRange {
  readonly from: number
  readonly to: number
}
