/** A word of a story, and where it stands; columns count from 1. */
export interface Word {
  readonly text: string
  readonly column: number
}

/** Blanks divide words; quotes keep blanks together, `\` takes the next character as it is inside them; `#` before a word begins a comment. */
const WORD = /(?:"(?:\\.|[^"\\])*"|[^\s"])+|"/g

/** The words of one line, quotes taken off; comments are no words. */
export function wordsOf(line: string): Word[] {
  const words: Word[] = []
  for (const { 0: text, index } of line.matchAll(WORD)) {
    if (text.startsWith('#')) break
    words.push({
      text: text.replace(/"((?:\\.|[^"\\])*)"/g, (_, inner) => inner.replace(/\\(.)/g, '$1')),
      column: index + 1,
    })
  }
  return words
}

/** A value as it would be written in a story. */
export function quoted(value: string): string {
  return value !== '' && !/[\s"#]/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
}
