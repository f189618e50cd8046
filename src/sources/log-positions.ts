/** How far one file of a log was read, by what makes it known again under another name. */
export interface LogPosition {
  ino: number
  /** Of its opened bytes, so that it stays when the file is packed. */
  readonly fingerprint: string
  /** The first opened byte that no decoder has seen. */
  offset: number
  /** It was rotated and read to its end: nobody writes to it any more. */
  done: boolean
}

/** Plain JSON, kept by the engine. */
export type LogCursor = readonly (readonly [ino: number, fingerprint: string, offset: number, done: 0 | 1])[]

/** So many files that were not seen lately are remembered: they may come back, or lie on a disk that is mounted late. */
const ABSENT_KEPT = 32

/**
 * How far the files of one log were read. Rotation renames, copies, cuts and packs them; none of it matters here, since a file is
 * known by its inode and its beginning, or by its beginning alone where another inode now holds it.
 */
export class LogPositions {
  #positions: LogPosition[]

  /** @param cursor a `LogCursor`, or anything else for a log that was never read */
  constructor(cursor: unknown) {
    this.#positions = (Array.isArray(cursor) ? (cursor as LogCursor) : []).map(([ino, fingerprint, offset, done]) => ({
      ino,
      fingerprint,
      offset,
      done: done === 1,
    }))
  }

  /**
   * The position of the file with this inode and beginning. `present` tells whether a file of an inode still has a beginning: one
   * that has not was packed, or copied and then cut, and this is where its bytes are now.
   */
  claim(ino: number, fingerprint: string, present: (ino: number, fingerprint: string) => boolean): LogPosition {
    const same = this.#positions.filter((one) => one.fingerprint === fingerprint)
    const known = same.find((one) => one.ino === ino) ?? same.find((one) => !present(one.ino, fingerprint))
    if (known) {
      known.ino = ino
      return known
    }
    const position = { ino, fingerprint, offset: 0, done: false }
    this.#positions.push(position)
    return position
  }

  /** Forgets most of what is not in use. */
  keep(used: ReadonlySet<LogPosition>): void {
    const absent = this.#positions.filter((one) => !used.has(one))
    const forgotten = new Set(absent.slice(0, -ABSENT_KEPT))
    if (forgotten.size > 0) this.#positions = this.#positions.filter((one) => !forgotten.has(one))
  }

  /** Where to go on, not behind the bytes that `waiting` names. */
  cursor(waiting: ReadonlyMap<LogPosition, number>): LogCursor {
    return this.#positions.map((one) => [
      one.ino,
      one.fingerprint,
      Math.min(one.offset, waiting.get(one) ?? one.offset),
      one.done ? 1 : 0,
    ])
  }
}
