import type { FileHandle } from 'node:fs/promises'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../domain/error.ts'
import { FINGERPRINT_BYTES, fingerprintOf } from './fingerprint.ts'
import { unpack } from './open-bytes.ts'
import type { ByteRange, ByteSource } from './source.ts'
import { reasonOf } from './unreadable.ts'

const GIB = 1024 ** 3

/** More than this of a stream is not kept; alerts on what came after it show no events. */
export const SPOOL_LIMIT = 4 * GIB

export interface SpoolOptions {
  readonly host: string
  /** For people; standard input if not given. */
  readonly path?: string
  /** Keep nothing: evidence then has counts and facets, and no events. */
  readonly noSpool?: boolean
  /** Bytes to keep at most. */
  readonly limit?: number
}

/**
 * A stream that can be read once, such as standard input or a named pipe. It is kept, opened, in a temporary file that has no
 * name any more (it goes when the process ends, however that happens), so that the events behind an alert can be read again.
 */
export class SpooledInput implements ByteSource {
  readonly name: string
  readonly host: string
  readonly problems: string[] = []
  readonly #input: AsyncIterable<Buffer>
  readonly #limit: number
  #file: FileHandle | undefined
  /** Bytes in the file: the beginning of the stream, without a gap. */
  #kept = 0
  #full = false
  #head = Buffer.alloc(0)

  constructor(input: AsyncIterable<Buffer>, options: SpoolOptions) {
    this.#input = input
    this.name = options.path ?? '-'
    this.host = options.host
    this.#limit = options.limit ?? SPOOL_LIMIT
    this.#full = options.noSpool ?? false
  }

  async fingerprint(): Promise<string> {
    return fingerprintOf(this.#head)
  }

  /** For people: `standard input`, or the path in quotes. */
  get title(): string {
    return this.name === '-' ? 'standard input' : `"${this.name}"`
  }

  async *read(progress?: (bytes: number) => void): AsyncGenerator<Buffer> {
    const chunks = unpack(counted(this.#input, progress), this.title)
    try {
      for await (const chunk of chunks) {
        if (this.#head.length === 0) this.#head = Buffer.from(chunk.subarray(0, FINGERPRINT_BYTES))
        if (!this.#full) await this.#keep(chunk)
        yield chunk
      }
    } catch (error) {
      this.problems.push(error instanceof AppError ? error.message : `Cannot read ${this.title}: ${reasonOf(error)}`)
    }
  }

  async *ranges(ranges: readonly ByteRange[]): AsyncGenerator<Buffer> {
    for (const { from, to } of ranges) {
      // The newline that a last line lacks is part of its range.
      const length = Math.min(to, this.#kept) - from
      if (!this.#file || length <= 0 || (this.#full && to > this.#kept)) yield Buffer.alloc(0)
      else yield (await this.#file.read(Buffer.alloc(length), 0, length, from)).buffer
    }
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  async #keep(chunk: Buffer): Promise<void> {
    if (this.#kept + chunk.length > this.#limit) return this.#stopKeeping(`it is longer than ${this.#limit / GIB} GiB`)
    try {
      this.#file ??= await openUnlinked()
      for (let done = 0; done < chunk.length; ) {
        const { bytesWritten } = await this.#file.write(chunk, done, chunk.length - done, this.#kept + done)
        done += bytesWritten
      }
      this.#kept += chunk.length
    } catch (error) {
      this.#stopKeeping(`"${tmpdir()}" takes no more of it: ${reasonOf(error)}`)
    }
  }

  #stopKeeping(reason: string): void {
    this.#full = true
    this.problems.push(`Cannot keep all of ${this.title}, so alerts on its rest show no events: ${reason}`)
  }
}

async function* counted(input: AsyncIterable<Buffer>, progress?: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of input) {
    progress?.(chunk.length)
    yield chunk
  }
}

async function openUnlinked(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'oddsock-'))
  const file = await open(join(folder, 'stdin'), 'w+', 0o600)
  await rm(folder, { recursive: true })
  return file
}
