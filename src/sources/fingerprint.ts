import { createHash } from 'node:crypto'

/** Enough of a line to tell two files apart, since the first line of a log holds a time. */
export const FINGERPRINT_BYTES = 4096

const NEWLINE = 10

/**
 * The beginning of a stream that names it: all up to the end of its first line that is not blank, or `FINGERPRINT_BYTES` of it.
 * Undefined while that line has not been written to its end, since a name must not change when a file grows.
 */
export function beginningOf(head: Buffer): Buffer | undefined {
  let from = 0
  while (head[from] === NEWLINE) from++
  const newline = head.indexOf(NEWLINE, from)
  const end = newline < 0 ? head.length : newline + 1
  if (end >= FINGERPRINT_BYTES) return head.subarray(0, FINGERPRINT_BYTES)
  return newline < 0 ? undefined : head.subarray(0, end)
}

/** Names the content of a stream by its opened first bytes, so that packing a file does not change its name. */
export function fingerprintOf(head: Buffer): string {
  const beginning = beginningOf(head) ?? head.subarray(0, FINGERPRINT_BYTES)
  return createHash('sha256').update(beginning).digest('hex').slice(0, 16)
}
