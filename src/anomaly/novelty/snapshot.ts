/**
 * Plain data of maps, lists, objects and numbers as JSON and back. A map becomes `{ map: [[key, value], …] }`; the order of entries
 * is kept, and numbers keep every bit.
 */
export function packed(value: unknown): unknown {
  if (value instanceof Map) return { map: [...value].map(([key, item]) => [key, packed(item)]) }
  if (Array.isArray(value)) return value.map(packed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, packed(item)]))
}

export function unpacked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpacked)
  if (typeof value !== 'object' || value === null) return value
  if ('map' in value && Array.isArray(value.map)) return new Map(value.map.map(([key, item]) => [key, unpacked(item)]))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpacked(item)]))
}
