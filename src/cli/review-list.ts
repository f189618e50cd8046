import type { ScanOutcome } from '../app/scan.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import { DAY, type DurationMs, type EpochMs, formatDuration } from '../domain/time.ts'
import { moment } from '../domain/words.ts'
import type { ReviewFinding } from '../report/report.ts'
import { visible } from '../report/visible.ts'
import { scoreText } from '../report/words.ts'
import { type Terminal, wrapped } from './terminal.ts'

/** With less history than this the job beyond names is still learning: what it would rather not alert on is listed. */
const LEARNING: DurationMs = 7 * DAY
const LISTED = 10

/**
 * The oddest findings of a short history that were no alerts, worst first, one for each program on a host. In a fleet's first days
 * nothing is an alert, and afterwards little is certain; a person can still look.
 */
export function reviewList({ walk, jobs }: ScanOutcome, since: EpochMs): ReviewFinding[] {
  if (!(walk.last - walk.first < LEARNING)) return []
  const found = jobs[0]!.records
    .map(({ record }) => record)
    .filter(({ oddsock, timestamp }) => oddsock !== undefined && timestamp >= since)
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

export async function printReviewList(
  found: readonly ReviewFinding[],
  length: DurationMs,
  terminal: Terminal,
): Promise<void> {
  if (found.length === 0) return
  await terminal.out(
    `\nTo look at (${formatDuration(length)} of data are too little for certainty; these are no alerts):`,
  )
  for (const { score, program, user, host, timestamp, why } of found) {
    const who = `${visible(program, 60)} as ${visible(user || 'an unknown user', 40)} on ${visible(host, 40)}, ${moment(timestamp)}`
    await terminal.out(`${scoreText(score).padStart(5)}  ${who}`)
    const indent = ' '.repeat(7)
    await terminal.out(`${indent}${terminal.paint(wrapped(why, terminal.columns, indent), 'dim')}`)
  }
}

function placeOf({ by_field_value, partition_field_value }: AnomalyRecord): string {
  return JSON.stringify([partition_field_value, by_field_value])
}
