import type { Format } from '../format.ts'
import { decoder } from './decode.ts'
import { parseHeader } from './parse-header.ts'
import { sighter } from './sight.ts'

/** The log of the Linux audit daemon, RAW or ENRICHED, of one node or many. */
export const auditLog: Format = {
  name: 'audit-log',
  summary: 'audit.log of auditd, RAW or ENRICHED',
  references: [
    'https://github.com/linux-audit/audit-documentation/wiki/SPEC-Audit-Event-Enrichment',
    'https://github.com/elastic/go-libaudit',
    'https://man7.org/linux/man-pages/man8/auditd.8.html',
  ],
  revises: true,
  recognise,
  decoder,
  sighter,
}

/** The share of lines with an audit header; a last line that the head cuts off does not count. */
function recognise(head: Buffer): number {
  const lines = head.toString('utf8').split('\n')
  if (lines.length > 1) lines.pop()
  const written = lines.filter((line) => line.trim() !== '')
  if (written.length === 0) return 0
  return written.filter((line) => typeof parseHeader(line) !== 'string').length / written.length
}
