/**
 * A test for a pattern of `*` (any run of characters), `?` (one character) and `\` (the next character as it is).
 * No regular expression: the work is bounded by pattern times text, whatever a host sends.
 *
 * @example glob('jenkins*')('jenkins-worker') // true
 */
export function glob(pattern: string, ignoreCase = false): (text: string) => boolean {
  const parts = parse(ignoreCase ? pattern.toLowerCase() : pattern)
  return (text) => matchesParts(parts, ignoreCase ? text.toLowerCase() : text)
}

/** The pattern that matches exactly `text`. */
export function escapeGlob(text: string): string {
  return text.replace(/[*?\\]/g, '\\$&')
}

const ANY_RUN = Symbol('*')
const ANY_ONE = Symbol('?')
type Part = string | typeof ANY_RUN | typeof ANY_ONE

function parse(pattern: string): Part[] {
  const parts: Part[] = []
  const characters = [...pattern]
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!
    if (character === '*') parts.push(ANY_RUN)
    else if (character === '?') parts.push(ANY_ONE)
    else if (character === '\\' && i + 1 < characters.length) parts.push(characters[++i]!)
    else parts.push(character)
  }
  return parts
}

/** Goes forward greedily; on a mismatch the last `*` takes one character more. */
function matchesParts(parts: readonly Part[], text: string): boolean {
  let part = 0
  let at = 0
  let lastRun = -1
  let runEnd = 0
  while (at < text.length) {
    const wanted = parts[part]
    const width = widthAt(text, at)
    if (wanted === ANY_RUN) {
      lastRun = part++
      runEnd = at
    } else if (wanted !== undefined && (wanted === ANY_ONE || text.startsWith(wanted as string, at))) {
      part++
      at += width
    } else if (lastRun >= 0) {
      part = lastRun + 1
      runEnd += widthAt(text, runEnd)
      at = runEnd
    } else return false
  }
  while (parts[part] === ANY_RUN) part++
  return part === parts.length
}

/** Code units of the character at `at`: two for a surrogate pair. */
function widthAt(text: string, at: number): number {
  return text.codePointAt(at)! > 0xffff ? 2 : 1
}
