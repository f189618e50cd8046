import { stands, viewOf, type Words, wordsOf } from '../words.ts'

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
  /** The block of the last line, to read four bytes of it at once. */
  #block: Uint8Array = new Uint8Array()
  #words = viewOf(this.#block)
  #length = 0
  /** Counts lines, so that "entered" marks need no clearing. */
  #line = 0

  constructor(fields: readonly string[]) {
    this.from = new Int32Array(fields.length)
    this.to = new Int32Array(fields.length)
    this.#root = tree(fields)
  }

  /** True if `block[from, to)`, a line without its newline, was understood; then `from` and `to` hold its values. */
  find(block: Uint8Array, from: number, to: number): boolean {
    if (block !== this.#block) {
      this.#block = block
      this.#words = viewOf(block)
      this.#length = block.length
    }
    this.#line++
    for (let i = 0; i < this.from.length; i++) this.from[i] = -1
    return block[from] === OPEN_BRACE && this.#object(block, from, to, this.#root) === to
  }

  /** Walks the object at `at`; answers the place behind it, or -1 for anything surprising. */
  #object(block: Uint8Array, at: number, end: number, node: Node): number {
    if (node.entered === this.#line) return -1
    node.entered = this.#line
    let p = at + 1
    if (block[p]! <= SPACE) p = afterSpace(block, p, end)
    if (block[p] === CLOSE_BRACE) return p + 1
    let before = node.first
    while (p < end) {
      const guess = before.next
      const key: Key | undefined =
        guess !== undefined && p + guess.text.length <= this.#length && stands(guess.text, this.#words, p)
          ? guess
          : readKey(node, before, block, p, end)
      if (key === undefined) return -1
      p += key.text.length
      before = key
      if (block[p]! <= SPACE) p = afterSpace(block, p, end)
      p = key.leads === undefined ? this.#skip(key, block, p, end) : this.#value(block, p, end, key.leads)
      if (p < 0) return -1
      if (block[p]! <= SPACE) p = afterSpace(block, p, end)
      const c = block[p]
      if (c === CLOSE_BRACE && p < end) return p + 1
      if (c !== COMMA) return -1
      if (block[++p]! <= SPACE) p = afterSpace(block, p, end)
    }
    return -1
  }

  /** Steps over a value that nobody asked for. Many are the same in every line, and comparing them is quicker than reading them. */
  #skip(key: Key, block: Uint8Array, at: number, end: number): number {
    const { usual } = key
    if (usual.length > 0 && at + usual.length <= end && stands(usual, this.#words, at)) return at + usual.length
    const after = skipValue(block, at, end)
    if (key.unusual++ % PATIENCE === 0)
      key.usual = endsItself(block, at, after) ? wordsOf(block.subarray(at, after)) : NOTHING
    return after
  }

  /** Notes the value at `at` or enters it, as `node` wants. */
  #value(block: Uint8Array, at: number, end: number, node: Node): number {
    const first = block[at]
    if (first === OPEN_BRACE && node.children.length > 0)
      return node.field < 0 ? this.#object(block, at, end, node) : -1
    const after = skipValue(block, at, end)
    // A plain value in place of an object holds no field; after the object itself it would take its place.
    if (node.field < 0) return first === OPEN_BRACKET || node.entered === this.#line ? -1 : after
    if (this.from[node.field]! >= 0) return -1
    this.from[node.field] = at
    this.to[node.field] = after
    return after
  }
}

/** Reads the key at `at` up to its colon, and remembers it as the one that follows `before`; undefined for anything surprising. */
function readKey(node: Node, before: Key, block: Uint8Array, at: number, end: number): Key | undefined {
  if (block[at] !== QUOTE) return undefined
  let p = skipKey(block, at + 1, end)
  if (p < 0) return undefined
  if (block[p]! <= SPACE) p = afterSpace(block, p, end)
  if (block[p] !== COLON || p >= end) return undefined
  const key = keyOf(block.subarray(at, p + 1), descend(node, block, at + 1))
  // The empty key is too short for `stands`.
  if (key.text.length >= 4) before.next = key
  return key
}

/** The place behind the value at `at`, or -1 if the line ends within it. */
function skipValue(block: Uint8Array, at: number, end: number): number {
  const first = block[at]
  if (first === QUOTE) return skipString(block, at + 1, end)
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipNested(block, at, end)
  let p = at
  while (p < end && isBare(block[p]!)) p++
  return p > at ? p : -1
}

/** The characters of numbers, `true`, `false` and `null`; a value that took in any others could swallow the field after it. */
function isBare(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 97 && c <= 122) || c === 45 || c === 46 || c === 43 || c === 69
}

function skipNested(block: Uint8Array, at: number, end: number): number {
  let depth = 0
  for (let p = at; p < end; ) {
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

function skipString(block: Uint8Array, at: number, end: number): number {
  for (let p = at; p < end; p++) {
    const c = block[p]!
    if (c === QUOTE) return p + 1
    if (c === BACKSLASH) p++
  }
  return -1
}

/** Behind the quote that ends a key. A key with an escape could be any key, and a damaged one could have been: surprises. */
function skipKey(block: Uint8Array, at: number, end: number): number {
  for (let p = at; p < end; p++) {
    const c = block[p]!
    if (c === QUOTE) return p + 1
    if (c === BACKSLASH || c < SPACE) return -1
  }
  return -1
}

function keyOf(bytes: Uint8Array, leads: Node | undefined): Key {
  return { text: wordsOf(bytes), leads, next: undefined, usual: NOTHING, unusual: 1 }
}

function afterSpace(block: Uint8Array, at: number, end: number): number {
  let p = at
  while (p < end && (block[p] === SPACE || block[p] === TAB || block[p] === RETURN)) p++
  return p
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
  /** Stands before the first key of this object. */
  readonly first: Key
  /** The line in which this object was last entered. */
  entered: number
}

/**
 * A key that was met, and the one that came behind it then. A sender writes the same keys in the same order again and again, so
 * that this is nearly always the next one: comparing its bytes is quicker than reading a key and looking for it.
 */
interface Key {
  /** From the quote to the colon. */
  readonly text: Words
  /** Where it leads; undefined if to nothing that is wanted. */
  readonly leads: Node | undefined
  next: Key | undefined
  /** A value that stood behind it where nothing is wanted of it, and how often another one did. */
  usual: Words
  unusual: number
}

/** After so many other values, one of them is taken for the usual one. */
const PATIENCE = 64
/** Longer values are hardly ever the same, and are not worth the memory. */
const LONGEST_USUAL = 1024

/** Whether the bytes of a value say by themselves where it ends, as those of a number do not; none if `to` < 0. */
function endsItself(block: Uint8Array, from: number, to: number): boolean {
  const last = block[to - 1]
  const isClosed = last === QUOTE || last === CLOSE_BRACE || last === CLOSE_BRACKET
  return isClosed && to - from >= 4 && to - from <= LONGEST_USUAL
}

const NOTHING: Words = { length: 0, words: new Int32Array(), last: 0 }

function nodeOf(key: Uint8Array): Node {
  const first = { text: NOTHING, leads: undefined, next: undefined, usual: NOTHING, unusual: 1 }
  return { key, field: -1, children: [], first, entered: 0 }
}

function tree(fields: readonly string[]): Node {
  const root = nodeOf(new Uint8Array())
  for (const [index, field] of fields.entries()) {
    let node = root
    for (const part of field.split('.')) {
      const key = new Uint8Array(Buffer.from(part))
      let next = node.children.find((candidate) => Buffer.compare(candidate.key, key) === 0)
      if (!next) {
        next = nodeOf(key)
        node.children.push(next)
      }
      node = next
    }
    node.field = index
  }
  return root
}

/** Where the key that begins at `at` leads: to a child, or with dots (`event.category`) further down; undefined if nowhere. */
function descend(node: Node, block: Uint8Array, at: number): Node | undefined {
  const children = node.children
  const first = block[at]
  for (let i = 0; i < children.length; i++) {
    const child = children[i]!
    const key = child.key
    if (key[0] !== first) continue
    const length = key.length
    let same = 1
    while (same < length && key[same] === block[at + same]) same++
    if (same < length) continue
    const after = block[at + length]
    if (after === QUOTE) return child
    if (after === DOT) return descend(child, block, at + length + 1)
  }
  return undefined
}
