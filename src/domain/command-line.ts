/**
 * Takes a command line apart where a source has no list of arguments, by the quoting rules of a shell: blanks divide, `'…'`
 * and `"…"` keep together, a backslash takes the next character as it is. Nothing is expanded, and a quote that never ends
 * runs to the end of the text.
 *
 * @example splitCommandLine(`python3 "/opt/my app.py" -v`) // ['python3', '/opt/my app.py', '-v']
 */
export function splitCommandLine(line: string): readonly string[] {
  return [...line.matchAll(WORD)].map(([word]) => word.replace(PIECE, unquote))
}

const QUOTED = String.raw`'[^']*(?:'|$)|"(?:\\[^]|[^"\\])*(?:"|\\?$)`
const WORD = new RegExp(String.raw`(?:${QUOTED}|\\[^]|[^\s'"\\]|\\$)+`, 'g')
const PIECE = new RegExp(String.raw`${QUOTED}|\\[^]|\\$`, 'g')

function unquote(piece: string): string {
  if (piece.startsWith("'")) return piece.replace(/^'|'$/g, '')
  if (piece.startsWith('"')) return piece.replace(/^"|"$/g, '').replace(/\\(["\\$`])/g, '$1')
  return piece.length > 1 ? piece.slice(1) : piece
}
