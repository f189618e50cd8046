import type { EcsEvent } from '../../domain/event.ts'
import { type FieldValue, values } from '../../domain/field.ts'

/** What an event says in a field: nothing, one value, or several. */
export type Cell = FieldValue | null | readonly FieldValue[]

/** Fields that begin with the same names, to be read in one descent. */
interface Branch {
  readonly children: Map<string, Branch>
  /** Index of the field that ends here. */
  field: number
  /** Dotted names under which a document may hold something of this branch: 'os', 'os.type' and the like, those with a dot. */
  readonly dotted: Set<string>
}

/**
 * Reads many fields of an event at once, as `values` reads each. It goes down the nested objects once for all of them; a document that
 * writes one of the fields with a dot, or has a list of objects on the way, is left to `values`.
 */
export class FieldReader {
  readonly #fields: readonly string[]
  readonly #root = newBranch()

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

function newBranch(): Branch {
  return { children: new Map(), field: -1, dotted: new Set() }
}

function addField(branch: Branch, names: readonly string[], index: number): void {
  const [name, ...rest] = names
  if (name === undefined) {
    branch.field = index
    return
  }
  for (let length = 2; length <= names.length; length++) branch.dotted.add(names.slice(0, length).join('.'))
  let child = branch.children.get(name)
  if (child === undefined) {
    child = newBranch()
    branch.children.set(name, child)
  }
  addField(child, rest, index)
}

/** False where the document is not as simple as that. */
function readBranch({ children, dotted }: Branch, node: Readonly<Record<string, unknown>>, cells: Cell[]): boolean {
  for (const name in node) if (name.includes('.') && dotted.has(name)) return false
  for (const [name, child] of children) {
    const inner = node[name]
    if (inner === undefined || !Object.hasOwn(node, name)) continue
    if (typeof inner === 'object' && inner !== null) {
      if (Array.isArray(inner)) {
        if (child.children.size > 0) return false
        cells[child.field] = cellOf(values({ inner }, 'inner'))
      } else if (!readBranch(child, inner as Record<string, unknown>, cells)) return false
    } else if (child.field >= 0) cells[child.field] = inner as FieldValue | null
  }
  return true
}

function cellOf(found: readonly FieldValue[]): Cell {
  return found.length === 0 ? null : found.length === 1 ? found[0]! : found
}
