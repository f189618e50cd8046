import type { ScanOutcome } from '../app/scan.ts'
import { DEFAULT_JOBS } from '../config/content.ts'
import { bucketOf, LATE_WINDOW } from '../domain/bucket.ts'
import { formatDuration } from '../domain/time.ts'
import { count, counted } from '../domain/words.ts'
import { isTooShortForRare } from '../report/short-history.ts'
import { CONNECT_RULE } from './audit-rule.ts'

/** What a scan could not judge, or not as usual: said beside its result, so that silence is not taken for an all-clear. */
export function notJudged({ walk, jobs, forgotten, landmarksLetGo }: ScanOutcome): string[] {
  const { feed, lateEvents, tooLate, notLookedBack } = jobs[0]!
  const said: string[] = []
  if (Number.isNaN(walk.first)) return said
  if (isTooShortForRare(walk.last - walk.first) && walk.first > bucketOf(walk.first, feed.bucketSpan).start)
    said.push('The first interval is incomplete, so it was neither scored nor learned.')
  if (walk.setAside > 0)
    said.push(
      `${counted(walk.setAside, 'event')} dated more than a day ahead of all others: scored in the interval of their arrival.`,
    )
  if (lateEvents > 0)
    said.push(
      `${counted(lateEvents, 'event')} came after their interval was closed: scored late, against what was known then.`,
    )
  if (tooLate > 0)
    said.push(
      `${counted(tooLate, 'event')} of a time before the first interval, or more than ${formatDuration(LATE_WINDOW)} older than what came before: not scored.`,
    )
  if (forgotten > 0)
    said.push(
      `Too many events to remember for ${formatDuration(LATE_WINDOW)}: copies of the first ${count(forgotten)} may have counted twice.`,
    )
  if (notLookedBack > 0)
    said.push(
      `${counted(notLookedBack, 'alert')} cannot tell what happened just before: ${count(landmarksLetGo)} logins, packages and services made room for newer ones.`,
    )
  if (walk.matched === 0)
    said.push(
      (DEFAULT_JOBS as readonly string[]).includes(feed.job_id)
        ? NO_NETWORK_USE
        : `No event is one that the job ${feed.job_id} looks at.`,
    )
  return said
}

const NO_NETWORK_USE = `No event shows a program using the network. For audit logs that takes a rule for connect: ${CONNECT_RULE}`
