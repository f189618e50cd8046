import { glob } from '../query/glob.ts'

/**
 * The `filter_path` of Elasticsearch: which parts of a reply a client wants. Comma-separated paths with dots; `*` stands for any part
 * of a name, `**` for any number of names, `-` before a path takes it away. What is left without content is left out.
 *
 * https://www.elastic.co/docs/reference/elasticsearch/rest-apis/common-options#common-options-response-filtering
 *
 * @example filterPath({ took: 1, errors: false }, 'errors') // { errors: false }
 */
export function filterPath(reply: unknown, paths: string): unknown {
  const all = paths
    .split(',')
    .slice(0, MOST_PATHS)
    .map((path) => path.trim())
    .filter((path) => path !== '' && path !== '-')
  const wanted = all.filter((path) => !path.startsWith('-')).map(pathOf)
  const unwanted = all.filter((path) => path.startsWith('-')).map((path) => pathOf(path.slice(1)))
  const kept = wanted.length > 0 ? keep(reply, wanted) : reply
  return (unwanted.length > 0 ? drop(kept, unwanted) : kept) ?? {}
}

/** More than anybody needs: every name of a reply is compared with each. */
const MOST_PATHS = 32

/** What is still to come of a path; one object for each place in it, so that equal ends of a path are the same. */
interface Path {
  /** Undefined for `**`. */
  readonly matches: ((name: string) => boolean) | undefined
  /** Undefined where the path ends. */
  readonly next: Path | undefined
}

function pathOf(path: string): Path {
  const names = path.split('.').map((name) => (name === '**' ? undefined : glob(name.replace(/[?\\]/g, '\\$&'))))
  return names.reduceRight<Path | undefined>((next, matches) => ({ matches, next }), undefined)!
}

/** What is left of the paths below a name, and whether one of them ends there. */
function below(paths: readonly Path[], name: string): { readonly paths: readonly Path[]; readonly ends: boolean } {
  const left = new Set<Path>()
  let ends = false
  const step = (path: Path | undefined) => {
    if (path === undefined) return
    if (path.matches === undefined) {
      left.add(path)
      ends ||= path.next === undefined
      step(path.next)
    } else if (path.matches(name)) {
      if (path.next) left.add(path.next)
      ends ||= isRest(path.next)
    }
  }
  for (const path of paths) step(path)
  return { paths: [...left], ends }
}

/** Whether nothing more has to come: the end, or `**` as the last name. */
function isRest(path: Path | undefined): boolean {
  return path === undefined || (path.matches === undefined && isRest(path.next))
}

function keep(value: unknown, paths: readonly Path[]): unknown {
  return walk(value, undefined, (inner, name) => {
    if (name === undefined) return keep(inner, paths)
    const left = below(paths, name)
    return left.ends ? inner : keep(inner, left.paths)
  })
}

function drop(value: unknown, paths: readonly Path[]): unknown {
  return walk(value, value, (inner, name) => {
    if (name === undefined) return drop(inner, paths)
    const left = below(paths, name)
    return left.ends ? undefined : drop(inner, left.paths)
  })
}

/** Applies `visit` to what an object or array holds, and drops what comes back as nothing; a leaf becomes `leaf`. */
function walk(value: unknown, leaf: unknown, visit: (inner: unknown, name?: string) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return leaf
  if (Array.isArray(value)) {
    const items = value.map((item) => visit(item)).filter((item) => item !== undefined)
    return items.length > 0 ? items : undefined
  }
  const entries = Object.entries(value)
    .map(([name, inner]) => [name, visit(inner, name)] as const)
    .filter(([, inner]) => inner !== undefined)
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}
