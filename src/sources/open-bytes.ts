import { readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Transform } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { AppError } from '../domain/error.ts'

export type Packing = 'plain' | 'gzip' | 'zstd'

/** How a file is packed, by its first bytes and never by its name. */
export function packingOf(head: Uint8Array): Packing {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd'
  return 'plain'
}

const CHUNK = 256 * 1024

/** The first bytes of a file as they are on disk; fewer if it is shorter. */
export async function headOf(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/**
 * A file's bytes, unpacked. Chunks hold only until the next one is asked for.
 *
 * @throws the file system's own errors, and what `unpack` throws
 */
export function openBytes(path: string, progress?: (bytes: number) => void): AsyncGenerator<Buffer> {
  return unpack(rawBytes(path, progress), `"${path}"`)
}

/**
 * Unpacks a stream of bytes if they are packed; `title` is for people: `"audit.log.gz"`, `standard input`. The first chunk is enough to tell a format by.
 *
 * @throws AppError INPUT_DAMAGED for a damaged or cut archive, after all that could be read of it
 */
export function unpack(raw: AsyncIterable<Buffer>, title: string): AsyncGenerator<Buffer> {
  return withHead(unpacked(raw, title))
}

const NEWLINE = 10
const HEAD_BYTES = 64 * 1024

/** The same bytes; the first chunk holds a whole line or `HEAD_BYTES`, unless there is less. */
async function* withHead(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const held: Buffer[] = []
  let bytes = 0
  let complete = false
  let failure: unknown
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (complete) yield chunk
      else if (bytes < HEAD_BYTES && !chunk.includes(NEWLINE)) held.push(Buffer.from(chunk))
      else {
        complete = true
        yield Buffer.concat([...held, chunk])
      }
    }
  } catch (error) {
    failure = error
  }
  if (!complete && bytes > 0) yield Buffer.concat(held)
  if (failure) throw failure
}

async function* unpacked(raw: AsyncIterable<Buffer>, title: string): AsyncGenerator<Buffer> {
  const { head, all } = await peek(raw)
  const packing = packingOf(head)
  if (packing === 'plain') return yield* all
  try {
    yield* packing === 'gzip' ? throughStream(all, createGunzip({ chunkSize: CHUNK })) : unzstd(all)
  } catch (cause) {
    const early = /unexpected (end|eof)/i.test(String(cause))
    throw new AppError({
      message: `Cannot read ${title} to its end: its ${packing} data ${early ? 'ends early' : 'is damaged'}`,
      code: 'INPUT_DAMAGED',
      hint: 'What came before that was read.',
      cause,
    })
  }
}

/** A hundred small logs may have to be open at once: none of them is read in fewer than so many chunks, or in smaller ones than this. */
const LEAST_CHUNKS = 128
const LEAST_CHUNK = 32 * 1024

/** So many chunks of a file are read at a stretch; then signals, timers and the garbage collector have their turn. */
const AT_A_STRETCH = 8

/**
 * Reads into one buffer that is used again and again. A file is read in place: there is little else to do meanwhile, and the
 * way through the thread pool costs as much as the reading. A pipe may keep one waiting.
 */
async function* rawBytes(path: string, progress?: (bytes: number) => void): AsyncGenerator<Buffer> {
  const file = await open(path)
  try {
    const stat = await file.stat()
    const isFile = stat.isFile()
    const chunk = isFile ? Math.min(CHUNK, Math.max(LEAST_CHUNK, Math.ceil(stat.size / LEAST_CHUNKS))) : CHUNK
    const buffer = Buffer.allocUnsafe(chunk)
    for (let turn = 1; ; turn++) {
      if (turn % AT_A_STRETCH === 0) await setImmediate()
      const length = isFile
        ? readSync(file.fd, buffer, 0, chunk, null)
        : (await file.read(buffer, 0, chunk, null)).bytesRead
      if (length === 0) return
      progress?.(length)
      yield buffer.subarray(0, length)
    }
  } finally {
    await file.close()
  }
}

/** The first four bytes of a stream, and the whole of it again. */
async function peek(raw: AsyncIterable<Buffer>): Promise<{ head: Buffer; all: AsyncGenerator<Buffer> }> {
  const chunks = raw[Symbol.asyncIterator]()
  let head: Buffer = Buffer.alloc(0)
  let done = false
  while (head.length < 4 && !done) {
    const next = await chunks.next()
    done = next.done === true
    if (!next.done) head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
  }
  async function* all(): AsyncGenerator<Buffer> {
    try {
      if (head.length > 0) yield head
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
    } finally {
      await chunks.return?.()
    }
  }
  return { head, all: all() }
}

/**
 * Unpacks through a stream of `zlib`. The stream is told of the end of its input only when everything before it has been
 * handed out: it drops what it still holds when it finds that the end came too early.
 */
async function* throughStream(raw: AsyncIterable<Buffer>, unpacker: Transform): AsyncGenerator<Buffer> {
  let failure: unknown
  let fed = false
  let ended = false
  let wake = () => {}
  const signal = () => wake()
  unpacker.on('error', (error) => {
    failure = error
    signal()
  })
  unpacker.on('readable', signal)
  unpacker.on('end', () => {
    ended = true
    signal()
  })
  const closed = new Promise<void>((resolve) => unpacker.once('close', resolve))
  const feed = async () => {
    for await (const chunk of raw) {
      const written = new Promise<void>((resolve) => unpacker.write(Buffer.from(chunk), () => resolve()))
      await Promise.race([written, closed])
      if (failure || unpacker.destroyed) return
    }
    fed = true
  }
  feed()
    .catch((error) => {
      failure = error
    })
    .finally(signal)
  try {
    for (;;) {
      const chunk: Buffer | null = unpacker.read()
      if (chunk) yield chunk
      else if (failure) throw failure
      else if (ended) return
      else {
        const woken = new Promise<void>((resolve) => {
          wake = resolve
        })
        if (fed && !unpacker.writableEnded) unpacker.end()
        await woken
      }
    }
  } finally {
    unpacker.destroy()
  }
}

/**
 * Node unpacks zstd itself from 22.15 on, and quicker, but it stops behind the first frame of several and does not say that data
 * was cut off; so `fzstd` does it on every Node.
 */
async function* unzstd(raw: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { Decompress } = await import('fzstd')
  const ready: Buffer[] = []
  const unpacker = new Decompress((chunk) => ready.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)))
  let failure: unknown
  try {
    for await (const chunk of raw) {
      unpacker.push(Uint8Array.from(chunk))
      yield* ready.splice(0)
    }
    unpacker.push(new Uint8Array(), true)
  } catch (error) {
    failure = error
  }
  yield* ready.splice(0)
  if (failure) throw failure
}
