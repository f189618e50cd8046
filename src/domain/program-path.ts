/**
 * Makes the path of a program comparable: what changes from version to version, build to build or run to run is replaced, so
 * that `/opt/app-1.2/run` and `/opt/app-1.3/run` are one program (detection-design §3, and for temporary and hidden places
 * detection-design-v3 §3). `#` stands for a number or version, `*` for a hash or a made-up name. Works on any text, and a
 * normalised path is its own normal form.
 *
 * @example normalizePath('/usr/bin/python3.11 (deleted)') // '/usr/bin/python#'
 */
export function normalizePath(path: string): string {
  let now = path
  let before: string
  do {
    before = now
    now = normalizeOnce(before)
  } while (now !== before)
  return now
}

/** What the kernel appends to the path of a file that is gone. */
const DELETED = /(?: \(deleted\))+$/

function normalizeOnce(path: string): string {
  const parts = path
    .replace(DELETED, '')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  const drawn = isShortLived(path, parts) ? isDrawnInShortLivedPlace : isDrawn
  const clean = parts.map((part) => normalizeComponent(part, drawn)).join('/')
  return path.startsWith('/') ? `/${clean}` : clean
}

const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi
const VERSION = /#(?:[.-]#)+/g
/** Made-up names side by side are one, and so is one with a number behind it. */
const DRAWN_ROW = /\*(?:[A-Za-z._-]?\*|#)+/g

function normalizeComponent(component: string, drawn: (token: string) => boolean): string {
  return component
    .replace(UUID, '*')
    .replace(/[A-Za-z0-9]+/g, (token) => (drawn(token) ? '*' : token.replace(/\d+/g, '#')))
    .replace(VERSION, '#')
    .replace(DRAWN_ROW, '*')
}

/** Whether a token was drawn by a machine (a hash, mktemp's XXXXXX) rather than chosen by a person. */
function isDrawn(token: string): boolean {
  if (token.length < 6) return false
  if (/^\d+$/.test(token)) return false
  if (token.length >= 8 && /^[0-9a-f]+$/i.test(token) && /\d/.test(token)) return true
  return (/\d.*\d/.test(token) && !WORD_AND_NUMBER.test(token)) || ALTERNATING_CASE.test(token)
}

/** `build7` and `build694266447` are the same: a word with a number, like a number alone, is counted rather than drawn. */
const WORD_AND_NUMBER = /^[A-Za-z]+\d+$/
/** `aBcDeF`, but not `PackageKit`: a small letter alone between two capitals. */
const ALTERNATING_CASE = /[A-Z]\d?[a-z]\d?[A-Z]/

/** Where names are drawn more often than chosen, less is enough: `kjQwe`, `a1bcd`. */
function isDrawnInShortLivedPlace(token: string): boolean {
  if (isDrawn(token)) return true
  return token.length >= 5 && token.length <= 14 && /[a-z][A-Z]|\d[A-Za-z]/.test(token) && !WORDS.test(token)
}

const WORDS = /^(?:[A-Z]?[a-z]{3,})+$/
const SHORT_LIVED = /^\/+(?:tmp|var\/tmp|dev\/shm|run\/user)(?:\/|$)/

function isShortLived(path: string, components: readonly string[]): boolean {
  return SHORT_LIVED.test(path) || components.some(isHidden)
}

/** Whether `ls` would leave out this component of a path. `..` is no name. */
export function isHidden(component: string): boolean {
  return component.startsWith('.') && component !== '.' && component !== '..'
}
