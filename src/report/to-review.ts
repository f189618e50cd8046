import type { AnomalyRecord, Band } from '../domain/anomaly-record.ts'
import { accountText } from '../domain/novelty-fields.ts'
import type { DurationMs } from '../domain/time.ts'
import { isToldElsewhere } from '../domain/untold.ts'
import type { ReviewFinding } from './report.ts'
import { isShort } from './short-history.ts'

const LISTED = 10

/**
 * The oddest findings that were no alerts, worst first, one for each program on a host. In a fleet's first days nothing is an alert,
 * and in the first week little is certain: a person can look at whatever there is. Later it is what was held back, and what is odd enough
 * for a weekly look.
 *
 * @param history length of the data
 */
export function toReview(records: readonly AnomalyRecord[], history: DurationMs): ReviewFinding[] {
  const found = records
    .filter((record) => record.oddsock !== undefined && !isToldElsewhere(record))
    .filter(({ oddsock }) => isShort(history) || deservesALook(oddsock!.band))
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

/** Records of older versions tell no band. */
function deservesALook(band: Band | undefined): boolean {
  return band !== undefined && band !== 'hunt'
}

function findingOf(record: AnomalyRecord): ReviewFinding {
  const { record_score: score, by_field_value: program = '', partition_field_value: host = '', timestamp } = record
  const { user, terms, learning = false } = record.oddsock!
  const [worst] = [...terms].sort((a, b) => b.nats - a.nats)
  return {
    timestamp,
    score,
    program,
    user: accountText(user),
    host,
    learning,
    why: worst!.sentence,
  }
}

function placeOf({ by_field_value, partition_field_value }: AnomalyRecord): string {
  return JSON.stringify([partition_field_value, by_field_value])
}
