import { promisify } from 'node:util'
import { constants, deflate, inflate } from 'node:zlib'
import { AppError } from '../../domain/error.ts'

const pack = promisify<Buffer, object, Buffer>(deflate)
const unpack = promisify<Buffer, Buffer>(inflate)

/** Longer documents are worth the time to pack: models, alerts with many events. Shorter ones stay readable in the file. */
const PACKED_FROM = 8_192

/** A document as SQLite keeps it: JSON as text, or packed (zlib, whose checksum finds damage) as bytes. */
export type Packed = string | Buffer

/**
 * A document is taken down as it is at the call; packing goes on beside the event loop.
 *
 * @throws RangeError when its JSON is longer than a JavaScript string can be (512 Mi characters)
 */
export async function packed(doc: unknown): Promise<Packed> {
  const json = JSON.stringify(doc)
  return json.length < PACKED_FROM ? json : pack(Buffer.from(json), { level: constants.Z_BEST_SPEED })
}

/**
 * @param what for people: whose document it is
 * @throws AppError STORE_DAMAGED
 */
export async function unpacked(doc: Packed, what: string): Promise<unknown> {
  try {
    return JSON.parse(typeof doc === 'string' ? doc : (await unpack(doc)).toString())
  } catch (cause) {
    throw new AppError({
      message: `Cannot read ${what}: what is stored is damaged`,
      code: 'STORE_DAMAGED',
      hint: 'Stop the server and restore the last backup: `oddsock restore`.',
      cause,
    })
  }
}
