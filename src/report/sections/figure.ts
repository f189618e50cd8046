import { escapeHtml, html, Markup } from '../escape.ts'
import type { Mark, Table } from '../marks/mark.ts'
import { counted } from '../words.ts'

/** Characters of a value of a host in a table or list, and in a table behind a drawing, of which there are many. */
const VALUE_LIMIT = 160
const MARK_LIMIT = 40
/** Sentences have short values in them already, and without their middle they would say something else. */
export const WHOLE = Number.POSITIVE_INFINITY

/** A mark in its place: what it is, the drawing, what was pooled, and the same numbers as a table. */
export function figure(mark: Mark, caption: string | Markup): Markup {
  return html`<figure><figcaption>${caption}</figcaption><div class="scroll" tabindex="0">${mark.svg}</div><p class="notes">${mark.notes.join(' ')}</p><details><summary>The same as a table</summary>${tableMarkup(mark.table, MARK_LIMIT)}</details></figure>`
}

/** A table of texts, each cut to `limit`; what is not listed is counted below. */
export function tableMarkup(table: Table, limit = VALUE_LIMIT): Markup {
  if (table.rows.length === 0) return html`<p>The table is empty: there is nothing in this range.</p>`
  const rows = table.rows.map(
    (row) =>
      html`<tr>${row.map((cell) => html`<td${isFigure(cell) ? FIGURE : undefined}>${cut(cell, limit)}</td>`)}</tr>\n`,
  )
  const others =
    table.others > 0 ? html`<p class="notes">${counted(table.others, 'more row')} left out.</p>` : undefined
  return html`<table><thead><tr>${table.columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table>${others}`
}

const FIGURE = new Markup(' class="figure"')

/** A short number, which keeps to one line however narrow the table. */
function isFigure(cell: string): boolean {
  return /^[\d,.]{1,15}$/.test(cell)
}

/** A value of a host, in the type of values, its middle cut if it is long. */
export function value(text: string): Markup {
  return html`<span class="value">${cut(text)}</span>`
}

/** A text of a host as markup, its middle cut if it is longer than `limit`. */
export function cut(text: string, limit = VALUE_LIMIT): Markup {
  return new Markup(escapeHtml(text, limit))
}
