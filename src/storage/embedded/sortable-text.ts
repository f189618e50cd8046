const SURROGATE = /[\ud800-\udfff]/

/**
 * A text as bytes whose order is that of its UTF-16 code units, which is the order of strings here. It is UTF-8, but for the halves
 * of surrogate pairs: each is written by itself (CESU-8), alone or not, so that every string comes back whole. SQLite would order
 * plain text by code points, and cuts it at the first NUL; as a BLOB it does neither, and its shell still shows names as they are.
 */
export function toSortable(text: string): Buffer {
  if (!SURROGATE.test(text)) return Buffer.from(text)
  const bytes: number[] = []
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) bytes.push(unit)
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f))
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f))
  }
  return Buffer.from(bytes)
}

/** The text that `toSortable` was given. */
export function fromSortable(bytes: Buffer): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const half = nextHalf(bytes, at)
    text += bytes.toString('utf8', at, half)
    if (half < bytes.length)
      text += String.fromCharCode(0xd000 | ((bytes[half + 1]! & 0x3f) << 6) | (bytes[half + 2]! & 0x3f))
    at = half + 3
  }
  return text
}

/** Where the next half of a pair begins: 0xED, then 0xA0 or more, which UTF-8 has not. */
function nextHalf(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xed, from); at >= 0; at = bytes.indexOf(0xed, at + 1))
    if (bytes[at + 1]! >= 0xa0) return at
  return bytes.length
}

/** The first bytes that come after all that begin with these; undefined where there are none. */
export function afterPrefix(prefix: Buffer): Buffer | undefined {
  const last = prefix.length - 1
  return last < 0 ? undefined : Buffer.concat([prefix.subarray(0, last), Buffer.from([prefix[last]! + 1])])
}
