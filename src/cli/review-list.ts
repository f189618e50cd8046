import type { JobOutcome } from '../app/scan.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import { DAY, type DurationMs, type EpochMs, formatDuration } from '../domain/time.ts'
import { moment } from '../domain/words.ts'
import { visible } from '../report/visible.ts'
import { type Terminal, wrapped } from './terminal.ts'

/** With less history than this the job beyond names is still learning: what it would rather not alert on is listed. */
const LEARNING: DurationMs = 7 * DAY
const LISTED = 10

/**
 * The oddest findings of a short history that were no alerts, worst first, one for each program on a host. In a fleet's first days
 * nothing is an alert, and afterwards little is certain; a person can still look.
 */
export function reviewList({ records }: JobOutcome, length: DurationMs, since: EpochMs): AnomalyRecord[] {
  if (length >= LEARNING) return []
  const found = records
    .map(({ record }) => record)
    .filter(({ oddsock, timestamp }) => oddsock !== undefined && timestamp >= since)
    .sort((a, b) => b.record_score - a.record_score || a.timestamp - b.timestamp)
  const told = new Set(found.filter(({ oddsock }) => oddsock!.shown).map(placeOf))
  const listed: AnomalyRecord[] = []
  for (const record of found) {
    const place = placeOf(record)
    if (told.has(place)) continue
    told.add(place)
    if (listed.push(record) === LISTED) break
  }
  return listed
}

export async function printReviewList(
  records: readonly AnomalyRecord[],
  length: DurationMs,
  terminal: Terminal,
): Promise<void> {
  if (records.length === 0) return
  await terminal.out(
    `\nTo look at (${formatDuration(length)} of data are too little for certainty; these are no alerts):`,
  )
  for (const { record_score, by_field_value = '', partition_field_value = '', timestamp, oddsock } of records) {
    const score = String(Math.floor(record_score)).padStart(5)
    const who = `${visible(by_field_value, 60)} as ${visible(oddsock!.user || 'an unknown user', 40)} on ${visible(partition_field_value, 40)}, ${moment(timestamp)}`
    await terminal.out(`${score}  ${who}`)
    const [worst] = [...oddsock!.terms].sort((a, b) => b.nats - a.nats)
    const indent = ' '.repeat(7)
    await terminal.out(`${indent}${terminal.paint(wrapped(visible(worst!.sentence), terminal.columns, indent), 'dim')}`)
  }
}

function placeOf({ by_field_value, partition_field_value }: AnomalyRecord): string {
  return JSON.stringify([partition_field_value, by_field_value])
}
