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
  collect(event, pathOf(field), found)
  return found
}

/** The first value of a field as text, or undefined. */
export function text(event: EcsEvent, field: string): string | undefined {
  const [first] = values(event, field)
  return first === undefined ? undefined : String(first)
}

/** A field, and each way to go on inside: below an object called `name`, what is left of the field is `rest`. */
interface Path {
  readonly whole: string
  readonly inside: readonly { readonly name: string; readonly rest: Path }[]
}

/** Cutting names apart is most of the work of reading a field, and fields are few: they are named by jobs, rules and our code. */
const paths = new Map<string, Path>()

function pathOf(whole: string): Path {
  const known = paths.get(whole)
  if (known !== undefined) return known
  const inside: Path['inside'][number][] = []
  for (let dot = whole.indexOf('.'); dot >= 0; dot = whole.indexOf('.', dot + 1))
    inside.push({ name: whole.slice(0, dot), rest: pathOf(whole.slice(dot + 1)) })
  const path = { whole, inside }
  paths.set(whole, path)
  return path
}

function collect(node: unknown, path: Path, found: FieldValue[]): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, path, found)
    return
  }
  if (typeof node !== 'object' || node === null) return
  const record = node as Record<string, unknown>
  // Most fields are missing, and asking for a value is quicker than asking whether there is one.
  const whole = record[path.whole]
  if (whole !== undefined && Object.hasOwn(record, path.whole)) collectLeaves(whole, found)
  for (const { name, rest } of path.inside) {
    const inner = record[name]
    if (inner !== undefined && Object.hasOwn(record, name)) collect(inner, rest, found)
  }
}

function collectLeaves(node: unknown, found: FieldValue[]): void {
  if (Array.isArray(node)) for (const item of node) collectLeaves(item, found)
  else if (typeof node === 'string' || typeof node === 'number' || typeof node === 'boolean') found.push(node)
}
