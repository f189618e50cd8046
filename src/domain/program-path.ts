import { remembered } from './remembered.ts'

/**
 * Makes the path of a program comparable: what changes from version to version, build to build or run to run is replaced, so
 * that `/opt/app-1.2/run` and `/opt/app-1.3/run` are one program (detection-design §3, and for temporary and hidden places
 * detection-design-v3 §3), and whose home it lies in. `#` stands for a number or version, `*` for a hash or a made-up name. Works on any text, and a
 * normalised path is its own normal form.
 *
 * @example normalizePath('/usr/bin/python3.11 (deleted)') // '/usr/bin/python#'
 */
export const normalizePath = remembered((path: string): string => {
  let now = path
  let before: string
  do {
    before = now
    now = normalizeOnce(before)
  } while (now !== before)
  return now
})

/** What the kernel appends to the path of a file that is gone. */
const DELETED = ' (deleted)'

export function withoutDeleted(path: string): string {
  let end = path.length
  while (path.endsWith(DELETED, end)) end -= DELETED.length
  return path.slice(0, end)
}

function normalizeOnce(path: string): string {
  const parts = withoutDeleted(path)
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  const normalize = isShortLived(path, parts) ? normalizeShortLived : normalizeComponent
  const clean = parts.map((part, i) => (isOwner(path, parts, i) ? '*' : normalize(part))).join('/')
  return path.startsWith('/') ? `/${clean}` : clean
}

/** A tool that each person has in a home of their own is one tool: who runs it is told apart by the account. */
function isOwner(path: string, parts: readonly string[], i: number): boolean {
  return i === 1 && i < parts.length - 1 && parts[0] === 'home' && path.startsWith('/')
}

const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi
const VERSION = /#(?:[.-]#)+/g

function normalizeComponent(component: string, drawn = isDrawn): string {
  return component
    .replace(UUID, '*')
    .replace(/[A-Za-z0-9]+/g, (token) => (drawn(token) ? '*' : token.replace(/\d+/g, '#')))
    .replace(VERSION, '#')
}

/** Made-up names side by side are one there, and so is one with a number behind it. */
function normalizeShortLived(component: string): string {
  return normalizeComponent(component, isDrawnInShortLivedPlace).replace(/\*(?:[A-Za-z._-]?\*|#)+/g, '*')
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

/** Words with three small letters or more: `FileServer`, `fileServer`. */
const WORDS = /^(?:[A-Z]?[a-z]{3,})+$/
const SHORT_LIVED = /^\/+(?:tmp|var\/tmp|dev\/shm|run\/user)(?:\/|$)/

function isShortLived(path: string, components: readonly string[]): boolean {
  return SHORT_LIVED.test(path) || components.some(isHidden)
}

/** Whether `ls` would leave out this component of a path. `..` is no name. */
export function isHidden(component: string): boolean {
  return component.startsWith('.') && component !== '.' && component !== '..'
}
