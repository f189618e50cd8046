/**
 * A copy of `column` with room for at least `length` entries, or the column itself if it has that room. Columns grow by half: a row per name in
 * objects would cost ten times the memory of typed columns.
 */
export function grown<T extends Float64Array | Int32Array | Uint32Array>(column: T, length: number): T {
  if (column.length >= length) return column
  const wider = new (column.constructor as new (length: number) => T)(Math.max(length, Math.ceil(column.length * 1.5)))
  wider.set(column)
  return wider
}
