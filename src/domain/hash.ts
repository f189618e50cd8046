import { createHash } from 'node:crypto'

/**
 * A derived id: the first 128 bits of SHA-256 over the parts, in hex. Parts are kept apart, so `('a', 'bc')` and `('ab', 'c')`
 * differ. This file is a window of the pure rooms to `node:`.
 */
export function derivedId(...parts: readonly (string | number)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    const text = String(part)
    hash.update(`${text.length}:`).update(text)
  }
  return hash.digest('hex').slice(0, 32)
}

/** SHA-256 of a text in base64, as a Content-Security-Policy names a style sheet: `'sha256-…'`. */
export function sha256Base64(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
