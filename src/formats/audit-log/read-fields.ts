import { decodeHex, isEncoded, isHex } from './decode-hex.ts'

/** The three layers of one record; each keeps the order of the line, and the first value of a key that comes twice. */
export interface RecordFields {
  /** What the kernel (or auditd) says. */
  readonly fields: Map<string, string>
  /** What a program in user space says, in `msg='…'`. It can say anything, even `uid=0`. */
  readonly told: Map<string, string>
  /** Names that auditd looked up when it wrote the line (`log_format = ENRICHED`); keys in capitals. */
  readonly enriched: Map<string, string>
  /** The line ends inside a value. */
  truncated: boolean
}

const SPACE = 32
const QUOTE = 34
const APOSTROPHE = 39
const EQUALS = 61
const BRACE = 123

/** Keys of enriched fields, to find their beginning where the separator was lost: `res=successAUID="unset"`. */
const GLUED_KEY =
  /(?:OLD[-_]AUID|NEW[-_]AUID|OAUID|SAUID|FSUID|FSGID|AUID|EUID|EGID|SUID|SGID|OUID|OGID|IUID|IGID|UID|GID|ID|SYSCALL|SADDR|ARCH)$/

/** Values of these may go on over several words: `op=adding user to group acct="x"`. */
const SEVERAL_WORDS: ReadonlySet<string> = new Set(['op', 'subj', 'obj'])

const AVC_DECISION = /avc:\s+(\w+)\s+\{([^}]*)\}\s+for\s+/y

/** Reads `key=value` pairs of a record's body, from `at` to the end of the text; free words between them are passed over. */
export function readFields(type: string, text: string, at: number): RecordFields {
  const into: RecordFields = { fields: new Map(), told: new Map(), enriched: new Map(), truncated: false }
  const length = lengthWithoutEnd(text)
  const separator = text.indexOf('\x1d', at)
  const end = separator < 0 ? length : separator
  const glued = new LayerReader(type, text, at, end, into, into.fields).read()
  if (separator >= 0) new LayerReader(type, text, separator + 1, length, into, into.enriched).read()
  else if (glued < end) new LayerReader(type, text, glued, end, into, into.enriched).read()
  return into
}

/** The newline is no part of the last value, even if that value has no end. */
function lengthWithoutEnd(text: string): number {
  let length = text.length
  while (length > 0 && text.charCodeAt(length - 1) <= SPACE) length -= 1
  return length
}

class LayerReader {
  readonly #type: string
  readonly #text: string
  #at: number
  readonly #end: number
  readonly #into: RecordFields
  readonly #layer: Map<string, string>
  /** Key of the last value if it stood without quotes, so that the next words may belong to it; else ''. */
  #open = ''
  /** `old ` or `new ` before a key, as in LOGIN records of kernels before 3.13. */
  #prefix = ''

  constructor(type: string, text: string, at: number, end: number, into: RecordFields, layer: Map<string, string>) {
    this.#type = type
    this.#text = text
    this.#at = at
    this.#end = end
    this.#into = into
    this.#layer = layer
  }

  /** Returns where it stopped: at the end, or where enriched fields begin without a separator. */
  read(): number {
    this.#skipSpace()
    this.#avcDecision()
    while (this.#at < this.#end) {
      if (this.#beginsGluedFields()) break
      const from = this.#at
      this.#skipWord()
      if (this.#at > from && this.#charAt(this.#at) === EQUALS) {
        this.#at += 1
        if (this.#value(this.#key(from))) break
      } else this.#freeWord(from)
      this.#skipSpace()
    }
    return this.#at
  }

  #charAt(at: number): number {
    return at < this.#end ? this.#text.charCodeAt(at) : SPACE
  }

  #skipSpace(): void {
    while (this.#at < this.#end && this.#text.charCodeAt(this.#at) <= SPACE) this.#at += 1
  }

  #skipWord(): void {
    while (this.#at < this.#end) {
      const code = this.#text.charCodeAt(this.#at)
      if (code <= SPACE || code === EQUALS || code === QUOTE || code === APOSTROPHE) return
      this.#at += 1
    }
  }

  /** After a closing quote, capitals without a space before them can only be enriched fields. */
  #beginsGluedFields(): boolean {
    if (this.#layer !== this.#into.fields) return false
    const before = this.#text.charCodeAt(this.#at - 1)
    if (before !== QUOTE && before !== APOSTROPHE) return false
    const code = this.#text.charCodeAt(this.#at)
    return code >= 65 && code <= 90
  }

  #avcDecision(): void {
    if (this.#type !== 'AVC' && this.#type !== 'USER_AVC') return
    AVC_DECISION.lastIndex = this.#at
    const match = AVC_DECISION.exec(this.#text)
    if (!match) return
    this.#set('seresult', match[1]!)
    this.#set('seperms', match[2]!.trim().split(/\s+/).join(','))
    this.#at = AVC_DECISION.lastIndex
  }

  /** A key may have a bracket before it (`(hostname=x, …)`), or a stray byte. */
  #key(from: number): string {
    let start = from
    while (start < this.#at - 1 && !isKeyStart(this.#text.charCodeAt(start))) start += 1
    const key = this.#prefix + this.#text.slice(start, this.#at - 1)
    this.#prefix = ''
    return key
  }

  #freeWord(from: number): void {
    if (this.#at === from) {
      this.#at += 1 // a stray quote or equals sign
      return
    }
    const word = this.#text.slice(from, this.#at)
    if (this.#type === 'LOGIN' && (word === 'old' || word === 'new')) this.#prefix = `${word}_`
    else if (SEVERAL_WORDS.has(this.#open)) this.#layer.set(this.#open, `${this.#layer.get(this.#open)} ${word}`)
  }

  /** Reads the value at the current place; true if enriched fields follow without a separator. */
  #value(key: string): boolean {
    this.#open = ''
    const code = this.#charAt(this.#at)
    if (code === APOSTROPHE) this.#message(key)
    else if (code === QUOTE) this.#quoted(key)
    else if (code === BRACE) this.#braced(key)
    else return this.#bare(key)
    return false
  }

  #message(key: string): void {
    const from = this.#at + 1
    let close = this.#text.lastIndexOf("'", this.#end - 1)
    if (close < from) {
      close = this.#end
      this.#into.truncated = true
    }
    if (key === 'msg' && this.#layer === this.#into.fields)
      new LayerReader(this.#type, this.#text, from, close, this.#into, this.#into.told).read()
    else this.#set(key, this.#text.slice(from, close))
    this.#at = Math.min(close + 1, this.#end)
  }

  #quoted(key: string): void {
    const from = this.#at + 1
    let close = this.#text.indexOf('"', from)
    if (close < 0 || close >= this.#end) {
      close = this.#end
      this.#into.truncated = true
    }
    const value = this.#text.slice(from, close)
    const unknown = value === '?' && this.#layer === this.#into.told
    if (!unknown) this.#set(key, isArgumentPiece(this.#type, key) ? `"${value}` : value)
    this.#at = Math.min(close + 1, this.#end)
  }

  #braced(key: string): void {
    const close = this.#text.indexOf('}', this.#at)
    const to = close < 0 || close >= this.#end ? this.#end : close + 1
    this.#set(key, this.#text.slice(this.#at, to))
    this.#at = to
  }

  #bare(key: string): boolean {
    const from = this.#at
    while (this.#at < this.#end && this.#text.charCodeAt(this.#at) > SPACE) this.#at += 1
    const raw = this.#text.slice(from, this.#at)
    const glue = this.#layer === this.#into.fields ? glueAt(raw) : -1
    if (glue >= 0) this.#at = from + glue
    const value = trimBare(glue >= 0 ? raw.slice(0, glue) : raw)
    if (value !== '' && value !== '?' && value !== '(null)') {
      this.#set(key, this.#decoded(key, value))
      this.#open = key
    }
    return glue >= 0
  }

  #decoded(key: string, value: string): string {
    const cut = value.length % 2 === 1
    if (cut && this.#at < this.#end) return value
    if (!isEncoded(this.#type, key) || !isHex(value)) return value
    if (cut) this.#into.truncated = true
    return decodeHex(value)
  }

  #set(key: string, value: string): void {
    if (!this.#layer.has(key)) this.#layer.set(key, value)
  }
}

function isKeyStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
}

/** `a1[0]`: the kernel writes a long argument in pieces, and cuts it anywhere; a quote in front tells text from hex digits. */
function isArgumentPiece(type: string, key: string): boolean {
  return type === 'EXECVE' && key.charCodeAt(key.length - 1) === 93
}

/** Where enriched fields begin inside of an unquoted value, or -1. */
function glueAt(raw: string): number {
  const equals = raw.indexOf('=', 1)
  if (equals < 0) return -1
  const match = GLUED_KEY.exec(raw.slice(0, equals))
  return match ? match.index : -1
}

const DIGITS_AND_COLON = /^\d+:$/

/**
 * AppArmor of some kernels writes `subj==unconfined`; old messages write `uid=500: exe=x (hostname=x, addr=y, res=success)`.
 * (The colon at the end of an IPv6 address is part of it.)
 */
function trimBare(raw: string): string {
  let from = 0
  let to = raw.length
  if (raw.charCodeAt(0) === EQUALS) from = 1
  const last = raw.charCodeAt(to - 1)
  if (last === 44 || (last === 41 && !raw.includes('(')) || (last === 58 && DIGITS_AND_COLON.test(raw))) to -= 1
  return from === 0 && to === raw.length ? raw : raw.slice(from, to)
}
