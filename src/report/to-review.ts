import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import { untoldBecause } from '../domain/untold.ts'
import type { ReviewFinding } from './report.ts'

const LISTED = 10

/**
 * The oddest findings that were no alerts, worst first, one for each program on a host. In a fleet's first days nothing is an alert,
 * and afterwards little is certain; a person can still look. What somebody has called expected, or excepted, was looked at.
 */
export function toReview(records: readonly AnomalyRecord[]): ReviewFinding[] {
  const found = records
    .filter((record) => record.oddsock !== undefined && untoldBecause(record) !== 'expected')
    .sort((a, b) => b.record_score - a.record_score || a.timestamp - b.timestamp)
  const told = new Set(found.filter(({ oddsock }) => oddsock!.shown).map(placeOf))
  const listed: ReviewFinding[] = []
  for (const record of found) {
    const place = placeOf(record)
    if (told.has(place)) continue
    told.add(place)
    if (listed.push(findingOf(record)) === LISTED) break
  }
  return listed
}

function findingOf(record: AnomalyRecord): ReviewFinding {
  const { record_score: score, by_field_value: program = '', partition_field_value: host = '', timestamp } = record
  const { user, terms } = record.oddsock!
  const [worst] = [...terms].sort((a, b) => b.nats - a.nats)
  return { timestamp, score, program, user, host, why: worst!.sentence }
}

function placeOf({ by_field_value, partition_field_value }: AnomalyRecord): string {
  return JSON.stringify([partition_field_value, by_field_value])
}
