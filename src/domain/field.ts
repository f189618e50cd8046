import type { EcsEvent } from './event.ts'

/** A leaf of an ECS document. */
export type FieldValue = string | number | boolean

/**
 * All values of a field, as a list: an ECS field may hold several, and "any matches" is the rule. Nested and dotted keys
 * and any mix of the two are understood; objects inside arrays are entered; nulls are no values. Only own properties count.
 *
 * @example values({ process: { name: 'nginx' } }, 'process.name') // ['nginx']
 */
export function values(event: EcsEvent, field: string): readonly FieldValue[] {
  const found: FieldValue[] = []
  collect(event, field, found)
  return found
}

/** The first value of a field as text, or undefined. */
export function text(event: EcsEvent, field: string): string | undefined {
  const [first] = values(event, field)
  return first === undefined ? undefined : String(first)
}

function collect(node: unknown, path: string, found: FieldValue[]): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, path, found)
    return
  }
  if (typeof node !== 'object' || node === null) return
  const record = node as Record<string, unknown>
  if (Object.hasOwn(record, path)) collectLeaves(record[path], found)
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot)
    if (Object.hasOwn(record, head)) collect(record[head], path.slice(dot + 1), found)
  }
}

function collectLeaves(node: unknown, found: FieldValue[]): void {
  if (Array.isArray(node)) for (const item of node) collectLeaves(item, found)
  else if (typeof node === 'string' || typeof node === 'number' || typeof node === 'boolean') found.push(node)
}
