import { isCidr, plainAddress } from '../../domain/address.ts'
import { parseTime } from '../../domain/time.ts'
import { canonicalAddress, isAddressField } from '../../query/address.ts'
import type { Bounds, Query } from '../../query/ast.ts'
import { isTextField } from '../../query/text-field.ts'
import { equalTerm, rangeTerms } from './address-terms.ts'

/** A query in the language of the cluster. */
export type Dsl = Readonly<Record<string, unknown>>

/**
 * How an index keeps a field. `own` fields are ours: texts as they are, addresses as sortable terms beside them. The others are
 * as somebody mapped them. `none`: no index has the field. `unknown`: it is kept, and cannot be searched.
 */
export type FieldKind = 'own' | 'keyword' | 'text' | 'ip' | 'number' | 'date' | 'boolean' | 'none' | 'unknown'

/** Where an index keeps a field: a text may be searched through a `.keyword` beside it. */
export interface IndexedField {
  readonly kind: FieldKind
  readonly name: string
}

export type FieldOf = (field: string) => IndexedField

/** The fields of our own documents: those that are named, as they are. */
export function ownFields(names: readonly string[]): FieldOf {
  const own = new Set(names.filter((name) => !isTextField(name)))
  return (name) => ({ name, kind: own.has(name) ? 'own' : 'unknown' })
}

export interface CompiledQuery {
  readonly dsl: Dsl
  /** False where the cluster finds more than the query admits: then each document must still be asked. */
  readonly exact: boolean
}

export const EVERYTHING: Dsl = { match_all: {} }
export const NOTHING: Dsl = { match_none: {} }

/**
 * Our filter in the language of the cluster. Whatever the cluster would answer otherwise than `query/match.ts` becomes a wider
 * question and is not exact.
 */
export function compileQuery(query: Query, fieldOf: FieldOf): CompiledQuery {
  switch (query.kind) {
    case 'all':
      return exactly(EVERYTHING)
    case 'none':
      return exactly(NOTHING)
    case 'and': {
      const parts = query.of.map((part) => compileQuery(part, fieldOf))
      return { dsl: { bool: { filter: parts.map(({ dsl }) => dsl) } }, exact: parts.every(({ exact }) => exact) }
    }
    case 'or': {
      const parts = query.of.map((part) => compileQuery(part, fieldOf))
      const least = query.atLeast ?? 1
      if (least <= 0) return exactly(EVERYTHING)
      if (parts.length < least) return exactly(NOTHING)
      const should = parts.map(({ dsl }) => dsl)
      return { dsl: { bool: { should, minimum_should_match: least } }, exact: parts.every(({ exact }) => exact) }
    }
    case 'not': {
      const { dsl, exact } = compileQuery(query.of, fieldOf)
      // What is outside of a question that is too wide is too narrow.
      return exact ? exactly({ bool: { must_not: [dsl] } }) : wider(EVERYTHING)
    }
    default:
      return compileLeaf(query, fieldOf(query.field))
  }
}

type Leaf = Extract<Query, { readonly field: string }>

function compileLeaf(query: Leaf, { kind, name: field }: IndexedField): CompiledQuery {
  if (kind === 'none') return exactly(NOTHING)
  if (kind === 'unknown') return wider(EVERYTHING)
  switch (query.kind) {
    case 'exists':
      return exactly({ exists: { field } })
    case 'equals':
      return compileEquals(field, query.values.map(String), query.ignoreCase ?? false, kind)
    case 'match':
    case 'phrase':
      if (kind === 'text')
        return exactly({ [query.kind === 'match' ? 'match' : 'match_phrase']: { [field]: String(query.text) } })
      return compileEquals(field, [String(query.text)], false, kind)
    case 'range':
      return compileRange(field, query, kind)
    case 'wildcard':
      return compilePattern('wildcard', field, query.pattern, query.ignoreCase ?? false, kind)
    case 'prefix':
      return compilePattern('prefix', field, query.prefix, query.ignoreCase ?? false, kind)
  }
}

function compileEquals(field: string, wanted: readonly string[], ignoreCase: boolean, kind: FieldKind): CompiledQuery {
  if (wanted.length === 0) return exactly(NOTHING)
  switch (kind) {
    case 'own':
      if (isAddressField(field)) return exactly(anyOf(wanted.map((text) => ownAddress(field, text))))
      return equalTexts(field, wanted, ignoreCase)
    case 'keyword':
      return equalTexts(field, wanted, ignoreCase)
    case 'ip':
      return exactly(
        termsOf(field, wanted.filter((text) => canonicalAddress(text) !== undefined || isCidr(text)).map(unmapped)),
      )
    case 'number':
      return exactly(
        termsOf(
          field,
          wanted.filter((text) => String(Number(text)) === text),
        ),
      )
    case 'boolean':
      return exactly(
        termsOf(
          field,
          wanted.filter((text) => text === 'true' || text === 'false'),
        ),
      )
    default:
      return wider({ exists: { field } })
  }
}

function equalTexts(field: string, wanted: readonly string[], ignoreCase: boolean): CompiledQuery {
  if (!ignoreCase) return exactly(termsOf(field, wanted))
  if (!wanted.every(isAscii)) return wider({ exists: { field } })
  return exactly(anyOf(wanted.map((value) => ({ term: { [field]: { value, case_insensitive: true } } }))))
}

/** A range, an address or, in a field for addresses that holds something else, a text. */
function ownAddress(field: string, text: string): Dsl {
  const range = text.includes('/') ? rangeTerms(field, text) : undefined
  if (range) return { range: { [ADDRESSES]: range } }
  const term = equalTerm(field, text)
  return { term: term === undefined ? { [field]: text } : { [ADDRESSES]: term } }
}

/** Where our own documents keep the sortable terms of all of their addresses. */
export const ADDRESSES = 'journal.addresses'

function compileRange(field: string, { gt, gte, lt, lte }: Bounds, kind: FieldKind): CompiledQuery {
  const bounds = Object.entries({ gt, gte, lt, lte }).filter(([, bound]) => bound !== undefined)
  const range = (read: (bound: number | string) => unknown) => {
    const values = bounds.map(([name, bound]) => [name, read(bound!)] as const)
    return values.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(values)
  }
  const number = (bound: number | string) =>
    Number.isFinite(Number(bound)) && bound !== '' ? Number(bound) : undefined
  const time = (bound: number | string) => (Number.isNaN(parseTime(bound)) ? undefined : parseTime(bound))
  const address = (bound: number | string) => canonicalAddress(String(bound))
  const found =
    kind === 'number' ? range(number) : kind === 'date' ? range(time) : kind === 'ip' ? range(address) : undefined
  if (!found) return wider({ exists: { field } })
  return exactly({ range: { [field]: kind === 'date' ? { ...found, format: 'epoch_millis' } : found } })
}

function compilePattern(
  kind: 'wildcard' | 'prefix',
  field: string,
  value: string,
  ignoreCase: boolean,
  fieldKind: FieldKind,
): CompiledQuery {
  const text = fieldKind === 'own' || fieldKind === 'keyword'
  if (!text || (ignoreCase && !isAscii(value))) return wider({ exists: { field } })
  return exactly({ [kind]: { [field]: { value, ...(ignoreCase && { case_insensitive: true }) } } })
}

/** The cluster takes `::ffff:127.0.0.1` for `127.0.0.1`, and refuses a range that is written in that way. */
function unmapped(text: string): string {
  const [network = '', digits] = text.split('/')
  const plain = plainAddress(network)
  if (digits === undefined || plain === undefined || !network.includes(':') || plain.includes(':')) return text
  return `${plain}/${Number(digits) - 96}`
}

function termsOf(field: string, wanted: readonly string[]): Dsl {
  return wanted.length === 0 ? NOTHING : { terms: { [field]: wanted } }
}

function anyOf(parts: readonly Dsl[]): Dsl {
  return parts.length === 1 ? parts[0]! : { bool: { should: parts, minimum_should_match: 1 } }
}

/** The cluster folds the case of ASCII letters alone. */
function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text)
}

function exactly(dsl: Dsl): CompiledQuery {
  return { dsl, exact: true }
}

function wider(dsl: Dsl): CompiledQuery {
  return { dsl, exact: false }
}
