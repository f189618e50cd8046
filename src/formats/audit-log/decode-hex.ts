/**
 * Fields that a program can fill with any bytes: the kernel and the audit library write them in quotes, or as upper-case hex
 * digits when a quote, a space or a byte outside of printable ASCII is in them. The fields of type "escaped" of auparse.
 */
const ENCODED: ReadonlySet<string> = new Set(
  `acct apparmor cgroup cmd cmdline comm cwd data denied_mask device dir exe file grp info invalid_context key name
  new-chardev new-disk new-fs new-net new-rng new_group ocomm old-chardev old-disk old-fs old-net old-rng
  operation path peer peer_profile proctitle profile requested_mask root_dir sw vm watch`.split(/\s+/),
)

const EXECVE_ARGUMENT = /^a\d+$/

/** May an unquoted value of this field be hex digits that stand for other bytes? (`a0` is an argument only in EXECVE.) */
export function isEncoded(type: string, key: string): boolean {
  return ENCODED.has(key) || (type === 'EXECVE' && EXECVE_ARGUMENT.test(key))
}

/** Upper-case hex digits and nothing else, as the kernel writes them; a name such as `cafe` is no hex. */
export function isHex(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (!((code >= 48 && code <= 57) || (code >= 65 && code <= 70))) return false
  }
  return text.length > 0
}

/**
 * The text behind hex digits; an odd last digit is left out, and so are the first bytes of a character that is cut off at the
 * end (the kernel keeps 128 bytes of a command line). Zero bytes part the words of a command line: inner ones become spaces,
 * those at the end go. Other bytes that are no UTF-8 become U+FFFD.
 *
 * @example decodeHex('6C73002D6C00') // 'ls -l'
 */
export function decodeHex(digits: string): string {
  const bytes = Buffer.from(digits, 'hex')
  const text = bytes.toString('utf8', 0, endOfCharacters(bytes))
  return text.includes('\0') ? trimZeros(text).replaceAll('\0', ' ') : text
}

/** The text without the zero bytes at its end. (A pattern would take quadratic time on zero bytes in the middle.) */
export function trimZeros(text: string): string {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 0) end -= 1
  return text.slice(0, end)
}

/** Where the last whole UTF-8 character ends: before a lead byte that wants more bytes than follow it. */
function endOfCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) break
    if (byte < 0xc0) continue
    const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return back < wanted ? bytes.length - back : bytes.length
  }
  return bytes.length
}
