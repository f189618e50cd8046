import { type Located, whereIn } from '../rules/read/located.ts'

/** Who set a value. */
export type Origin =
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'file'; readonly place: string }
  | { readonly kind: 'default' }

/** A value of the settings as its author wrote it, and who that was. Tables are Maps: a key may be called `__proto__`. */
export type Layer = { readonly origin: Origin } & (
  | { readonly kind: 'scalar'; readonly value: unknown }
  | { readonly kind: 'list'; readonly items: readonly Layer[] }
  | { readonly kind: 'table'; readonly entries: ReadonlyMap<string, Layer> }
)

type Path = readonly (string | number)[]

/** For a person: `--state-dir`, `ODDSOCK_STORAGE__PATH`, `oddsock.toml:3:8`, `default`. */
export function originName(origin: Origin): string {
  return origin.kind === 'file' ? origin.place : origin.kind === 'default' ? 'default' : origin.name
}

export function fromFile(located: Located, file: string): Layer {
  const origin: Origin = { kind: 'file', place: whereIn(file, located.at) }
  switch (located.kind) {
    case 'scalar':
      return { kind: 'scalar', value: located.value, origin }
    case 'list':
      return { kind: 'list', items: located.items.map((item) => fromFile(item, file)), origin }
    case 'table':
      return { kind: 'table', entries: mapped(located.entries, (entry) => fromFile(entry, file)), origin }
  }
}

/** Plain JSON of one author. */
export function fromPlain(value: unknown, origin: Origin): Layer {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => fromPlain(item, origin)), origin }
  if (typeof value !== 'object' || value === null) return { kind: 'scalar', value, origin }
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined)
  return { kind: 'table', entries: mapped(new Map(entries), (entry) => fromPlain(entry, origin)), origin }
}

/** Where the settings are, and itself none of them. */
const NO_SETTING = 'ODDSOCK_CONFIG'

/**
 * `ODDSOCK_STORAGE__PATH=/data` sets `storage.path`, `ODDSOCK_SINK__0__URL` the `url` of the first sink.
 *
 * @param others variables that a setting names, such as the `secret_env` of a sink
 */
export function fromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  others: ReadonlySet<string> = new Set(),
): Layer {
  let whole: Layer = { kind: 'table', entries: new Map(), origin: { kind: 'environment', name: 'environment' } }
  for (const [name, value] of Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!name.startsWith('ODDSOCK_') || name === NO_SETTING || others.has(name) || value === undefined) continue
    const origin: Origin = { kind: 'environment', name }
    const keys = name.slice('ODDSOCK_'.length).toLowerCase().split('__')
    const layer = keys.reduceRight<Layer>(
      (inner, key) => ({ kind: 'table', entries: new Map([[key, inner]]), origin }),
      {
        kind: 'scalar',
        value,
        origin,
      },
    )
    whole = laid(layer, whole)
  }
  return whole
}

/** One layer over another: tables are joined key by key, everything else is replaced; `0`, `1`, … reach into a list. */
export function laid(over: Layer, under: Layer | undefined): Layer {
  if (over.kind !== 'table') return over
  if (under?.kind === 'list' && isIndexed(over)) return intoList(over, under)
  const below = under?.kind === 'table' ? under.entries : new Map<string, Layer>()
  const entries = new Map(below)
  for (const [key, value] of over.entries) entries.set(key, laid(value, below.get(key)))
  return { kind: 'table', entries, origin: under?.origin ?? over.origin }
}

function isIndexed({ entries }: Extract<Layer, { kind: 'table' }>): boolean {
  return entries.size > 0 && [...entries.keys()].every((key) => /^\d+$/.test(key))
}

function intoList(over: Extract<Layer, { kind: 'table' }>, under: Extract<Layer, { kind: 'list' }>): Layer {
  const items = [...under.items]
  for (const [key, value] of [...over.entries].sort(([a], [b]) => Number(a) - Number(b))) {
    const index = Math.min(Number(key), items.length)
    items[index] = laid(value, items[index])
  }
  return { kind: 'list', items, origin: over.origin }
}

/** Plain JSON again. Every key becomes an own property, whatever it is called. */
export function plainOf(layer: Layer): unknown {
  switch (layer.kind) {
    case 'scalar':
      return layer.value
    case 'list':
      return layer.items.map(plainOf)
    case 'table':
      return Object.fromEntries([...layer.entries].map(([key, value]) => [key, plainOf(value)]))
  }
}

/** What stands at a path, or the nearest thing around it. */
export function nearestTo(layer: Layer, [key, ...rest]: Path): Layer {
  const inner =
    key === undefined
      ? undefined
      : layer.kind === 'table'
        ? layer.entries.get(String(key))
        : layer.kind === 'list'
          ? layer.items[Number(key)]
          : undefined
  return inner === undefined ? layer : nearestTo(inner, rest)
}

/** The layer with the scalar at a path changed. */
export function replacedAt(layer: Layer, [key, ...rest]: Path, change: (scalar: Layer) => Layer): Layer {
  if (key === undefined) return change(layer)
  if (layer.kind === 'table') {
    const inner = layer.entries.get(String(key))
    return inner
      ? { ...layer, entries: new Map(layer.entries).set(String(key), replacedAt(inner, rest, change)) }
      : layer
  }
  if (layer.kind !== 'list') return layer
  return { ...layer, items: layer.items.map((item, i) => (i === key ? replacedAt(item, rest, change) : item)) }
}

/** Every scalar with its path, in the order of the layer; an empty list or table stands for itself. */
export function* leavesOf(layer: Layer, path: Path = []): Generator<{ readonly path: Path; readonly leaf: Layer }> {
  const inner: readonly (readonly [string | number, Layer])[] =
    layer.kind === 'table' ? [...layer.entries] : layer.kind === 'list' ? [...layer.items.entries()] : []
  if (inner.length === 0) yield { path, leaf: layer }
  for (const [key, value] of inner) yield* leavesOf(value, [...path, key])
}

/** Variables of the environment that settings name: the values of `secret_env` and its like. */
export function variablesNamedIn(layer: Layer): Set<string> {
  const named = [...leavesOf(layer)].filter(({ path }) => /_env$/.test(String(path.at(-1))))
  return new Set(named.map(({ leaf }) => String(plainOf(leaf))))
}

function mapped<T, U>(map: ReadonlyMap<string, T>, change: (value: T) => U): Map<string, U> {
  return new Map([...map].map(([key, value]) => [key, change(value)]))
}
