import { type HeaderReject, type LineHeader, parseHeader } from './parse-header.ts'
import { type RecordFields, readFields } from './read-fields.ts'

/** One record of an audit log: the header, and its fields in three layers of trust. */
export interface AuditLine extends LineHeader, Readonly<Omit<RecordFields, 'fields' | 'told' | 'enriched'>> {
  readonly fields: ReadonlyMap<string, string>
  readonly told: ReadonlyMap<string, string>
  readonly enriched: ReadonlyMap<string, string>
  /** Everything behind the header, as it was written. */
  readonly body: string
}

/**
 * Reads one line of an audit log as auditd writes it, RAW or ENRICHED, without its newline. Values are decoded (quotes, hex);
 * `(null)` and `?` mean that a field is absent. Damage behind the header costs fields, not the line.
 *
 * @example parseLine('type=CWD msg=audit(1481077231.371:479):  cwd="/home"') // fields: cwd → /home
 */
export function parseLine(text: string): AuditLine | HeaderReject {
  const header = parseHeader(text)
  if (typeof header === 'string') return header
  const { node, type, time, serial, bodyAt } = header
  const { fields, told, enriched, truncated } = readFields(type, text, bodyAt)
  return { node, type, time, serial, fields, told, enriched, truncated, body: text.slice(bodyAt) }
}
