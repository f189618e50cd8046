import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../domain/error.ts'
import { unpack } from './open-bytes.ts'
import type { ByteRange, ByteSource } from './source.ts'

/** More than this of standard input is not kept; alerts on what came after it show no events. */
export const SPOOL_LIMIT = 4 * 1024 ** 3

export interface SpoolOptions {
  readonly host: string
  /** Keep nothing: evidence then has counts and facets, and no events. */
  readonly noSpool?: boolean
  readonly limit?: number
}

/**
 * Standard input, kept in a temporary file that has no name any more (it goes when the process ends, however that happens), so
 * that the events behind an alert can be read again.
 */
export class SpooledInput implements ByteSource {
  readonly name = '-'
  readonly host: string
  readonly problems: string[] = []
  readonly #input: AsyncIterable<Buffer>
  readonly #limit: number
  #file: FileHandle | undefined
  #kept = 0
  #head = Buffer.alloc(0)

  constructor(input: AsyncIterable<Buffer>, options: SpoolOptions) {
    this.#input = input
    this.host = options.host
    this.#limit = options.noSpool ? 0 : (options.limit ?? SPOOL_LIMIT)
  }

  async fingerprint(): Promise<string> {
    return createHash('sha256').update(this.#head).digest('hex').slice(0, 16)
  }

  async *read(progress?: (bytes: number) => void): AsyncGenerator<Buffer> {
    for await (const chunk of unpack(counted(this.#input, progress), 'standard input')) {
      if (this.#head.length === 0) this.#head = Buffer.from(chunk.subarray(0, 4096))
      await this.#keep(chunk)
      yield chunk
    }
  }

  async *ranges(ranges: readonly ByteRange[]): AsyncGenerator<Buffer> {
    for (const { from, to } of ranges) {
      if (to > this.#kept || !this.#file) yield Buffer.alloc(0)
      else yield (await this.#file.read(Buffer.alloc(to - from), 0, to - from, from)).buffer
    }
  }

  async close(): Promise<void> {
    await this.#file?.close()
  }

  async #keep(chunk: Buffer): Promise<void> {
    if (this.#kept + chunk.length > this.#limit) {
      if (this.#limit > 0 && this.problems.length === 0)
        this.problems.push(
          `Standard input is longer than ${this.#limit / 1024 ** 3} GiB: alerts on the rest show no events`,
        )
      return
    }
    this.#file ??= await openUnlinked()
    await this.#file.write(chunk, 0, chunk.length, this.#kept)
    this.#kept += chunk.length
  }
}

async function* counted(input: AsyncIterable<Buffer>, progress?: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of input) {
    progress?.(chunk.length)
    yield chunk
  }
}

async function openUnlinked(): Promise<FileHandle> {
  try {
    const folder = await mkdtemp(join(tmpdir(), 'oddsock-'))
    const file = await open(join(folder, 'stdin'), 'w+', 0o600)
    await rm(folder, { recursive: true })
    return file
  } catch (cause) {
    throw new AppError({
      message: `Cannot keep standard input in "${tmpdir()}"`,
      code: 'SPOOL_FAILED',
      hint: 'Set TMPDIR to a folder with room, or use --no-spool and do without the events behind alerts.',
      cause,
    })
  }
}
