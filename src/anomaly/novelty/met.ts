/** The entry of a name, made if it is missing and there is room for another. */
export function met<T>(entries: Map<string, T>, name: string, make: () => T): T
export function met<T>(entries: Map<string, T>, name: string, make: () => T, room: number): T | undefined
export function met<T>(
  entries: Map<string, T>,
  name: string,
  make: () => T,
  room = Number.POSITIVE_INFINITY,
): T | undefined {
  const known = entries.get(name)
  if (known !== undefined || entries.size >= room) return known
  const made = make()
  entries.set(name, made)
  return made
}

/** Marks an entry as met; a late row does not make it older. */
export function touch<T extends { seen: number }>(entry: T, seen: number): T {
  if (seen > entry.seen) entry.seen = seen
  return entry
}
