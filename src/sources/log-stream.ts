import type { Waiting } from '../formats/format.ts'
import type { LinePlace } from './event-lines.ts'
import type { LogPosition } from './log-positions.ts'

/** Each file has this many places of the stream to itself … */
const SPAN = 2 ** 37
/** … and a number has room for so many of them; then the first come again. */
const SPANS = 2 ** 16
/** So many files ago no event waits any more. */
const KEPT = 64

/**
 * The files of a log as one stream, as a decoder wants it: an event may begin in one file and end in the next. Files may grow side by
 * side, since a writer goes on in a file that was rotated until it notices, so each has its own stretch of the stream.
 */
export class LogStream {
  readonly #spans = new Map<number, LogPosition>()
  #begun = 0

  /** The place of a file's first byte. */
  begin(position: LogPosition): number {
    const span = this.#begun++ % SPANS
    this.#spans.set(span, position)
    this.#spans.delete((span + SPANS - KEPT) % SPANS)
    return span * SPAN
  }

  placeOf(place: number): LinePlace {
    const position = this.#spans.get(Math.floor(place / SPAN))
    return { fingerprint: position?.fingerprint ?? '', offset: place % SPAN }
  }

  /** Of each file the first byte that one of these stretches may hold. */
  firstOf(stretches: Iterable<Waiting>): ReadonlyMap<LogPosition, number> {
    const first = new Map<LogPosition, number>()
    const note = (span: number, offset: number) => {
      const position = this.#spans.get(span)
      if (position) first.set(position, Math.min(offset, first.get(position) ?? offset))
    }
    for (const { from, to } of stretches) {
      const begins = Math.floor(from / SPAN)
      const ends = Math.floor((to - 1) / SPAN)
      note(begins, from % SPAN)
      for (const span of this.#spans.keys()) if (span > begins && span <= ends) note(span, 0)
    }
    return first
  }
}
