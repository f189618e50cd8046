/** Where something was written: line and column, both from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A value of a file of a user, with the place where it was written. Tables are Maps: a key may be called `__proto__`. */
export type Located = { readonly at: Position } & (
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null }
  | { readonly kind: 'list'; readonly items: readonly Located[] }
  | { readonly kind: 'table'; readonly entries: ReadonlyMap<string, Located> }
)

export type LocatedTable = Extract<Located, { readonly kind: 'table' }>

/** The value alone, as plain JSON. Every key becomes an own property, whatever it is called. */
export function plain(located: Located): unknown {
  switch (located.kind) {
    case 'scalar':
      return located.value
    case 'list':
      return located.items.map(plain)
    case 'table':
      return Object.fromEntries([...located.entries].map(([key, value]) => [key, plain(value)]))
  }
}

/** Where the value at `path` stands; for what is missing, where the nearest thing around it stands. */
export function positionOf(located: Located, path: readonly (string | number)[]): Position {
  const [key, ...rest] = path
  const inner =
    located.kind === 'table'
      ? located.entries.get(String(key))
      : located.kind === 'list'
        ? located.items[Number(key)]
        : undefined
  return key === undefined || inner === undefined ? located.at : positionOf(inner, rest)
}

/** `rules/odd.toml:12:21`, as editors understand it. */
export function whereIn(file: string, { line, column }: Position): string {
  return `${file}:${line}:${column}`
}
