import { type AST, ParseError, parseTOML } from 'toml-eslint-parser'
import { AppError } from '../../domain/error.ts'
import { type Located, type LocatedTable, type Position, whereIn } from './located.ts'

/**
 * Reads TOML, each value with its place. The parser's own way to plain objects is not used: there a key `__proto__` would set
 * a prototype.
 *
 * @throws AppError FILE_UNREADABLE
 */
export function parseToml(text: string, file: string): LocatedTable {
  const [root] = parse(text, file).body
  const top = new Table({ line: 1, column: 1 })
  for (const node of root.body)
    if (node.type === 'TOMLKeyValue') assign(top, node)
    else {
      const table = tableFor(top, node)
      for (const entry of node.body) assign(table, entry)
    }
  return top
}

class Table {
  readonly kind = 'table'
  readonly entries = new Map<string, Located>()
  readonly at: Position

  constructor(at: Position) {
    this.at = at
  }
}

function parse(text: string, file: string): AST.TOMLProgram {
  try {
    return parseTOML(text, { tomlVersion: '1.0' })
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    throw new AppError({
      message: `Cannot read TOML: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`,
      where: whereIn(file, { line: error.lineNumber, column: error.column + 1 }),
      code: 'FILE_UNREADABLE',
      hint: 'Correct the file there; a text needs quotes, a table a name in brackets.',
    })
  }
}

/** The table that a header opens: `[a.b]`, or a new last one of `[[a.b]]`. */
function tableFor(top: Table, node: AST.TOMLTable): Table {
  let table = top
  const keys = node.key.keys.map(nameOf)
  keys.forEach((key, i) => {
    table =
      i === keys.length - 1 && node.kind === 'array' ? appended(table, key, node) : inner(table, key, placeOf(node))
  })
  return table
}

function appended(table: Table, key: string, node: AST.TOMLTable): Table {
  const item = new Table(placeOf(node))
  const list = table.entries.get(key)
  const items = list?.kind === 'list' ? list.items : []
  table.entries.set(key, { kind: 'list', items: [...items, item], at: list?.at ?? item.at })
  return item
}

/** The table under `key`; of a list of tables the last one, as TOML has it. */
function inner(table: Table, key: string, at: Position): Table {
  const found = table.entries.get(key)
  const last = found?.kind === 'list' ? found.items.at(-1) : found
  if (last instanceof Table) return last
  const made = new Table(at)
  table.entries.set(key, made)
  return made
}

function assign(table: Table, node: AST.TOMLKeyValue): void {
  const keys = node.key.keys.map(nameOf)
  const last = keys.pop()!
  const target = keys.reduce((at, key) => inner(at, key, placeOf(node)), table)
  target.entries.set(last, located(node.value))
}

function located(node: AST.TOMLContentNode): Located {
  const at = placeOf(node)
  switch (node.type) {
    case 'TOMLArray':
      return { kind: 'list', items: node.elements.map(located), at }
    case 'TOMLInlineTable': {
      const table = new Table(at)
      for (const entry of node.body) assign(table, entry)
      return table
    }
    case 'TOMLValue':
      return { kind: 'scalar', value: node.value instanceof Date ? node.value.toISOString() : node.value, at }
  }
}

function nameOf(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value
}

/** The parser counts columns from 0. */
function placeOf(node: AST.TOMLNode): Position {
  return { line: node.loc.start.line, column: node.loc.start.column + 1 }
}
