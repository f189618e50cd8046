import type { ScanOutcome } from '../app/scan.ts'
import { type DurationMs, type EpochMs, formatDuration } from '../domain/time.ts'
import { moment } from '../domain/words.ts'
import type { ReviewFinding } from '../report/report.ts'
import { isShort } from '../report/short-history.ts'
import { toReview } from '../report/to-review.ts'
import { visible } from '../report/visible.ts'
import { scoreText } from '../report/words.ts'
import { type Terminal, wrapped } from './terminal.ts'

/** What a person should look at in a history that is too short for certainty. */
export function reviewList({ walk, jobs }: ScanOutcome, since: EpochMs): ReviewFinding[] {
  if (!isShort(walk.last - walk.first)) return []
  return toReview(jobs[0]!.records.flatMap(({ record }) => (record.timestamp >= since ? [record] : [])))
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
