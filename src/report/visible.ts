/**
 * Characters that act instead of showing, or show nothing: controls (C0, C1), format characters (direction overrides,
 * zero-width ones, tags), other ignorables (fillers, variation selectors), line separators, private use, surrogates
 * without a partner, and every space but the plain one.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u
const UNSEEN_IN_TEXT = new RegExp(UNSEEN, 'gu')

/**
 * Text of a host as one line that is safe to print: whatever a terminal or browser would act on becomes a sign of itself
 * (ESC `␛`, newline `␊`, right-to-left override `⟨U+202E⟩`). With a `limit` (characters of the result, at least 3) a longer
 * text loses its middle: both ends of a path or a command line tell more than its head alone.
 *
 * @example visible('a\u001b[31m') // 'a␛[31m'
 * @example visible('/var/tmp/deep/down/xmrbee', 11) // '/var/…mrbee'
 */
export function visible(text: string, limit = Number.POSITIVE_INFINITY): string {
  // A character has one or two code units: what is longer than twice the limit need not be counted.
  if (text.length <= 2 * limit) {
    const shown = text.replace(UNSEEN_IN_TEXT, sign)
    if ([...shown].length <= limit) return shown
  }
  const room = Math.max(3, limit) - 1
  const tail = take([...text.slice(-room - 1)].reverse(), Math.ceil(room / 2)).reverse()
  const head = take([...text.slice(0, room + 1)], room - Math.ceil(room / 2))
  return `${head.join('')}…${tail.join('')}`
}

/** As many leading characters, as signs where needed, as fit into `room`. */
function take(characters: readonly string[], room: number): string[] {
  const taken: string[] = []
  let left = room
  for (const character of characters) {
    const shown = UNSEEN.test(character) ? sign(character) : character
    left -= [...shown].length
    if (left < 0) break
    taken.push(shown)
  }
  return taken
}

function sign(character: string): string {
  const code = character.codePointAt(0)!
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '␡'
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}
