/** What a syslog message carries for us. */
export interface SyslogMessage {
  /** The host that its header names; undefined where it names none. */
  readonly host?: string
  readonly content: string
}

const PRIORITY = /^<(\d{1,3})>/
/** The year-less time of RFC 3164, or ISO 8601 as newer daemons write in its place. */
const TIME =
  /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?) +/
/** What RFC 3164 calls the tag: whoever wrote the content, with or without a number of its process. */
const TAG = /^[^\s:=[\]{]{1,128}(?:\[[^\]\s]{0,32}\])?: */
const MARK = '\uFEFF'

/**
 * Takes the header off a syslog message: RFC 5424 with its structured data, or RFC 3164 in what is left of it in practice, where
 * priority, time, host and tag may each be missing.
 */
export function parseSyslog(text: string): SyslogMessage {
  const priority = PRIORITY.exec(text)
  const known = priority !== null && Number(priority[1]) <= 191
  const rest = known ? text.slice(priority[0].length) : text
  return (known ? parseModern(rest) : undefined) ?? parseTraditional(rest)
}

/** `1 TIME HOST APP PROCESS MESSAGE-ID STRUCTURED-DATA CONTENT`, `-` for what is missing. */
function parseModern(text: string): SyslogMessage | undefined {
  const header = /^1 (\S+) (\S+) \S+ \S+ \S+ (?=[[-])/.exec(text)
  if (!header) return undefined
  const end = endOfData(text, header[0].length)
  if (end === undefined) return undefined
  const content = text.slice(end).replace(/^ /, '')
  return withHost(header[2]!, content.startsWith(MARK) ? content.slice(1) : content)
}

/** Where the structured data ends that begins here: `-`, or `[id name="value" …]` some times; a value may hold `\"`, `\\` and `\]`. */
function endOfData(text: string, from: number): number | undefined {
  if (text[from] === '-') return from + 1
  let at = from
  while (text[at] === '[') {
    let quoted = false
    for (at++; at < text.length && (quoted || text[at] !== ']'); at++) {
      if (text[at] === '"') quoted = !quoted
      else if (quoted && text[at] === '\\') at++
    }
    if (at >= text.length) return undefined
    at++
  }
  return at
}

function parseTraditional(text: string): SyslogMessage {
  const time = TIME.exec(text)
  if (!time) return { content: text }
  const rest = text.slice(time[0].length)
  // A host is one word, and no tag.
  const host = /^([^\s:=[\]{]+|[\da-fA-F:]+(?:%\S+)?) +/.exec(rest)
  return host ? withHost(host[1]!, rest.slice(host[0].length)) : { content: rest }
}

function withHost(host: string, content: string): SyslogMessage {
  return host === '-' ? { content } : { host, content }
}

/** The mark of a message whose content is JSON, by the Common Event Expression. */
const CEE = /^@cee: ?/

/** What kind of event a message holds. */
export interface Payload {
  readonly kind: 'audit' | 'json'
  readonly text: string
}

const AUDIT = /^(?:node=\S+ +)?type=\S+ +(?:msg=)?audit\(/

/** The audit record or JSON document in the content of a message, behind up to two tags; undefined if there is neither. */
export function payloadOf(content: string): Payload | undefined {
  let text = content.trim()
  for (let tags = 0; ; tags++) {
    const bare = text.replace(CEE, '')
    if (bare.startsWith('{')) return { kind: 'json', text: bare }
    if (AUDIT.test(text)) return { kind: 'audit', text: withSeparator(text) }
    const tag = TAG.exec(text)
    if (!tag || tags === 2) return undefined
    text = text.slice(tag[0].length)
  }
}

/** Daemons write a control character as `#` and three octal digits; one such parts a record from what auditd adds to it. */
function withSeparator(record: string): string {
  return record.replace(/#035(?=[A-Z]+=)/, '\x1d')
}
