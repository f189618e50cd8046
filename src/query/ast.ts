import type { FieldValue } from '../domain/field.ts'

/**
 * One filter over events, whatever language it was written in. Fields are keyword fields unless their name says otherwise:
 * `message`, `error.message` and names that end in `.text` are texts, names that end in `.ip` are addresses (see `match.ts`).
 */
export type Query =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'and'; readonly of: readonly Query[] }
  /** At least `atLeast` (1 unless said) of them hold: `minimum_should_match`. */
  | { readonly kind: 'or'; readonly of: readonly Query[]; readonly atLeast?: number }
  | { readonly kind: 'not'; readonly of: Query }
  /** One of `values`, exactly. On an address field a value may be a range in CIDR notation. */
  | {
      readonly kind: 'equals'
      readonly field: string
      readonly values: readonly FieldValue[]
      readonly ignoreCase?: true
    }
  /** Any of the words of `text`; on a field that is no text, the value itself. */
  | { readonly kind: 'match'; readonly field: string; readonly text: FieldValue }
  /** The words of `text` next to each other, in this order; on a field that is no text, the value itself. */
  | { readonly kind: 'phrase'; readonly field: string; readonly text: FieldValue }
  | ({ readonly kind: 'range'; readonly field: string } & Bounds)
  | { readonly kind: 'exists'; readonly field: string }
  /** `*` stands for any run of characters, `?` for one, `\` takes the next character as it is. */
  | { readonly kind: 'wildcard'; readonly field: string; readonly pattern: string; readonly ignoreCase?: true }
  | { readonly kind: 'prefix'; readonly field: string; readonly prefix: string; readonly ignoreCase?: true }

/** At least one is given. Numbers, ISO 8601 times, addresses, or else texts in the order of their UTF-16 code units. */
export interface Bounds {
  readonly gt?: number | string
  readonly gte?: number | string
  readonly lt?: number | string
  readonly lte?: number | string
}

export const ALL: Query = { kind: 'all' }
export const NONE: Query = { kind: 'none' }

/** All of them; one alone is itself, none at all hold always. */
export function and(...of: readonly Query[]): Query {
  return of.length === 0 ? ALL : of.length === 1 ? of[0]! : { kind: 'and', of }
}

/** Any of them; one alone is itself, none at all hold never. */
export function or(...of: readonly Query[]): Query {
  return of.length === 0 ? NONE : of.length === 1 ? of[0]! : { kind: 'or', of }
}

export function not(of: Query): Query {
  return { kind: 'not', of }
}

export function equals(field: string, ...values: readonly FieldValue[]): Query {
  return { kind: 'equals', field, values }
}

export function exists(field: string): Query {
  return { kind: 'exists', field }
}

/** The fields that a query reads, each once, in the order of their first mention. */
export function fieldsOf(query: Query): string[] {
  const fields = new Set<string>()
  collectFields(query, fields)
  return [...fields]
}

function collectFields(query: Query, fields: Set<string>): void {
  switch (query.kind) {
    case 'all':
    case 'none':
      return
    case 'and':
    case 'or':
      for (const part of query.of) collectFields(part, fields)
      return
    case 'not':
      collectFields(query.of, fields)
      return
    default:
      fields.add(query.field)
  }
}
