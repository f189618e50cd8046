import type { EcsEvent } from '../../domain/event.ts'
import { type FieldValue, values } from '../../domain/field.ts'

/** What an event says in a field: nothing, one value, or several. */
export type Cell = FieldValue | null | readonly FieldValue[]

/** Fields that begin with the same names, to be read in one descent. */
interface Branch {
  readonly name: string
  readonly children: Branch[]
  /** Index of the field that ends here, or −1. */
  field: number
  /** Whether every object has something under this name from its prototype, so that an own value must be told from that. */
  readonly isInherited: boolean
  /** Dotted names under which a document may hold something of this branch: 'os', 'os.type' and the like, those with a dot. */
  readonly dotted: Set<string>
}

/**
 * Reads many fields of an event at once, as `values` reads each. It goes down the nested objects once for all of them; a document that
 * writes one of the fields with a dot, or has a list of objects on the way, is left to `values`.
 */
export class FieldReader {
  readonly #fields: readonly string[]
  readonly #root = newBranch('')

  constructor(fields: readonly string[]) {
    this.#fields = fields
    for (const [i, field] of fields.entries()) addField(this.#root, field.split('.'), i)
  }

  read(event: EcsEvent): Cell[] {
    const cells: Cell[] = this.#fields.map(() => null)
    if (readBranch(this.#root, event, cells)) return cells
    return this.#fields.map((field) => cellOf(values(event, field)))
  }
}

function newBranch(name: string): Branch {
  return { name, children: [], field: -1, isInherited: name in {}, dotted: new Set() }
}

function addField(branch: Branch, names: readonly string[], index: number): void {
  const [name, ...rest] = names
  if (name === undefined) {
    branch.field = index
    return
  }
  for (let length = 2; length <= names.length; length++) branch.dotted.add(names.slice(0, length).join('.'))
  let child = branch.children.find((one) => one.name === name)
  if (child === undefined) {
    child = newBranch(name)
    branch.children.push(child)
  }
  addField(child, rest, index)
}

/** False where the document is not as simple as that. This runs for every event: it asks no more of an object than it has to. */
function readBranch({ children, dotted }: Branch, node: Readonly<Record<string, unknown>>, cells: Cell[]): boolean {
  if (dotted.size > 0) for (const name in node) if (name.includes('.') && dotted.has(name)) return false
  for (const child of children) {
    const inner = node[child.name]
    if (inner === undefined || (child.isInherited && !Object.hasOwn(node, child.name))) continue
    if (typeof inner === 'object' && inner !== null) {
      if (Array.isArray(inner)) {
        if (child.children.length > 0) return false
        cells[child.field] = cellOf(values({ inner }, 'inner'))
      } else if (!readBranch(child, inner as Record<string, unknown>, cells)) return false
    } else if (child.field >= 0) cells[child.field] = inner as FieldValue | null
  }
  return true
}

function cellOf(found: readonly FieldValue[]): Cell {
  return found.length === 0 ? null : found.length === 1 ? found[0]! : found
}
