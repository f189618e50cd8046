import { AppError } from '../domain/error.ts'
import type { Query } from './ast.ts'

/**
 * A query in the Kibana query language, such that reading it again gives a query that holds for the same events. One thing
 * bends: a range with two bounds becomes two conditions, which two values of one field may meet between them.
 *
 * @throws AppError QUERY_NOT_IN_KQL for what the language cannot say: tests without case, `?` in a pattern
 * @example printKql(equals('process.name', 'curl', 'wget')) // 'process.name: ("curl" or "wget")'
 */
export function printKql(query: Query): string {
  return print(query)
}

const NEVER = 'not *'

function print(query: Query): string {
  if ('ignoreCase' in query) throw notInKql(`a test of "${query.field}" without case`)
  switch (query.kind) {
    case 'all':
      return '*'
    case 'none':
      return NEVER
    case 'and':
      return query.of.length === 0 ? '*' : query.of.map(printPart).join(' and ')
    case 'or':
      return printAtLeast(query.of.map(printPart), query.atLeast ?? 1)
    case 'not':
      return `not ${printPart(query.of)}`
    case 'equals':
      return printValues(query.field, query.values.map(String).map(quote))
    case 'match':
      return printValues(query.field, [String(query.text) === '' ? '""' : bare(String(query.text))])
    case 'phrase':
      return printValues(query.field, [quote(String(query.text))])
    case 'exists':
      return printValues(query.field, ['*'])
    case 'wildcard':
      return printValues(query.field, [patternOf(query.field, query.pattern)])
    case 'prefix':
      return printValues(query.field, [bare(query.prefix, '')])
    case 'range':
      return printRange(query)
  }
}

/** In parentheses where more than one condition might be torn apart. */
function printPart(query: Query): string {
  const text = print(query)
  const loose = query.kind === 'and' || query.kind === 'or' || query.kind === 'range'
  return loose && / (and|or) /.test(text) ? `(${text})` : text
}

/** More parts than this would fill pages when each choice of some of them is written out. */
const MOST_CHOICES = 10

/** Some `least` of the parts: with the first one and fewer of the rest, or without it. */
function printAtLeast(parts: readonly string[], least: number): string {
  if (least <= 0) return '*'
  if (least > parts.length) return NEVER
  if (least === 1) return parts.join(' or ')
  if (least === parts.length) return parts.join(' and ')
  if (parts.length > MOST_CHOICES) throw notInKql(`short way to say ${least} of ${parts.length} conditions`)
  const [first, ...rest] = parts
  return `(${first} and (${printAtLeast(rest, least - 1)})) or (${printAtLeast(rest, least)})`
}

function printValues(field: string, values: readonly string[]): string {
  if (values.length === 0) return NEVER
  return `${bare(field)}: ${values.length === 1 ? values[0] : `(${values.join(' or ')})`}`
}

const OPERATORS = [
  ['gt', '>'],
  ['gte', '>='],
  ['lt', '<'],
  ['lte', '<='],
] as const

function printRange(query: Extract<Query, { kind: 'range' }>): string {
  return OPERATORS.flatMap(([name, operator]) => {
    const bound = query[name]
    if (bound === undefined) return []
    return [`${bare(query.field)} ${operator} ${typeof bound === 'number' ? bound : quote(bound)}`]
  }).join(' and ')
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** A text without quotation marks: signs and keywords escaped, and the spaces at its ends, which would be cut off. */
function bare(...textsBetweenStars: readonly string[]): string {
  return textsBetweenStars
    .map((text) => text.replace(/[\\():<>"*{}]/g, '\\$&'))
    .join('*')
    .replace(/^\s+|\s+$/g, unicodeEscapes)
    .replace(/(?<![^\s():<>"{}*])(and|or|not)(?![^\s():<>"{}])/gi, '\\$1')
}

function unicodeEscapes(text: string): string {
  return [...text].map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
}

/** Stars stay, what was escaped is escaped in the other language. */
function patternOf(field: string, pattern: string): string {
  const texts = ['']
  for (let i = 0; i < pattern.length; i++) {
    const sign = pattern[i]!
    if (sign === '?') throw notInKql(`"?" in a pattern for "${field}"`)
    if (sign === '*') texts.push('')
    else texts[texts.length - 1] += sign === '\\' && i + 1 < pattern.length ? pattern[++i]! : sign
  }
  return bare(...texts) || '""'
}

function notInKql(what: string): AppError {
  return new AppError({
    message: `Cannot write query as KQL: the language has no ${what}`,
    code: 'QUERY_NOT_IN_KQL',
    hint: 'Leave it in the language that it is in.',
  })
}
