import { type EpochMs, LATEST } from '../../domain/time.ts'
import { recordTypeName } from './tables/record-types.ts'

/** What stands before the fields of an audit record, and is enough to join records into events. */
export interface LineHeader {
  /** `node=`, or '' where the line has none. */
  readonly node: string
  /** `SYSCALL`; a number in its place is resolved where we know it. */
  readonly type: string
  readonly time: EpochMs
  /** Unique within a node until its next boot. */
  readonly serial: number
}

export interface ParsedHeader extends LineHeader {
  /** Where in the text the fields begin. */
  readonly bodyAt: number
}

/** Why a line is no audit record: words without values of the line, so that rejects can be counted by them. */
export type HeaderReject = 'no audit(…) header' | 'audit time out of range' | 'audit serial out of range'

// DAEMON_* of old auditds have no colon behind the header; the kernel's own log has no `msg=` before it.
const HEADER = /^\s*(?:node=(\S+) +)?type=(\S+) +(?:msg=)?audit\((\d{1,15})\.(\d{3})\d{0,6}:(\d{1,15})\):?/

/** What a syslog daemon puts in front of a line that it passed on: time, host, and whoever handed it in. */
const SYSLOG =
  /^(?:<\d{1,3}>\d? ?)?(?:[A-Z][a-z]{2} [ \d]\d [\d:]{8}|\d{4}-\d\d-\d\dT[\d:.]{8,15}(?:Z|[+-]\d\d:\d\d)?) (\S{1,255}) [^=\n]{0,160}?(?=node=|type=)/

/** The kernel counts serials in 32 bits. */
const MAX_SERIAL = 0xffff_ffff

/**
 * Reads `node=N type=T msg=audit(S.mmm:serial):`, the way auditd writes the head of each line of its log, also behind a header of
 * syslog; the host named there stands in for a missing node.
 */
export function parseHeader(text: string): ParsedHeader | HeaderReject {
  return readHeader(text, 0, '') ?? behindSyslog(text) ?? 'no audit(…) header'
}

function behindSyslog(text: string): ParsedHeader | HeaderReject | undefined {
  const prefix = SYSLOG.exec(text)
  return prefix ? readHeader(text.slice(prefix[0].length), prefix[0].length, prefix[1]!) : undefined
}

function readHeader(text: string, at: number, host: string): ParsedHeader | HeaderReject | undefined {
  const match = HEADER.exec(text)
  if (!match) return undefined
  const time = Number(match[3]) * 1000 + Number(match[4])
  if (time > LATEST) return 'audit time out of range'
  const serial = Number(match[5])
  if (serial > MAX_SERIAL) return 'audit serial out of range'
  return { node: match[1] ?? host, type: recordTypeName(match[2]!), time, serial, bodyAt: at + match[0].length }
}
