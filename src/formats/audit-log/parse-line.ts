import { type HeaderReject, type LineHeader, type ParsedHeader, parseHeader } from './parse-header.ts'
import { readFields } from './read-fields.ts'

/** One record of an audit log: the header, and its fields in three layers of trust (see `RecordFields`). */
export interface AuditLine extends LineHeader {
  readonly fields: ReadonlyMap<string, string>
  readonly told: ReadonlyMap<string, string>
  readonly enriched: ReadonlyMap<string, string>
  /** Everything behind the header, as it was written. */
  readonly body: string
  /** The line ends inside a value. */
  readonly truncated: boolean
}

/**
 * Reads one line of an audit log as auditd writes it, RAW or ENRICHED, without its newline. Values are decoded (quotes, hex);
 * `(null)` and `?` mean that a field is absent. Damage behind the header costs fields, not the line.
 *
 * @example parseLine('type=CWD msg=audit(1481077231.371:479):  cwd="/home"') // fields: cwd → /home
 */
export function parseLine(text: string): AuditLine | HeaderReject {
  const header = parseHeader(text)
  return typeof header === 'string' ? header : parseBody(header, text)
}

/** The second half of `parseLine`, for a line whose header was read before. */
export function parseBody({ node, type, time, serial, bodyAt }: ParsedHeader, text: string): AuditLine {
  const { fields, told, enriched, truncated } = readFields(type, text, bodyAt)
  return { node, type, time, serial, fields, told, enriched, truncated, body: text.slice(bodyAt) }
}
