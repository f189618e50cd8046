import { count, counted, enumerated } from '../domain/words.ts'
import type { HealthDocument } from '../http/health.ts'
import { visible } from '../report/visible.ts'

/** What to do about raw audit lines in the cluster. */
export const RAW_LINES_HINT =
  'Send such lines to the _bulk of an oddsock that takes events in, or let Auditbeat or Auditd Manager join them (docs/how-to/opensearch.md).'

/** @example rawLinesSentence({ count: 12345, more: false, indices: ['filebeat-1'] }) // '12,345 documents of filebeat-1 are raw audit lines, which …' */
export function rawLinesSentence({ count: many, more, indices }: HealthDocument['raw_audit_lines']): string {
  const documents = more ? `More than ${count(many)} documents` : counted(many, 'document')
  const where = enumerated(
    indices.map((index) => visible(index, 60)),
    3,
  )
  const [are, they] = many === 1 && !more ? ['is a raw audit line', 'it tells'] : ['are raw audit lines', 'they tell']
  return `${documents} of ${where} ${are}, not joined in the cluster: nothing is seen of what ${they}`
}
