/**
 * The addresses in one value of a row. A row joins several values of a field by a comma (`Observation.values`); an address holds
 * none, so they can be taken apart again, which a name could not.
 *
 * @example addressesOf('10.0.0.1,10.0.0.2,10.0.0.1') // ['10.0.0.1', '10.0.0.2']
 */
export function addressesOf(value: string | null): readonly string[] {
  if (value === null || value === '') return []
  if (!value.includes(',')) return [value]
  const parts = value.split(',').map((part) => part.trim())
  return [...new Set(parts)].filter((part) => part !== '')
}
