import { type EpochMs, parseTime } from '../domain/time.ts'

/**
 * Reads ISO 8601 times from bytes, as `parseTime` does from text. The day's part is remembered, since neighbouring lines share it.
 */
export class IsoTimes {
  #day = -1
  #dayStart: EpochMs = 0

  /** The time in `block[from, to)`; NaN if it is none, or not written in printable ASCII. */
  read(block: Buffer, from: number, to: number): EpochMs {
    const usual =
      to - from >= 20 &&
      to - from <= 30 &&
      block[from + 10] === 0x54 &&
      block[from + 4] === 0x2d &&
      block[from + 7] === 0x2d &&
      block[from + 13] === 0x3a &&
      block[from + 16] === 0x3a &&
      block[to - 1] === 0x5a
    if (!usual) return unusual(block, from, to)
    const day = digits(block, from, 4) * 10_000 + digits(block, from + 5, 2) * 100 + digits(block, from + 8, 2)
    const hours = digits(block, from + 11, 2)
    const minutes = digits(block, from + 14, 2)
    const seconds = digits(block, from + 17, 2)
    const millis = to - from === 20 ? 0 : block[from + 19] === 0x2e ? fraction(block, from + 20, to - 1) : Number.NaN
    if (!(day >= 0 && hours < 24 && minutes < 60 && seconds < 60 && millis >= 0)) return unusual(block, from, to)
    if (day !== this.#day) {
      this.#dayStart = parseTime(`${block.toString('latin1', from, from + 10)}T00:00:00Z`)
      this.#day = day
    }
    return this.#dayStart + hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + millis
  }
}

function unusual(block: Buffer, from: number, to: number): EpochMs {
  for (let p = from; p < to; p++) if (block[p]! < 0x20 || block[p]! > 0x7e) return Number.NaN
  return parseTime(block.toString('latin1', from, to))
}

/** A number of so many digits, NaN if one is none. */
function digits(block: Buffer, from: number, count: number): number {
  let number = 0
  for (let p = from; p < from + count; p++) {
    const digit = block[p]! - 48
    number = digit >= 0 && digit <= 9 ? number * 10 + digit : Number.NaN
  }
  return number
}

/** Milliseconds of a fraction; digits after the third are checked and cut off. */
function fraction(block: Buffer, from: number, to: number): number {
  if (to === from || Number.isNaN(digits(block, from, to - from))) return Number.NaN
  const kept = Math.min(3, to - from)
  return digits(block, from, kept) * 10 ** (3 - kept)
}
