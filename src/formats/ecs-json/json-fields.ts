/**
 * The byte work of the quick NDJSON reader: finds the values of a few fields in one line of JSON without parsing the rest.
 *
 * The line is walked once from left to right. A key leads into a small tree of the wanted fields (`event` → `category`); a
 * key outside the tree is stepped over together with its value, which only needs quotes and brackets to be balanced. Of a
 * wanted field the bytes of its value are noted, not read. Whatever could make this walk see something else than
 * `JSON.parse` followed by `values` would (an escape in a key, a field or an object that comes twice, an array of objects,
 * text after the end) makes `find` answer false, and the caller parses the line in full.
 */
export class JsonFields {
  /** Where the value of field i stands in the block: `[from[i], to[i])`, quotes included; `from[i] < 0` if it is missing. */
  readonly from: Int32Array
  readonly to: Int32Array
  readonly #root: Node
  #block: Uint8Array = new Uint8Array()
  #end = 0
  /** Counts lines, so that "entered" marks need no clearing. */
  #line = 0

  constructor(fields: readonly string[]) {
    this.from = new Int32Array(fields.length)
    this.to = new Int32Array(fields.length)
    this.#root = tree(fields)
  }

  /** True if `block[from, to)`, a line without its newline, was understood; then `from` and `to` hold its values. */
  find(block: Uint8Array, from: number, to: number): boolean {
    this.#block = block
    this.#end = to
    this.#line++
    this.from.fill(-1)
    if (block[from] !== OPEN_BRACE) return false
    return this.#object(from, this.#root) === to
  }

  /** Walks the object at `at`; answers the place behind it, or -1 for anything surprising. */
  #object(at: number, node: Node): number {
    if (node.entered === this.#line) return -1
    node.entered = this.#line
    const block = this.#block
    const end = this.#end
    let p = this.#space(at + 1)
    if (block[p] === CLOSE_BRACE) return p + 1
    while (p < end) {
      if (block[p] !== QUOTE) return -1
      const keyFrom = ++p
      let dotted = false
      for (; p < end; p++) {
        const c = block[p]!
        if (c === QUOTE) break
        if (c === BACKSLASH || c < SPACE) return -1
        if (c === DOT) dotted = true
      }
      const keyTo = p
      p = this.#space(p + 1)
      if (block[p] !== COLON) return -1
      p = this.#space(p + 1)
      p = this.#value(p, dotted ? this.#path(node, keyFrom, keyTo) : child(node, block, keyFrom, keyTo))
      if (p < 0) return -1
      p = this.#space(p)
      const c = block[p]
      if (c === CLOSE_BRACE && p < end) return p + 1
      if (c !== COMMA) return -1
      p = this.#space(p + 1)
    }
    return -1
  }

  /** Steps over the value at `at`, noting or entering it if `node` wants it. */
  #value(at: number, node: Node | undefined): number {
    if (node === undefined) return this.#skip(at)
    if (this.#block[at] === OPEN_BRACE && node.children.length > 0) return node.field < 0 ? this.#object(at, node) : -1
    const after = this.#skip(at)
    if (node.field < 0) return this.#block[at] === OPEN_BRACKET ? -1 : after
    if (this.from[node.field]! >= 0) return -1
    this.from[node.field] = at
    this.to[node.field] = after
    return after
  }

  /** Follows a dotted key (`event.category`) into the tree. */
  #path(node: Node, from: number, to: number): Node | undefined {
    let at: Node | undefined = node
    for (let start = from; at !== undefined && start <= to; ) {
      let dot = start
      while (dot < to && this.#block[dot] !== DOT) dot++
      at = child(at, this.#block, start, dot)
      start = dot + 1
    }
    return at
  }

  #space(at: number): number {
    const block = this.#block
    let p = at
    while (p < this.#end && (block[p] === SPACE || block[p] === TAB || block[p] === RETURN)) p++
    return p
  }

  /** The place behind the value at `at`, or -1 if the line ends within it. */
  #skip(at: number): number {
    const block = this.#block
    const end = this.#end
    const first = block[at]
    if (first === QUOTE) return skipString(block, at + 1, end)
    let p = at
    if (first !== OPEN_BRACE && first !== OPEN_BRACKET) {
      while (
        p < end &&
        block[p] !== COMMA &&
        block[p] !== CLOSE_BRACE &&
        block[p] !== CLOSE_BRACKET &&
        block[p]! > SPACE
      )
        p++
      return p > at ? p : -1
    }
    let depth = 0
    while (p < end) {
      const c = block[p]!
      if (c === QUOTE) {
        p = skipString(block, p + 1, end)
        if (p < 0) return -1
        continue
      }
      p++
      if (c === OPEN_BRACE || c === OPEN_BRACKET) depth++
      else if ((c === CLOSE_BRACE || c === CLOSE_BRACKET) && --depth === 0) return p
    }
    return -1
  }
}

function skipString(block: Uint8Array, at: number, end: number): number {
  for (let p = at; p < end; p++) {
    const c = block[p]!
    if (c === QUOTE) return p + 1
    if (c === BACKSLASH) p++
  }
  return -1
}

const TAB = 9
const RETURN = 13
const SPACE = 32
const QUOTE = 34
const COMMA = 44
const DOT = 46
const COLON = 58
const OPEN_BRACKET = 91
const BACKSLASH = 92
const CLOSE_BRACKET = 93
const OPEN_BRACE = 123
const CLOSE_BRACE = 125

interface Node {
  readonly key: Uint8Array
  /** Index of the field that ends here, or -1. */
  field: number
  readonly children: Node[]
  /** The line in which this object was last entered. */
  entered: number
}

function tree(fields: readonly string[]): Node {
  const root: Node = { key: new Uint8Array(), field: -1, children: [], entered: 0 }
  for (const [index, field] of fields.entries()) {
    let node = root
    for (const part of field.split('.')) {
      const key = Buffer.from(part)
      let next = node.children.find((candidate) => key.equals(candidate.key))
      if (!next) {
        next = { key, field: -1, children: [], entered: 0 }
        node.children.push(next)
      }
      node = next
    }
    node.field = index
  }
  return root
}

function child(node: Node, block: Uint8Array, from: number, to: number): Node | undefined {
  const length = to - from
  const children = node.children
  for (let i = 0; i < children.length; i++) {
    const candidate = children[i]!
    const key = candidate.key
    if (key.length !== length || key[0] !== block[from]) continue
    let same = 1
    while (same < length && key[same] === block[from + same]) same++
    if (same >= length) return candidate
  }
  return undefined
}
