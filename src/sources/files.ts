import { createHash } from 'node:crypto'
import { open, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../domain/error.ts'
import { headOf, openBytes, packingOf } from './open-bytes.ts'
import type { ByteRange, ByteSource } from './source.ts'

/** Reading as little as this names a file's content well enough to tell two files apart, since the first line holds a time. */
const FINGERPRINT_BYTES = 4096

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

  constructor(paths: readonly string[], size: number, host: string) {
    this.#paths = paths
    this.name = paths[paths.length - 1]!
    this.size = size
    this.host = host
  }

  async fingerprint(): Promise<string> {
    const head = await headOf(this.#paths[0]!, FINGERPRINT_BYTES)
    return createHash('sha256').update(head).digest('hex').slice(0, 16)
  }

  async *read(progress?: (bytes: number) => void): AsyncGenerator<Buffer> {
    let at = 0
    let last: number | undefined = NEWLINE
    for (const [index, path] of this.#paths.entries()) {
      if (last !== NEWLINE) {
        // A file that was cut off must not run into the first line of the next one.
        at += 1
        yield Buffer.from([NEWLINE])
        last = NEWLINE
      }
      this.#starts[index] = at
      try {
        for await (const chunk of openBytes(path, progress)) {
          at += chunk.length
          last = chunk.at(-1) ?? last
          yield chunk
        }
      } catch (error) {
        if (error instanceof AppError) this.problems.push(error.message)
        else this.problems.push(`Cannot read "${path}": ${(error as Error).message}`)
      }
    }
  }

  /**
   * Plain files are read at the place; packed ones are unpacked a second time up to the last range in them. A range may begin in
   * one file of the chain and end in another, since rotation asks nobody whether an event is complete.
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
    yield* packingOf(await headOf(path, 4)) === 'plain' ? plainRanges(path, local) : unpackedRanges(path, local)
  }

  async #across({ from, to }: ByteRange): Promise<Buffer> {
    const parts: Buffer[] = []
    const last = this.#fileAt(to - 1)
    for (let file = this.#fileAt(from); file <= last; file++) {
      const start = Math.max(from, this.#starts[file]!)
      const end = Math.min(to, this.#starts[file + 1] ?? to)
      for await (const part of this.#inside(file, [{ from: start, to: end }])) parts.push(part)
      if (file < last && parts.at(-1)!.at(-1) !== NEWLINE) parts.push(Buffer.from([NEWLINE]))
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

/** A path that was asked for and cannot be read, with the reason. */
export interface Unreadable {
  readonly path: string
  readonly reason: string
}

/**
 * The logs under the given files and folders, in the order of their names. Rotated siblings (`audit.log.1`, `audit.log-20260101.gz`)
 * that lie in one folder become one log.
 *
 * @throws AppError INPUT_MISSING for a path that is not there
 */
export async function findFiles(
  paths: readonly string[],
  host?: string,
): Promise<{ sources: FileSource[]; unreadable: Unreadable[] }> {
  const unreadable: Unreadable[] = []
  const files = new Map<string, number>()
  for (const path of paths) await collect(path, files, unreadable, true)
  const chains = new Map<string, string[]>()
  for (const path of [...files.keys()].sort()) {
    const { stem } = rotation(path)
    const chain = chains.get(stem)
    if (chain) chain.push(path)
    else chains.set(stem, [path])
  }
  const sources = [...chains.values()].map((chain) => {
    const oldestFirst = chain.sort((a, b) => compareAge(rotation(a), rotation(b)))
    const size = oldestFirst.reduce((sum, path) => sum + files.get(path)!, 0)
    return new FileSource(oldestFirst, size, host ?? folderName(oldestFirst[0]!))
  })
  return { sources, unreadable }
}

async function collect(
  path: string,
  files: Map<string, number>,
  unreadable: Unreadable[],
  asked: boolean,
): Promise<void> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) {
      for (const entry of (await readdir(path)).sort()) await collect(join(path, entry), files, unreadable, false)
    } else if (found.isFile() || asked) {
      await (await open(path)).close()
      files.set(path, found.size)
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (asked && code === 'ENOENT')
      throw new AppError({ message: `Cannot read "${path}": there is no such file or folder`, code: 'INPUT_MISSING' })
    unreadable.push({
      path,
      reason: code === 'EACCES' || code === 'EPERM' ? 'no permission' : ((error as Error).message ?? String(error)),
    })
  }
}

interface Rotation {
  /** The path of the log that was rotated. */
  readonly stem: string
  /** Higher is older; the log itself is 0. A date is older the smaller it is. */
  readonly age: number
}

/** `audit.log.3.gz` → the third last generation of `audit.log`; `audit.log-20260131` → by date. Other names are their own log. */
function rotation(path: string): Rotation {
  const name = path.replace(/\.(gz|zst)$/, '')
  const numbered = /^(.*\.log|.*\/(?:messages|syslog))\.(\d{1,4})$/.exec(name)
  if (numbered) return { stem: numbered[1]!, age: Number(numbered[2]) }
  const dated = /^(.*\.log|.*\/(?:messages|syslog))-(\d{8,14})$/.exec(name)
  if (dated) return { stem: dated[1]!, age: 1e15 - Number(dated[2]!.padEnd(14, '0')) }
  return { stem: path, age: 0 }
}

function compareAge(a: Rotation, b: Rotation): number {
  return b.age - a.age
}

/** The last resort for a host's name: the folder that the file lies in. */
function folderName(path: string): string {
  return basename(dirname(path)) || path
}

/** Same files under another name are read once. */
export async function withoutAliases(paths: readonly string[]): Promise<string[]> {
  const seen = new Map<string, string>()
  for (const path of paths) {
    const real = await realpath(path).catch(() => path)
    if (!seen.has(real)) seen.set(real, path)
  }
  return [...seen.values()]
}
