import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { createGunzip, createInflate } from 'node:zlib'
import type { Context } from 'hono'
import { AppError } from '../domain/error.ts'
import { type DurationMs, SECOND } from '../domain/time.ts'
import type { HttpEnv } from './http-env.ts'

export interface BodyLimits {
  /** Of the body as it is after unpacking, so that a small bomb is as large as what comes out of it. */
  readonly bytes: number
  /** So long may a client keep us waiting in all, and longer by a second for each `SLOWEST` bytes that it has sent. */
  readonly patience: DurationMs
}

export const BODY_LIMITS: BodyLimits = { bytes: 100 * 2 ** 20, patience: 60 * SECOND }

/** Bytes a second. Only waiting for the client counts: when we are the slow ones, it loses nothing. */
const SLOWEST = 1024

/**
 * The body of a request, unpacked, in pieces as they arrive. Nothing is read ahead while the caller is busy, so a client is slowed
 * down to our own pace.
 *
 * @param onBytes told of each piece, for whoever counts
 * @throws AppError HTTP_BODY_TOO_LARGE, HTTP_BODY_TOO_SLOW, HTTP_BODY_DAMAGED, HTTP_ENCODING_UNKNOWN
 */
export async function* bodyOf(
  c: Context<HttpEnv>,
  limits: BodyLimits = BODY_LIMITS,
  onBytes: (bytes: number) => void = () => {},
): AsyncGenerator<Buffer> {
  const announced = Number(c.req.header('content-length') ?? 0)
  if (announced > limits.bytes) throw tooLarge(limits)
  const incoming = c.env?.incoming ?? Readable.fromWeb((c.req.raw.body ?? new Blob([]).stream()) as never)
  const unpacked = unpack(incoming, c.req.header('content-encoding') ?? 'identity')
  // The socket outlives a refusal: the answer still has to go through it.
  const pieces = unpacked.iterator({ destroyOnReturn: unpacked !== incoming })
  let size = 0
  let waited = 0
  try {
    for (;;) {
      const since = performance.now()
      const piece = await inTime(pieces.next(), limits.patience + (size / SLOWEST) * SECOND - waited)
      waited += performance.now() - since
      if (piece.done) return
      size += (piece.value as Buffer).length
      onBytes((piece.value as Buffer).length)
      if (size > limits.bytes) throw tooLarge(limits)
      yield piece.value as Buffer
    }
  } catch (cause) {
    throw cause instanceof AppError ? cause : damaged(cause)
  } finally {
    incoming.unpipe?.()
    if (unpacked !== incoming) unpacked.destroy()
  }
}

/** The whole body as text. */
export async function textOf(...of: Parameters<typeof bodyOf>): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of bodyOf(...of)) pieces.push(piece)
  return Buffer.concat(pieces).toString('utf8')
}

function unpack(incoming: IncomingMessage | Readable, encoding: string): Readable {
  const name = encoding.trim().toLowerCase()
  if (name === 'identity' || name === '') return incoming
  if (name !== 'gzip' && name !== 'x-gzip' && name !== 'deflate')
    throw new AppError({
      message: `Cannot read a body with the content encoding "${encoding}": expected gzip, deflate or none`,
      code: 'HTTP_ENCODING_UNKNOWN',
      hint: 'Set the compression of the sender to gzip, or switch it off.',
    })
  const unpacker = name === 'deflate' ? createInflate() : createGunzip()
  incoming.on('error', (error) => unpacker.destroy(error))
  return incoming.pipe(unpacker)
}

async function inTime<T>(wait: Promise<T>, patience: DurationMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow()), Math.max(0, patience))
  })
  try {
    return await Promise.race([wait, late])
  } finally {
    clearTimeout(timer)
    // A wait that lost the race may still fail later, when the client hangs up.
    wait.catch(() => {})
  }
}

function tooLarge(limits: BodyLimits): AppError {
  return new AppError({
    message: `Cannot read a body of more than ${limits.bytes} bytes`,
    code: 'HTTP_BODY_TOO_LARGE',
    hint: 'Send smaller batches.',
  })
}

function tooSlow(): AppError {
  return new AppError({
    message: 'Cannot wait any longer for the rest of the body',
    code: 'HTTP_BODY_TOO_SLOW',
    hint: 'The sender stopped in the middle of a request, or its line is slower than 1 kB a second.',
  })
}

function damaged(cause: unknown): AppError {
  return new AppError({
    message: `Cannot read the body: ${cause instanceof Error ? cause.message : String(cause)}`,
    code: 'HTTP_BODY_DAMAGED',
    hint: 'It ended early, or is not what its Content-Encoding says.',
    cause,
  })
}
