import { AppError } from '../../domain/error.ts'
import { type Located, type Position, whereIn } from './located.ts'

/**
 * Reads JSON, each value with its place; `JSON.parse` tells none. `firstLine` is the number of the first line of the text.
 *
 * @throws AppError FILE_UNREADABLE
 */
export function parseJson(text: string, file: string, firstLine = 1): Located {
  return new JsonReader(text, file, firstLine).whole()
}

/** Deeper than anything written by hand, shallower than the stack. */
const DEEPEST = 200

const SPACE = /[ \t\r\n]*/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\.)*"/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y

class JsonReader {
  readonly #text: string
  readonly #file: string
  #line: number
  #lineStart = 0
  #at = 0

  constructor(text: string, file: string, firstLine: number) {
    this.#text = text
    this.#file = file
    this.#line = firstLine
  }

  whole(): Located {
    const value = this.#value(0)
    this.#skipSpace()
    if (this.#at < this.#text.length) throw this.#unexpected('the end')
    return value
  }

  #value(depth: number): Located {
    this.#skipSpace()
    if (depth > DEEPEST) throw this.#error(`values nest more than ${DEEPEST} deep`)
    const at = this.#position()
    if (this.#take('{')) return { kind: 'table', entries: this.#entries(depth), at }
    if (this.#take('[')) return { kind: 'list', items: this.#items(depth), at }
    if (this.#text[this.#at] === '"') return { kind: 'scalar', value: this.#string(), at }
    const token = this.#match(NUMBER) ?? this.#match(WORD)
    if (token === undefined) throw this.#unexpected('a value')
    return { kind: 'scalar', value: JSON.parse(token), at }
  }

  #entries(depth: number): Map<string, Located> {
    const entries = new Map<string, Located>()
    if (this.#take('}')) return entries
    do {
      this.#skipSpace()
      if (this.#text[this.#at] !== '"') throw this.#unexpected('a name in quotation marks')
      const name = this.#string()
      if (!this.#take(':')) throw this.#unexpected('":"')
      entries.set(name, this.#value(depth + 1))
    } while (this.#take(','))
    if (!this.#take('}')) throw this.#unexpected('"," or "}"')
    return entries
  }

  #items(depth: number): Located[] {
    const items: Located[] = []
    if (this.#take(']')) return items
    do items.push(this.#value(depth + 1))
    while (this.#take(','))
    if (!this.#take(']')) throw this.#unexpected('"," or "]"')
    return items
  }

  #string(): string {
    const start = this.#at
    const token = this.#match(STRING)
    if (token === undefined) throw this.#error('a text is not closed')
    try {
      return JSON.parse(token)
    } catch {
      this.#at = start
      throw this.#error('a text has an unknown escape')
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const token = pattern.exec(this.#text)?.[0]
    if (token !== undefined) this.#at += token.length
    return token
  }

  #take(sign: string): boolean {
    this.#skipSpace()
    if (this.#text[this.#at] !== sign) return false
    this.#at++
    return true
  }

  #skipSpace(): void {
    const start = this.#at
    this.#match(SPACE)
    for (
      let end = this.#text.indexOf('\n', start);
      end >= 0 && end < this.#at;
      end = this.#text.indexOf('\n', end + 1)
    ) {
      this.#line++
      this.#lineStart = end + 1
    }
  }

  #position(): Position {
    return { line: this.#line, column: this.#at - this.#lineStart + 1 }
  }

  #unexpected(wanted: string): AppError {
    const found = this.#at < this.#text.length ? `"${this.#text[this.#at]}"` : 'the end'
    return this.#error(`expected ${wanted}, found ${found}`)
  }

  #error(what: string): AppError {
    return new AppError({
      message: `Cannot read JSON: ${what}`,
      where: whereIn(this.#file, this.#position()),
      code: 'FILE_UNREADABLE',
      hint: 'Correct the file there, or export it again.',
    })
  }
}
