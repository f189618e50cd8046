/**
 * Reads a compact list of names: each name's number is one more than that of the name before it, the first is 0; a number
 * in front of a name sets it.
 *
 * @example numbered('read write 5:fstat') // 0 read, 1 write, 5 fstat
 */
export function numbered(list: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>()
  let next = 0
  for (const entry of list.trim().split(/\s+/)) {
    const colon = entry.indexOf(':')
    if (colon > 0) next = Number(entry.slice(0, colon))
    names.set(next, entry.slice(colon + 1))
    next += 1
  }
  return names
}
