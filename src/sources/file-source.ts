import { open } from 'node:fs/promises'
import { AppError } from '../domain/error.ts'
import type { LinePlace } from './event-lines.ts'
import { FINGERPRINT_BYTES, fingerprintOf } from './fingerprint.ts'
import { headOf, openBytes, packingOf } from './open-bytes.ts'
import type { ByteRange, ByteSource } from './source.ts'
import { reasonOf } from './unreadable.ts'

const NEWLINE = 10

/** One log: a file, or the chain of files that rotation has made of it, oldest first. Its stream is theirs, one after another. */
export class FileSource implements ByteSource {
  readonly name: string
  readonly host: string
  readonly size: number
  readonly problems: string[] = []
  readonly #paths: readonly string[]
  /** Where each file's bytes begin in the stream, as far as they have been read. */
  readonly #starts: number[] = [0]
  /** How each file began when it was read: when it begins otherwise later, it is another one. */
  readonly #heads: Buffer[] = []
  /** Of each file that had any bytes. */
  readonly #fingerprints: string[] = []

  constructor(paths: readonly string[], size: number, host: string) {
    this.#paths = paths
    this.name = paths[paths.length - 1]!
    this.size = size
    this.host = host
  }

  async fingerprint(): Promise<string> {
    if (this.#fingerprints.length === 0) for await (const _ of this.read()) break
    return this.#fingerprints.find((one) => one !== undefined) ?? fingerprintOf(Buffer.alloc(0))
  }

  placeOf(place: number): LinePlace {
    const file = this.#fileAt(place)
    return { fingerprint: this.#fingerprints[file]!, offset: place - this.#starts[file]! }
  }

  async *read(progress?: (bytes: number) => void): AsyncGenerator<Buffer> {
    let at = 0
    let last: number | undefined = NEWLINE
    this.problems.length = 0
    for (const [index, path] of this.#paths.entries()) {
      if (last !== NEWLINE) {
        // A file that was cut off must not run into the first line of the next one.
        at += 1
        yield Buffer.from([NEWLINE])
        last = NEWLINE
      }
      this.#starts[index] = at
      try {
        this.#heads[index] = await headOf(path, FINGERPRINT_BYTES)
        for await (const chunk of openBytes(path, progress)) {
          this.#fingerprints[index] ??= fingerprintOf(chunk)
          at += chunk.length
          last = chunk.at(-1) ?? last
          yield chunk
        }
      } catch (error) {
        this.problems.push(error instanceof AppError ? error.message : `Cannot read "${path}": ${reasonOf(error)}`)
      }
    }
  }

  /**
   * Plain files are read at the place; packed ones are unpacked a second time up to the last range in them. A range may begin in
   * one file of the chain and end in another, since rotation asks nobody whether an event is complete. What has been rotated
   * away, shortened or removed since gives no bytes, and is a problem.
   */
  async *ranges(ranges: readonly ByteRange[]): AsyncGenerator<Buffer> {
    for (let next = 0; next < ranges.length; ) {
      const file = this.#fileAt(ranges[next]!.from)
      const isInside = ({ from, to }: ByteRange) => this.#fileAt(from) === file && this.#fileAt(to - 1) === file
      let end = next
      while (end < ranges.length && isInside(ranges[end]!)) end++
      if (end > next) yield* this.#inside(file, ranges.slice(next, end))
      else yield await this.#across(ranges[end++]!)
      next = end
    }
  }

  /** Index of the file that the byte at this place of the stream came from. */
  #fileAt(place: number): number {
    return this.#starts.findLastIndex((start) => start <= place)
  }

  async *#inside(file: number, ranges: readonly ByteRange[]): AsyncGenerator<Buffer> {
    const path = this.#paths[file]!
    const start = this.#starts[file]!
    const local = ranges.map(({ from, to }) => ({ from: from - start, to: to - start }))
    let given = 0
    try {
      const head = await this.#sameHead(file)
      for await (const bytes of packingOf(head) === 'plain' ? plainRanges(path, local) : unpackedRanges(path, local)) {
        given++
        yield bytes
      }
    } catch (error) {
      const problem = `Cannot read "${path}" again, so alerts show fewer events: ${reasonOf(error)}`
      if (!this.problems.includes(problem)) this.problems.push(problem)
    }
    for (; given < ranges.length; given++) yield Buffer.alloc(0)
  }

  async #sameHead(file: number): Promise<Buffer> {
    const before = this.#heads[file]!
    const now = await headOf(this.#paths[file]!, before.length)
    if (!now.equals(before)) throw new Error('it is another file now')
    return now
  }

  async #across({ from, to }: ByteRange): Promise<Buffer> {
    const parts: Buffer[] = []
    const last = this.#fileAt(to - 1)
    for (let file = this.#fileAt(from); file <= last; file++) {
      const start = Math.max(from, this.#starts[file]!)
      const end = Math.min(to, this.#starts[file + 1] ?? to)
      if (start === end) continue
      for await (const part of this.#inside(file, [{ from: start, to: end }])) {
        parts.push(part)
        // The newline that `read` put behind a file that was cut off is part of the stream.
        if (part.length < end - start) parts.push(Buffer.from([NEWLINE]))
      }
    }
    return Buffer.concat(parts)
  }

  async close(): Promise<void> {}
}

async function* plainRanges(path: string, ranges: readonly ByteRange[]): AsyncGenerator<Buffer> {
  const file = await open(path)
  try {
    for (const { from, to } of ranges) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from)
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

async function* unpackedRanges(path: string, ranges: readonly ByteRange[]): AsyncGenerator<Buffer> {
  let at = 0
  let next = 0
  const parts: { range: ByteRange; held: Buffer[] }[] = []
  for await (const chunk of untilDamage(path)) {
    for (; next < ranges.length && ranges[next]!.from < at + chunk.length; next++)
      parts.push({ range: ranges[next]!, held: [] })
    for (const { range, held } of parts)
      held.push(Buffer.from(chunk.subarray(Math.max(0, range.from - at), Math.max(0, range.to - at))))
    at += chunk.length
    while (parts.length > 0 && parts[0]!.range.to <= at) yield Buffer.concat(parts.shift()!.held)
    if (next === ranges.length && parts.length === 0) return
  }
  // The last line of a file may end without the newline that its range counts in.
  for (const { held } of parts) yield Buffer.concat(held)
}

/** What was read of a damaged archive the first time can be read a second time; the damage was told then. */
async function* untilDamage(path: string): AsyncGenerator<Buffer> {
  try {
    yield* openBytes(path)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
  }
}
