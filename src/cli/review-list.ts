import type { ScanOutcome } from '../app/scan.ts'
import type { DurationMs, EpochMs } from '../domain/time.ts'
import { moment } from '../domain/words.ts'
import type { ReviewFinding } from '../report/report.ts'
import { reviewHeading } from '../report/short-history.ts'
import { toReview } from '../report/to-review.ts'
import { visible } from '../report/visible.ts'
import { scoreText } from '../report/words.ts'
import { type Terminal, wrapped } from './terminal.ts'

/** What a person should look at, though it is no alert. */
export function reviewList({ walk, jobs }: ScanOutcome, since: EpochMs): ReviewFinding[] {
  const records = jobs[0]!.records.flatMap(({ record }) => (record.timestamp >= since ? [record] : []))
  return toReview(records, walk.last - walk.first)
}

export async function printReviewList(
  found: readonly ReviewFinding[],
  length: DurationMs,
  terminal: Terminal,
): Promise<void> {
  if (found.length === 0) return
  const { title, about } = reviewHeading(length)
  await terminal.out(`\n${title} (${about}):`)
  for (const { score, program, user, host, timestamp, learning, why } of found) {
    const when = `${moment(timestamp)}${learning ? ', while learning' : ''}`
    const who = `${visible(program, 60)} as ${visible(user, 40)} on ${visible(host, 40)}, ${when}`
    await terminal.out(`${scoreText(score).padStart(5)}  ${who}`)
    const indent = ' '.repeat(7)
    await terminal.out(`${indent}${terminal.paint(wrapped(why, terminal.columns, indent), 'dim')}`)
  }
}
