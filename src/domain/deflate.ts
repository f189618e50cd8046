import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'

/** Bytes as a short text and back: deflated, in base64. Functions of their argument alone, so a window of the pure rooms to `node:`. */

/** What is packed here is mostly zeros or much like what stands before it: the quickest is as good as any. */
const QUICKLY = { level: constants.Z_BEST_SPEED }

export function deflated(bytes: Uint8Array): string {
  return deflateRawSync(bytes, QUICKLY).toString('base64')
}

/** @throws Error when the text is not what `deflated` has answered */
export function inflated(text: string): Uint8Array {
  return inflateRawSync(Buffer.from(text, 'base64'))
}
