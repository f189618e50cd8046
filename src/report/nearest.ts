import { greatest } from 'd3-array'
import type { Score } from '../domain/time.ts'
import { counted, enumerated, moment } from '../domain/words.ts'
import type { ReportRecord } from './report.ts'
import { visible } from './visible.ts'
import { scoreText } from './words.ts'

export interface Nearest {
  /** The highest of those that a lower threshold would have shown. */
  readonly below: ReportRecord | undefined
  /** Those that reached the threshold, and would be alerts had they not been found while learning; the highest first. */
  readonly heldBack: readonly ReportRecord[]
}

/** What came closest to an alert. */
export function nearest(records: readonly ReportRecord[], threshold: Score): Nearest {
  const below = records.filter((record) => record.untold === undefined && record.record_score < threshold)
  return {
    below: greatest(below, (record) => record.record_score),
    heldBack: records
      .filter((record) => record.untold === 'learning' && record.record_score >= threshold)
      .sort((a, b) => b.record_score - a.record_score),
  }
}

/** A sentence without its full stop. @example heldBackText(records, 50) // '2 findings reached the threshold of 50, and were held back while learning; the highest score is 69: nc on web-1, 2026-03-01 14:15 UTC' */
export function heldBackText(heldBack: readonly ReportRecord[], threshold: Score): string {
  const [top] = heldBack as readonly [ReportRecord, ...ReportRecord[]]
  const were = heldBack.length === 1 ? 'was' : 'were'
  // Under a budget of alerts everything reaches the rule's threshold, which is 0 then.
  const reached = threshold > 0 ? `reached the threshold of ${threshold}, and ` : ''
  return `${counted(heldBack.length, 'finding')} ${reached}${were} held back while learning; the highest score is ${scoreText(top.record_score)}: ${whatOf(top)}`
}

/** What a record is about. @example whatOf(record) // 'nc on web-1, 2026-03-01 14:15 UTC' */
export function whatOf({ value, hosts, timestamp }: ReportRecord): string {
  const names = hosts.map((host, i) => (i < HOSTS_NAMED ? visible(host, 48) : host))
  const where = hosts.length > 0 ? ` on ${enumerated(names, HOSTS_NAMED)}` : ''
  return `${visible(value, 48)}${where}, ${moment(timestamp)}`
}

const HOSTS_NAMED = 3
