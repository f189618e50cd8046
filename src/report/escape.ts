import { visible } from './visible.ts'

/** A piece of HTML or SVG that may stand in a page as it is; only `html` makes it, so nothing gets in unescaped by oversight. */
export class Markup {
  readonly #text: string

  /** Use `html`; this is for text that is known to be markup, such as the style sheet. */
  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

/** What a template takes: text is escaped, a number is rounded to hundredths, markup goes in as it is, undefined is nothing. */
export type Piece = string | number | Markup | readonly Markup[] | undefined

/**
 * The one door between data and page. Works the same inside elements and inside quoted attributes.
 *
 * @throws RangeError on a number that is not finite: a coordinate gone wrong must not reach the page
 * @example String(html`<b title="${'"x"'}">${'<i>'}</b>`) // '<b title="&quot;x&quot;">&lt;i&gt;</b>'
 */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return new Markup(parts.map((part, i) => (i === 0 ? part : markupOf(pieces[i - 1]) + part)).join(''))
}

function markupOf(piece: Piece): string {
  if (piece === undefined) return ''
  if (typeof piece === 'string') return escapeHtml(piece)
  if (typeof piece === 'number') return numberText(piece)
  return piece instanceof Markup ? piece.toString() : piece.map(String).join('')
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`Cannot draw the number ${value}: expected a finite one`)
  return String(Math.round(value * 100) / 100)
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
])

/** Text as HTML, for elements and quoted attributes; what would act or hide is made visible first, what is too long loses its middle. */
export function escapeHtml(text: string, limit?: number): string {
  return visible(text, limit).replace(/[&<>"']/g, (character) => ENTITIES.get(character)!)
}
