/**
 * Plain data of maps, lists, objects and numbers as JSON and back. A map becomes `{ map: [[key, value], …] }`, numbers in bytes
 * `{ bytes: base64 }`; the order of entries is kept, and numbers keep every bit.
 */
export function packed(value: unknown): unknown {
  if (value instanceof Map) return { map: [...value].map(([key, item]) => [key, packed(item)]) }
  if (value instanceof Float64Array) return { bytes: bytesOf(value) }
  if (Array.isArray(value)) return value.map(packed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, packed(item)]))
}

export function unpacked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpacked)
  if (typeof value !== 'object' || value === null) return value
  if ('map' in value && Array.isArray(value.map)) return new Map(value.map.map(([key, item]) => [key, unpacked(item)]))
  if ('bytes' in value && typeof value.bytes === 'string') return numbersOf(value.bytes)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpacked(item)]))
}

/** Little-endian on every machine. */
function bytesOf(numbers: Float64Array): string {
  const bytes = Buffer.alloc(8 * numbers.length)
  for (const [i, number] of numbers.entries()) bytes.writeDoubleLE(number, 8 * i)
  return bytes.toString('base64')
}

function numbersOf(base64: string): Float64Array {
  const bytes = Buffer.from(base64, 'base64')
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i))
}
