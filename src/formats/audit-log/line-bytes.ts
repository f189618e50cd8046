import type { KeyBytes } from '../key-bytes.ts'
import { sameWords, stands, viewOf, type Words, wordsOf } from '../words.ts'

/**
 * The byte work of the quick audit.log reader. Of each line it reads the header, and puts into a key those bytes of the body
 * on which the wanted fields can depend. Two events with equal keys differ at most in what nobody asked for: arguments of
 * the system call (but for that of `socketcall`), exit code, process ids, padding of socket addresses, and the files that were named.
 */

const SPACE = 32
const QUOTE = 34

const NODE = wordsOf(Buffer.from('node='))
const TYPE = wordsOf(Buffer.from('type='))
const MESSAGE = wordsOf(Buffer.from(' msg=audit('))
/** `S.mmm:` of a stamp, and the least that can follow: a digit and `):`. */
const STAMP = 15
const REST = 3

/** The header of one line, as far as it has the usual form. */
export class LineHeaderBytes {
  nodeFrom = 0
  nodeTo = 0
  typeFrom = 0
  typeTo = 0
  /** `S.mmm:serial`, between the parentheses. */
  stampFrom = 0
  stampTo = 0
  bodyFrom = 0
  time = 0
  serial = 0
  kind: RecordKind = 'other'
  #block: Buffer = Buffer.alloc(0)
  #view = viewOf(this.#block)

  /** The lines to come stand in this block. */
  enter(block: Buffer): void {
    this.#block = block
    this.#view = viewOf(block)
  }

  /** Reads the header of the line at `from`; false if it has not the usual form, which says nothing about its being right. */
  read(from: number, to: number): boolean {
    const block = this.#block
    let p = from
    this.nodeFrom = this.nodeTo = from
    if (this.#stands(NODE, p, to)) {
      this.nodeFrom = p += NODE.length
      p = wordEnd(block, p, to)
      if (block[p] !== SPACE) return false
      this.nodeTo = p++
    }
    if (!this.#readType(p, to)) return false
    this.stampFrom = p = this.typeTo + MESSAGE.length
    if (p + STAMP + REST > to) return false
    const seconds = digits(block, p, p + 10)
    const millis = digits(block, p + 11, p + 14)
    if (block[p + 10] !== 0x2e || block[p + 14] !== 0x3a) return false
    p += STAMP
    let serial = 0
    const serialFrom = p
    for (; p < to; p++) {
      const digit = block[p]! - 48
      if (digit < 0 || digit > 9) break
      serial = serial * 10 + digit
    }
    if (p === serialFrom || p - serialFrom > 9 || block[p] !== 0x29 || block[p + 1] !== 0x3a) return false
    this.stampTo = p
    this.bodyFrom = p + 2
    this.time = seconds * 1000 + millis
    this.serial = serial
    return this.time >= 0
  }

  /** Whether the line at `from` has the node and the stamp of the line that was read last; then its type and body are read. */
  continues(from: number, to: number): boolean {
    const block = this.#block
    let p = from
    if (this.nodeTo > this.nodeFrom) {
      p = from + NODE.length + this.nodeTo - this.nodeFrom
      if (!this.#stands(NODE, from, to)) return false
      if (!sameBytes(block, from + NODE.length, p, block, this.nodeFrom, this.nodeTo)) return false
      if (block[p++] !== SPACE) return false
    }
    const { typeFrom, typeTo, kind } = this
    const length = this.stampTo - this.stampFrom
    const isSame =
      this.#readType(p, to) &&
      this.typeTo + MESSAGE.length + length + 2 <= to &&
      sameWords(this.#view, this.typeTo + MESSAGE.length, this.stampFrom, length)
    p = this.typeTo + MESSAGE.length + length
    if (isSame && block[p] === 0x29 && block[p + 1] === 0x3a) {
      this.bodyFrom = p + 2
      return true
    }
    this.typeFrom = typeFrom
    this.typeTo = typeTo
    this.kind = kind
    return false
  }

  /** Reads `type=… msg=audit(` at `p`. */
  #readType(p: number, to: number): boolean {
    if (!this.#stands(TYPE, p, to)) return false
    this.typeFrom = p + TYPE.length
    this.typeTo = wordEnd(this.#block, this.typeFrom, to)
    if (!this.#stands(MESSAGE, this.typeTo, to)) return false
    this.kind = kindOf(this.#view, this.typeFrom)
    return true
  }

  #stands(words: Words, at: number, to: number): boolean {
    return at + words.length <= to && stands(words, this.#view, at)
  }
}

export type RecordKind = 'syscall' | 'sockaddr' | 'title' | 'unread' | 'end' | 'other'

/** The types of records with the space behind them. */
const KINDS: readonly (readonly [Words, RecordKind])[] = (
  [
    ['SYSCALL', 'syscall'],
    ['SOCKADDR', 'sockaddr'],
    ['PROCTITLE', 'title'],
    ['EXECVE', 'title'],
    // Which files an event names decides nothing that the quick reader is asked for.
    ['PATH', 'unread'],
    ['CWD', 'unread'],
    ['EOE', 'end'],
  ] as const
).map(([type, kind]) => [wordsOf(Buffer.from(`${type} `)), kind])

/** What to do with a record of the type at `at`, which ` msg=audit(` follows. */
function kindOf(block: DataView, at: number): RecordKind {
  for (let i = 0; i < KINDS.length; i++) if (stands(KINDS[i]![0], block, at)) return KINDS[i]![1]
  return 'other'
}

/** `exit=… a0=… … pid=…`: what stands between the success of a system call and the login id is different every time. */
const UNREAD_FROM = Buffer.from(' exit=')
const UNREAD_TO = Buffer.from(' auid=')

/** The multiplexer of i386, POWER and s390; on other machines the number is that of a rare call. Its first argument says what it does. */
const SOCKETCALL = Buffer.from(' syscall=102 ')
const FIRST_ARGUMENT = Buffer.from(' a0=')

/** Adds the body of a SYSCALL record without the stretch that nobody asked for. */
export function addSyscall(key: KeyBytes, block: Buffer, from: number, to: number): void {
  let unreadFrom = -1
  let multiplexer = false
  for (let p = from; p < to; p++) {
    const c = block[p]
    if (c === QUOTE) break
    if (c !== SPACE) continue
    if (unreadFrom < 0) {
      if (startsWith(block, p, UNREAD_FROM)) unreadFrom = p
      else if (startsWith(block, p, SOCKETCALL)) multiplexer = true
    } else if (multiplexer && startsWith(block, p, FIRST_ARGUMENT)) {
      key.add(block, p, wordEnd(block, p + 1, to))
    } else if (startsWith(block, p, UNREAD_TO)) {
      key.add(block, from, unreadFrom)
      return key.add(block, p, to)
    }
  }
  key.add(block, from, to)
}

const SADDR = Buffer.from(' saddr=')

/**
 * Adds what a SOCKADDR record says: of an internet address family, address and, if `ports` matter, port; of a unix socket the
 * path. What the kernel copied from behind the address is left out.
 */
export function addSockaddr(key: KeyBytes, block: Buffer, from: number, to: number, ports: boolean): void {
  const hex = from + SADDR.length
  if (!startsWith(block, from, SADDR) || to - hex < 16) return key.add(block, from, to)
  const family = (block[hex]! << 8) | block[hex + 1]!
  const littleEndian = block[hex + 2] === 0x30 && block[hex + 3] === 0x30
  if (littleEndian && family === 0x3032) return addInternet(key, block, hex, 16, to, ports)
  if (littleEndian && family === 0x3041) return addInternet(key, block, hex, 48, to, ports)
  if (littleEndian && family === 0x3031) {
    let end = hex + 4
    while (end + 1 < to && !(block[end] === 0x30 && block[end + 1] === 0x30)) end += 2
    if (end > hex + 4 && end + 1 < to) return key.add(block, hex, end)
  }
  key.add(block, from, to)
}

/** `length` hex digits from the family on; digits 4 to 8 are the port. */
function addInternet(key: KeyBytes, block: Buffer, hex: number, length: number, to: number, ports: boolean): void {
  if (hex + length > to) return key.add(block, hex, to)
  key.add(block, hex, hex + (ports ? 8 : 4))
  key.add(block, hex + 8, hex + length)
}

/** The end of a run of printable ASCII. */
function wordEnd(block: Buffer, from: number, to: number): number {
  let p = from
  while (p < to && block[p]! > SPACE && block[p]! < 0x7f) p++
  return p
}

function startsWith(block: Buffer, at: number, text: Buffer): boolean {
  for (let i = 0; i < text.length; i++) if (block[at + i] !== text[i]) return false
  return true
}

export function sameBytes(a: Buffer, aFrom: number, aTo: number, b: Buffer, bFrom: number, bTo: number): boolean {
  if (aTo - aFrom !== bTo - bFrom) return false
  for (let i = aTo - aFrom - 1; i >= 0; i--) if (a[aFrom + i] !== b[bFrom + i]) return false
  return true
}

/** A number of so many digits, NaN if one is none. */
function digits(block: Buffer, from: number, to: number): number {
  let number = 0
  for (let p = from; p < to; p++) {
    const digit = block[p]! - 48
    number = digit >= 0 && digit <= 9 ? number * 10 + digit : Number.NaN
  }
  return number
}
