import { AppError } from '../domain/error.ts'
import type { FieldValue } from '../domain/field.ts'
import { ALL, and, type Bounds, NONE, not, or, type Query } from './ast.ts'
import { isTextField, words } from './text-field.ts'

/**
 * Reads a query of Elastic's query DSL, as datafeeds hold it: `bool`, `term`, `terms`, `match`, `match_phrase`, `range`,
 * `exists`, `wildcard`, `prefix`, `constant_score`, `match_all`, `match_none`.
 *
 * @param path where the query stands in its document, for messages
 * @throws AppError QUERY_UNREADABLE naming the part that is not understood and its path
 * @example parseEsQuery({ term: { 'event.category': 'network' } }) // { kind: 'equals', field: 'event.category', values: ['network'] }
 */
export function parseEsQuery(json: unknown, path = 'query'): Query {
  return readQuery(json, path, 0)
}

/** Deeper than anything written by hand, shallower than the stack. */
const DEEPEST = 100

type Reader = (body: unknown, path: string, depth: number) => Query

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['bool', readBool],
  ['term', readTerm],
  ['terms', readTerms],
  ['match', readMatch],
  ['match_phrase', readPhrase],
  ['range', readRange],
  ['exists', readExists],
  ['wildcard', readWildcard],
  ['prefix', readPrefix],
  ['constant_score', readConstantScore],
  ['match_all', constant(ALL)],
  ['match_none', constant(NONE)],
])

/** Settings that change a score or a label and never what is found. */
const SCORING = ['boost', '_name']

function constant(query: Query): Reader {
  return (body, path) => {
    readObject(body, path, SCORING)
    return query
  }
}

function readQuery(json: unknown, path: string, depth: number): Query {
  if (depth > DEEPEST) throw unreadable(path, `queries nest more than ${DEEPEST} deep`)
  const entries = [...readObject(json, path)]
  if (entries.length !== 1)
    throw unreadable(
      path,
      `expected one query type, found ${entries.length === 0 ? 'none' : quoted(entries.map(([key]) => key))}`,
    )
  const [type, body] = entries[0]!
  const reader = READERS.get(type)
  if (!reader)
    throw unreadable(
      `${path}.${type}`,
      `query type "${type}" is not understood`,
      `Known are ${[...READERS.keys()].join(', ')}.`,
    )
  return reader(body, `${path}.${type}`, depth)
}

function readBool(body: unknown, path: string, depth: number): Query {
  const parts = readObject(body, path, [
    ...SCORING,
    'filter',
    'must',
    'should',
    'must_not',
    'minimum_should_match',
    'adjust_pure_negative',
  ])
  const clauses = (name: string): Query[] => {
    const value = parts.get(name)
    if (value === undefined) return []
    if (!Array.isArray(value)) return [readQuery(value, `${path}.${name}`, depth + 1)]
    return value.map((item, i) => readQuery(item, `${path}.${name}[${i}]`, depth + 1))
  }
  const required = [...clauses('filter'), ...clauses('must')]
  const should = clauses('should')
  const least = readLeast(parts.get('minimum_should_match'), should.length, `${path}.minimum_should_match`)
  return and(
    ...required,
    ...shouldClause(should, least ?? (required.length === 0 ? 1 : 0)),
    ...clauses('must_not').map(not),
  )
}

/** Nothing where the clauses only raise a score. */
function shouldClause(should: readonly Query[], least: number): Query[] {
  if (should.length === 0 || least <= 0) return []
  if (least > should.length) return [NONE]
  return [least === 1 ? or(...should) : { kind: 'or', of: should, atLeast: least }]
}

/** `minimum_should_match` as a count of clauses: `2`, `-1` (all but one), `75%`, `-25%`; undefined where it is not given. */
function readLeast(value: unknown, clauses: number, path: string): number | undefined {
  if (value === undefined) return undefined
  const match = /^(-?\d+)(%?)$/.exec(String(value).trim())
  if (!match || (typeof value !== 'number' && typeof value !== 'string'))
    throw unreadable(
      path,
      `minimum_should_match ${show(value)} is not understood`,
      'It is a number of clauses or a percentage of them: 1, -1, "75%".',
    )
  const amount = match[2] ? Math.trunc((clauses * Number(match[1])) / 100) : Number(match[1])
  return Number(match[1]) < 0 ? clauses + amount : amount
}

function readTerm(body: unknown, path: string): Query {
  const { field, settings, at } = readField(body, path, 'value', ['case_insensitive'])
  return { kind: 'equals', field, values: [readValue(settings.get('value'), at)], ...ignoreCase(settings, at) }
}

function readTerms(body: unknown, path: string): Query {
  const { field, value } = readFieldEntry(body, path)
  const at = `${path}.${field}`
  if (!Array.isArray(value))
    throw unreadable(at, 'expected a list of values', 'A lookup of terms in another index is not understood.')
  return { kind: 'equals', field, values: value.map((item, i) => readValue(item, `${at}[${i}]`)) }
}

function readMatch(body: unknown, path: string): Query {
  const { field, settings, at } = readField(body, path, 'query', ['operator'])
  const operator = settings.get('operator') ?? 'or'
  if (typeof operator !== 'string' || !/^(and|or)$/i.test(operator))
    throw unreadable(`${at}.operator`, `expected "and" or "or", found ${show(operator)}`)
  const text = readValue(settings.get('query'), at)
  const every = operator.toLowerCase() === 'and' && isTextField(field) ? words(String(text)) : []
  return every.length > 0
    ? and(...every.map((word): Query => ({ kind: 'match', field, text: word })))
    : { kind: 'match', field, text }
}

function readPhrase(body: unknown, path: string): Query {
  const { field, settings, at } = readField(body, path, 'query', [])
  return { kind: 'phrase', field, text: readValue(settings.get('query'), at) }
}

function readRange(body: unknown, path: string): Query {
  const { field, value } = readFieldEntry(body, path)
  const at = `${path}.${field}`
  const settings = readObject(value, at, [...SCORING, 'gt', 'gte', 'lt', 'lte', 'format'])
  const format = settings.get('format')
  if (
    format !== undefined &&
    format !== 'epoch_millis' &&
    !/^(strict_)?date_(optional_)?time(\|\|epoch_millis)?$/.test(String(format))
  )
    throw unreadable(
      `${at}.format`,
      `date format ${show(format)} is not understood`,
      'Known are ISO 8601 times and epoch_millis.',
    )
  const bounds: { -readonly [name in keyof Bounds]: Bounds[name] } = {}
  for (const name of ['gt', 'gte', 'lt', 'lte'] as const)
    if (settings.has(name)) bounds[name] = readBound(settings.get(name), `${at}.${name}`)
  if (Object.keys(bounds).length === 0) throw unreadable(at, 'expected at least one of gt, gte, lt, lte')
  return { kind: 'range', field, ...bounds }
}

function readBound(value: unknown, path: string): number | string {
  if (typeof value !== 'number' && typeof value !== 'string')
    throw unreadable(path, `expected a number or a text, found ${show(value)}`)
  if (typeof value === 'string' && (value.startsWith('now') || value.includes('||')))
    throw unreadable(
      path,
      `date math "${value}" is not understood`,
      'A query here gives one answer for one event at any time of day: write a time.',
    )
  return value
}

function readExists(body: unknown, path: string): Query {
  const field = readObject(body, path, [...SCORING, 'field']).get('field')
  if (typeof field !== 'string' || field === '')
    throw unreadable(`${path}.field`, `expected the name of a field, found ${show(field)}`)
  return { kind: 'exists', field }
}

function readWildcard(body: unknown, path: string): Query {
  const { field, value } = readFieldEntry(body, path)
  const named = isObject(value) && Object.hasOwn(value, 'wildcard') ? 'wildcard' : 'value'
  const { settings, at } = readField(body, path, named, ['case_insensitive', 'rewrite'])
  return { kind: 'wildcard', field, pattern: String(readValue(settings.get(named), at)), ...ignoreCase(settings, at) }
}

function readPrefix(body: unknown, path: string): Query {
  const { field, settings, at } = readField(body, path, 'value', ['case_insensitive', 'rewrite'])
  return { kind: 'prefix', field, prefix: String(readValue(settings.get('value'), at)), ...ignoreCase(settings, at) }
}

function readConstantScore(body: unknown, path: string, depth: number): Query {
  return readQuery(readObject(body, path, [...SCORING, 'filter']).get('filter'), `${path}.filter`, depth + 1)
}

function ignoreCase(settings: ReadonlyMap<string, unknown>, path: string): { ignoreCase?: true } {
  const value = settings.get('case_insensitive') ?? false
  if (typeof value !== 'boolean')
    throw unreadable(`${path}.case_insensitive`, `expected true or false, found ${show(value)}`)
  return value ? { ignoreCase: true } : {}
}

/** `{ FIELD: value }` or `{ FIELD: { [named]: value, … } }`; the value stands in `settings` under `named` either way. */
function readField(body: unknown, path: string, named: string, allowed: readonly string[]) {
  const { field, value } = readFieldEntry(body, path)
  const at = `${path}.${field}`
  if (!isObject(value)) return { field, at, settings: new Map([[named, value]]) }
  return { field, at, settings: readObject(value, at, [...SCORING, named, ...allowed]) }
}

function readFieldEntry(body: unknown, path: string): { field: string; value: unknown } {
  const entries = [...readObject(body, path)].filter(([key]) => !SCORING.includes(key))
  if (entries.length !== 1)
    throw unreadable(
      path,
      `expected one field, found ${entries.length === 0 ? 'none' : quoted(entries.map(([key]) => key))}`,
    )
  const [field, value] = entries[0]!
  return { field, value }
}

function readValue(value: unknown, path: string): FieldValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  throw unreadable(path, `expected a text, a number, true or false, found ${show(value)}`)
}

/** A Map, since field names of a user's file may be anything, `__proto__` too. */
function readObject(json: unknown, path: string, allowed?: readonly string[]): ReadonlyMap<string, unknown> {
  if (!isObject(json)) throw unreadable(path, `expected an object, found ${show(json)}`)
  const entries = Object.entries(json)
  const unknown = allowed && entries.find(([key]) => !allowed.includes(key))
  if (unknown)
    throw unreadable(
      `${path}.${unknown[0]}`,
      `"${unknown[0]}" is not understood here`,
      `Known here are ${allowed.join(', ')}.`,
    )
  return new Map(entries)
}

function isObject(json: unknown): json is object {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}

function unreadable(where: string, what: string, hint?: string): AppError {
  return new AppError({ message: `Cannot read query: ${what}`, where, code: 'QUERY_UNREADABLE', ...(hint && { hint }) })
}
