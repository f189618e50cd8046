/** An element of a page that was read back. */
export interface Element {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Element[]
  /** All text in it, that of its children included. */
  readonly text: string
}

interface Open {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: Element[]
  text: string
}

const TOKEN =
  /<!doctype html>|<(?<close>\/)?(?<name>[a-z1-6]+)(?<attributes>(?: [\w-]+="[^"<>]*")*)(?<empty>\/)?>|(?<text>[^<>]+)/gy
const VOID = new Set(['meta'])
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
])

/**
 * Reads markup back, far more strictly than a browser: every tag is closed, every attribute quoted, and a bare `<`, `>` or `&`
 * is an error. What gets in unescaped shows itself here.
 *
 * @throws SyntaxError with the place
 */
export function readMarkup(markup: string): Element {
  const root: Open = { name: '', attributes: new Map(), children: [], text: '' }
  const open = [root]
  let read = 0
  for (const { 0: token, index, groups } of markup.matchAll(TOKEN)) {
    read = index + token.length
    const here = open.at(-1)!
    if (groups?.text !== undefined) here.text += unescaped(groups.text)
    else if (groups?.close) closeLast(open, groups.name!)
    else if (groups?.name) {
      const { name, empty } = groups
      open.push({ name, attributes: attributesOf(groups.attributes ?? ''), children: [], text: '' })
      if (empty || VOID.has(name)) closeLast(open, name)
    }
  }
  if (read !== markup.length) throw new SyntaxError(`Cannot read markup at: ${markup.slice(read, read + 120)}`)
  if (open.length > 1) throw new SyntaxError(`Cannot read markup: "${open.at(-1)!.name}" is never closed`)
  return root
}

/** The element and all below it, in the order of the page. */
export function* everyElement(element: Element): Generator<Element> {
  yield element
  for (const child of element.children) yield* everyElement(child)
}

/** All elements of a name, in the order of the page. */
export function elements(root: Element, name: string): Element[] {
  return [...everyElement(root)].filter((element) => element.name === name)
}

function closeLast(open: Open[], name: string): void {
  const closed = open.pop()!
  if (closed.name !== name) throw new SyntaxError(`Cannot read markup: "${closed.name}" is closed by "${name}"`)
  const parent = open.at(-1)!
  parent.children.push(closed)
  parent.text += closed.text
}

function attributesOf(text: string): Map<string, string> {
  const found = [...text.matchAll(/ ([\w-]+)="([^"]*)"/g)]
  const attributes = new Map(found.map(([, name, value]) => [name!, unescaped(value!)]))
  if (attributes.size !== found.length) throw new SyntaxError(`Cannot read markup: an attribute comes twice in${text}`)
  return attributes
}

function unescaped(text: string): string {
  return text.replace(/&[^;&]*;?/g, (entity) => {
    const character = ENTITIES.get(entity)
    if (character === undefined) throw new SyntaxError(`Cannot read markup: unknown entity "${entity}"`)
    return character
  })
}
