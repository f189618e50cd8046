import { AppError } from '../domain/error.ts'
import { ALL, and, exists, not, or, type Query } from './ast.ts'
import { escapeGlob } from './glob.ts'

/**
 * Reads the Kibana query language: `field: value`, `field: "a phrase"`, `field: val*`, `field: *`, `field: (a or b)`,
 * `field >= 5`, `and`, `or`, `not`, parentheses. `not` binds closest, then `and`. Written from the public documentation.
 *
 * What we do not understand is said: values without a field, wildcards in field names, nested fields `field: { … }`.
 *
 * @throws AppError QUERY_UNREADABLE with the column, counted from 1
 * @example parseKql('process.name: curl and not user.name: (root or ann)')
 */
export function parseKql(text: string): Query {
  return new KqlReader(text).whole()
}

/** A value or a field name as it was written. */
interface Literal {
  readonly text: string
  /** The same for `glob`: a `*` that was not escaped stands for any run. */
  readonly pattern: string
  readonly wild: boolean
  readonly quoted: boolean
  readonly at: number
}

const SPECIAL = new Set('\\():<>"*{}')
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['t', '\t'],
  ['r', '\r'],
  ['n', '\n'],
])

/** Deeper than anything written by hand, shallower than the stack. */
const DEEPEST = 100

type Operand<T> = (depth: number) => T

class KqlReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): Query {
    this.#skipSpace()
    if (this.#atEnd()) return ALL
    const query = this.#disjunction(this.#term, 0)
    if (!this.#atEnd()) throw this.#unexpected('"and", "or" or the end')
    return query
  }

  /** `a and not b or c`, where `operand` reads the a, b and c: conditions, or the values of one field. */
  #disjunction(operand: Operand<Query>, depth: number): Query {
    if (depth > DEEPEST) throw this.#error(`parentheses nest more than ${DEEPEST} deep`)
    const parts = [this.#conjunction(operand, depth)]
    while (this.#takeWord('or')) parts.push(this.#conjunction(operand, depth))
    return or(...parts)
  }

  #conjunction(operand: Operand<Query>, depth: number): Query {
    const parts = [this.#negation(operand, depth)]
    while (this.#takeWord('and')) parts.push(this.#negation(operand, depth))
    return and(...parts)
  }

  #negation(operand: Operand<Query>, depth: number): Query {
    if (depth > DEEPEST) throw this.#error(`"not" nests more than ${DEEPEST} deep`)
    if (this.#takeWord('not')) return not(this.#negation(operand, depth + 1))
    if (!this.#take('(')) return operand.call(this, depth)
    const query = this.#disjunction(operand, depth + 1)
    if (!this.#take(')')) throw this.#unexpected('")"')
    return query
  }

  #term(depth: number): Query {
    const field = this.#literal('a field')
    const operator = this.#takeAny([':', '<=', '>=', '<', '>'])
    if (operator === undefined) {
      if (field.wild && field.pattern === '*') return ALL
      throw this.#error(
        `"${field.text}" names no field`,
        field.at,
        'Write field: value. Values without a field are not searched for here.',
      )
    }
    if (operator === ':') return this.#values(field, depth)
    return rangeQuery(this.#named(field), operator, this.#bound())
  }

  #values(field: Literal, depth: number): Query {
    if (this.#peek('{'))
      throw this.#error('nested fields are not understood', this.#at, 'Write the full name: field.inner: value.')
    if (field.wild && field.pattern === '*') {
      const value = this.#literal('a value')
      if (value.wild && value.pattern === '*') return ALL
      throw this.#error('a value in any field is not understood', field.at, 'Name the field.')
    }
    const name = this.#named(field)
    const value: Operand<Query> = () => valueQuery(name, this.#literal('a value'))
    if (!this.#take('(')) return value(depth)
    const query = this.#disjunction(value, depth + 1)
    if (!this.#take(')')) throw this.#unexpected('")"')
    return query
  }

  #named(field: Literal): string {
    if (field.wild)
      throw this.#error('wildcards in field names are not understood', field.at, 'Name each field, joined by "or".')
    return field.text
  }

  #bound(): number | string {
    const { text, quoted, wild, at } = this.#literal('a value')
    if (wild) throw this.#error('a bound cannot have wildcards', at)
    if (text.startsWith('now'))
      throw this.#error(`date math "${text}" is not understood`, at, 'Write a time: 2026-03-02T10:00:00Z.')
    return quoted || Number.isNaN(Number(text)) ? text : Number(text)
  }

  #literal(wanted: string): Literal {
    const at = this.#at
    const literal = this.#take('"', false) ? this.#quoted(at) : this.#unquoted(at)
    if (literal === undefined) throw this.#unexpected(wanted)
    this.#skipSpace()
    return literal
  }

  #quoted(at: number): Literal {
    let text = ''
    while (!this.#peek('"')) {
      if (this.#atEnd()) throw this.#error('a quotation mark is not closed', at)
      text += this.#character(true)
    }
    this.#at++
    return { text, pattern: escapeGlob(text), wild: false, quoted: true, at }
  }

  #unquoted(at: number): Literal | undefined {
    if (this.#wordAt(this.#at) !== undefined) return undefined
    let text = ''
    let pattern = ''
    let wild = false
    let kept = 0
    let keptPattern = 0
    while (!this.#atEnd()) {
      const sign = this.#text[this.#at]!
      if (sign === '*') {
        this.#at++
        text += '*'
        pattern += '*'
        wild = true
      } else if (SPECIAL.has(sign) && sign !== '\\') break
      else if (isSpace(sign)) {
        if (this.#wordAt(this.#spaceEnd()) !== undefined) break
        this.#at++
        text += sign
        pattern += sign
        continue
      } else {
        const character = this.#character(false)
        text += character
        pattern += escapeGlob(character)
      }
      kept = text.length
      keptPattern = pattern.length
    }
    if (kept === 0) return undefined
    return { text: text.slice(0, kept), pattern: pattern.slice(0, keptPattern), wild, quoted: false, at }
  }

  /** One character, an escaped one as what it stands for. Between quotation marks a backslash may stand for itself. */
  #character(quoted: boolean): string {
    const sign = this.#text[this.#at++]!
    if (sign !== '\\') return sign
    const next = this.#text[this.#at]
    const unicode = /^u([0-9a-f]{4})/i.exec(this.#text.slice(this.#at, this.#at + 5))
    if (unicode) {
      this.#at += 5
      return String.fromCharCode(Number.parseInt(unicode[1]!, 16))
    }
    const keyword = quoted ? undefined : this.#wordAt(this.#at)
    if (keyword !== undefined) {
      this.#at += keyword.length
      return this.#text.slice(this.#at - keyword.length, this.#at)
    }
    const escaped = next === undefined ? undefined : (ESCAPES.get(next) ?? (SPECIAL.has(next) ? next : undefined))
    if (escaped !== undefined) this.#at++
    else if (!quoted)
      throw this.#error('"\\" escapes nothing here', this.#at - 1, 'A backslash itself is written \\\\.')
    return escaped ?? sign
  }

  /** The keyword that stands at `at` as a word of its own, in small letters. */
  #wordAt(at: number): string | undefined {
    const word = /^(and|or|not)(?![^\s():<>"{}])/i.exec(this.#text.slice(at, at + 4))
    return word?.[1]?.toLowerCase()
  }

  #takeWord(word: string): boolean {
    if (this.#wordAt(this.#at) !== word) return false
    this.#at += word.length
    this.#skipSpace()
    return true
  }

  #takeAny(signs: readonly string[]): string | undefined {
    return signs.find((sign) => this.#take(sign))
  }

  #take(sign: string, skipSpace = true): boolean {
    if (!this.#peek(sign)) return false
    this.#at += sign.length
    if (skipSpace) this.#skipSpace()
    return true
  }

  #peek(sign: string): boolean {
    return this.#text.startsWith(sign, this.#at)
  }

  #atEnd(): boolean {
    return this.#at >= this.#text.length
  }

  #skipSpace(): void {
    this.#at = this.#spaceEnd()
  }

  #spaceEnd(): number {
    let at = this.#at
    while (at < this.#text.length && isSpace(this.#text[at]!)) at++
    return at
  }

  #unexpected(wanted: string): AppError {
    const found = this.#atEnd() ? 'the end' : `"${this.#wordAt(this.#at) ?? this.#text[this.#at]}"`
    return this.#error(`expected ${wanted}, found ${found}`)
  }

  #error(what: string, at = this.#at, hint?: string): AppError {
    return new AppError({
      message: `Cannot read query: ${what}`,
      where: `column ${at + 1}`,
      code: 'QUERY_UNREADABLE',
      ...(hint && { hint }),
    })
  }
}

function isSpace(sign: string): boolean {
  return /\s/.test(sign)
}

function valueQuery(field: string, value: Literal): Query {
  if (value.wild && value.pattern === '*') return exists(field)
  if (value.wild) return { kind: 'wildcard', field, pattern: value.pattern }
  return { kind: value.quoted ? 'phrase' : 'match', field, text: value.text }
}

function rangeQuery(field: string, operator: string, bound: number | string): Query {
  switch (operator) {
    case '<':
      return { kind: 'range', field, lt: bound }
    case '<=':
      return { kind: 'range', field, lte: bound }
    case '>':
      return { kind: 'range', field, gt: bound }
    default:
      return { kind: 'range', field, gte: bound }
  }
}
