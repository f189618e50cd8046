import type { Stats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { beginningOf, FINGERPRINT_BYTES, fingerprintOf } from './fingerprint.ts'
import { packingOf, unpack } from './open-bytes.ts'

/** A piece of a few hundred events. */
const CHUNK = 64 * 1024
/** Enough to tell a format by. */
export const HEAD_BYTES = 64 * 1024

/** What can be read at a place now. */
export interface Reading {
  readonly bytes: Buffer
  /** The file has another content now: it was cut off, and perhaps has grown again. */
  readonly replaced?: true
  /** There will never be more. */
  readonly ended?: true
}

const NOTHING: Reading = { bytes: Buffer.alloc(0) }

/**
 * One file of a log that is written to while it is read. It is held open, so that it can be read to its end after it was renamed or
 * removed, and its beginning is compared at each reading, so that bytes of another content are never taken for its own.
 */
export class LogFile {
  /** The last name that it was seen under. */
  path: string
  readonly ino: number
  readonly packed: boolean
  /** As it was last seen. */
  size: number
  /** Names its content, once the first line of it is whole. */
  fingerprint: string | undefined
  readonly #handle: FileHandle
  #beginning = Buffer.alloc(0)
  /** So far it has been read. */
  #read = 0
  #unpacked: { readonly chunks: AsyncGenerator<Buffer>; at: number } | undefined

  private constructor(path: string, handle: FileHandle, { ino, size }: Stats, packed: boolean) {
    this.path = path
    this.#handle = handle
    this.ino = ino
    this.size = size
    this.packed = packed
  }

  /** Undefined for what is no plain file. @throws the file system's own errors */
  static async open(path: string): Promise<LogFile | undefined> {
    const handle = await open(path)
    try {
      const stats = await handle.stat()
      if (stats.isFile()) return new LogFile(path, handle, stats, packingOf(await bytesOf(handle, 0, 4)) !== 'plain')
    } catch (error) {
      await handle.close()
      throw error
    }
    await handle.close()
    return undefined
  }

  /**
   * The first opened bytes. Sets `fingerprint` when the first line is whole, or at once where nobody will write the rest of it.
   *
   * @throws the file system's own errors, AppError for a damaged archive
   */
  async head(final: boolean): Promise<Buffer> {
    const bytes = this.packed ? await this.#unpackedHead() : await bytesOf(this.#handle, 0, HEAD_BYTES)
    const beginning = beginningOf(bytes) ?? (final ? bytes.subarray(0, FINGERPRINT_BYTES) : undefined)
    if (beginning && beginning.length > 0) {
      this.#beginning = Buffer.from(beginning)
      this.fingerprint = fingerprintOf(beginning)
    }
    return bytes
  }

  /** What stands at this place of the opened bytes. @throws the file system's own errors, AppError for a damaged archive */
  async read(at: number): Promise<Reading> {
    return this.packed ? this.#readPacked(at) : this.#readPlain(at)
  }

  /** Whether its content is another one than that which was read. */
  async isReplaced(): Promise<boolean> {
    if (this.packed) return false
    this.size = (await this.#handle.stat()).size
    return this.size < this.#read || !(await this.#isSame())
  }

  async close(): Promise<void> {
    await this.#unpacked?.chunks.return(undefined)
    await this.#handle.close()
  }

  /** Bytes count only if the file has its beginning still after they were read. One that is empty now had it when they were. */
  async #readPlain(at: number): Promise<Reading> {
    const bytes = await bytesOf(this.#handle, at, CHUNK)
    this.size = (await this.#handle.stat()).size
    if (bytes.length === 0) return this.size < at ? { ...NOTHING, replaced: true } : NOTHING
    if (this.size > 0 && !(await this.#isSame())) return { ...NOTHING, replaced: true }
    this.#read = at + bytes.length
    return { bytes }
  }

  async #isSame(): Promise<boolean> {
    return (await bytesOf(this.#handle, 0, this.#beginning.length)).equals(this.#beginning)
  }

  async #readPacked(at: number): Promise<Reading> {
    this.#unpacked ??= { chunks: this.#unpack(), at: 0 }
    for (;;) {
      const { done, value } = await this.#unpacked.chunks.next()
      if (done) return { ...NOTHING, ended: true }
      const skipped = Math.max(0, at - this.#unpacked.at)
      this.#unpacked.at += value.length
      if (skipped < value.length) return { bytes: value.subarray(skipped) }
    }
  }

  async #unpackedHead(): Promise<Buffer> {
    for await (const chunk of this.#unpack()) return Buffer.from(chunk.subarray(0, HEAD_BYTES))
    return Buffer.alloc(0)
  }

  /** By the handle, since another file may have the name by now. */
  #unpack(): AsyncGenerator<Buffer> {
    return unpack(this.#raw(), `"${this.path}"`)
  }

  async *#raw(): AsyncGenerator<Buffer> {
    for (let at = 0; ; ) {
      const bytes = await bytesOf(this.#handle, at, CHUNK)
      if (bytes.length === 0) return
      at += bytes.length
      yield bytes
    }
  }
}

async function bytesOf(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, at)
  return buffer.subarray(0, bytesRead)
}
