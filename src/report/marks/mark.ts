import { html, type Markup } from '../escape.ts'

/*
 * A mark is a drawing with its own words: a title and a sentence for those who do not see it, a table of the same numbers, and
 * notes on what was pooled or left out. Colours are classes; the style sheet of the page gives them for light, dark and print.
 */

/** Where a mark is drawn: `id` is unique in the page, `width` in pixels of the viewBox. */
export interface Frame {
  readonly id: string
  readonly width: number
}

export interface Mark {
  readonly svg: Markup
  readonly table: Table
  /** Sentences: what one cell stands for, what was pooled. */
  readonly notes: readonly string[]
}

export interface Table {
  readonly columns: readonly string[]
  /** Values of hosts are still raw here; whoever prints them escapes. */
  readonly rows: readonly (readonly string[])[]
  /** Rows that are not listed. */
  readonly others: number
}

/** A drawing holds at most so many cells in a row and so many rows; more are pooled. */
export const MOST_CELLS = 400
export const MOST_ROWS = 60
/** A table behind a drawing lists at most so many rows. */
const MOST_TABLE_ROWS = 200

/** The `<svg>` with its title and description. */
export function drawing(
  frame: Frame,
  height: number,
  title: string,
  description: string,
  body: readonly Markup[],
): Markup {
  const { id, width } = frame
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>${body}</svg>`
}

/** Rows as a table, cut to a readable length. */
export function tableOf(columns: readonly string[], rows: readonly (readonly string[])[]): Table {
  return { columns, rows: rows.slice(0, MOST_TABLE_ROWS), others: Math.max(0, rows.length - MOST_TABLE_ROWS) }
}

/** The hatching of blind time, to be filled with by `url(#…)`. */
export function hatch(frame: Frame): Markup {
  return html`<defs><pattern id="${frame.id}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="blind-ground" width="6" height="6"/><line class="blind-line" x1="0" y1="0" x2="0" y2="6"/></pattern></defs>`
}
