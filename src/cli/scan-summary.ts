import type { JobOutcome, ScanOutcome } from '../app/scan.ts'
import { isNovelty } from '../domain/novelty-fields.ts'
import type { EpochMs, Score } from '../domain/time.ts'
import { count, counted, enumerated, moment } from '../domain/words.ts'
import { silentSince } from '../engine/silence.ts'
import { heldBackText, nearest, whatOf } from '../report/nearest.ts'
import { isTooShortForRare, shortHistory } from '../report/short-history.ts'
import { visible } from '../report/visible.ts'
import { scoreText } from '../report/words.ts'
import { UNKNOWN } from './inputs.ts'
import { notJudged } from './not-judged.ts'
import type { Rejects } from './rejects.ts'
import { reportRecords } from './report-records.ts'
import { printReviewList, reviewList } from './review-list.ts'
import { printAtSight, printRarest } from './seen-lists.ts'
import type { Terminal } from './terminal.ts'

/** Says beside the result of a scan what it rests on: problems, rejects, how much was read, what could not be judged. */
export async function summarize(
  outcome: ScanOutcome,
  alerts: number,
  rejects: Rejects,
  terminal: Terminal,
  forPerson: boolean,
  since: EpochMs,
): Promise<void> {
  const { walk, inputs } = outcome
  const [main, ...others] = outcome.jobs as [JobOutcome, ...JobOutcome[]]
  for (const input of inputs) {
    for (const problem of input.source.problems) terminal.error(problem)
    if (input.unknown) terminal.error(`Skipped "${input.source.name}": ${UNKNOWN}`)
  }
  for (const { reason, count: many } of rejects.counts()) terminal.note(`${counted(many, 'piece')} rejected: ${reason}`)
  for (const warning of main.warnings.slice(-1)) terminal.note(warning)
  if (Number.isNaN(walk.first))
    return terminal.note(
      rejects.total > 0 || inputs.some((input) => input.source.problems.length > 0)
        ? 'No events: nothing in the input could be read (--rejects FILE keeps what was rejected)'
        : 'No events: the input is empty',
    )
  terminal.note(
    `${counted(alerts, 'alert')} in ${counted(walk.events, 'event')} of ${counted(walk.hosts.length, 'host')}, ` +
      `${moment(walk.first)} to ${moment(walk.last)}; the job looked at ${count(walk.matched)} of them`,
  )
  const length = walk.last - walk.first
  const ran = outcome.jobs.map(({ job }) => ({ isNovelty: isNovelty(job) }))
  for (const line of [...shortHistory(length, ran), ...notJudged(outcome), ...silences(outcome)]) terminal.note(line)
  for (const line of besides(others, since)) terminal.note(line)
  if (!forPerson) return
  const toReview = reviewList(outcome, since)
  await printReviewList(toReview, length, terminal)
  await printAtSight(main, new Set(toReview.map(({ program }) => program)), terminal)
  if (isTooShortForRare(length)) await printRarest(main, terminal)
}

/** The other jobs of the scan: how much they have to say, and how to hear it. */
function besides(others: readonly JobOutcome[], since: EpochMs): string[] {
  return others.map(({ job, drafts }) => {
    const alerts = drafts.filter(({ record }) => record.timestamp >= since).length
    return `The job ${job.job_id}, which ran beside it, has ${counted(alerts, 'alert')}${alerts > 0 ? `: see them with --job ${job.job_id}` : ''}`
  })
}

/** Hosts that stopped sending: what happened there afterwards, no alert can tell. */
function silences({ walk }: ScanOutcome): string[] {
  const silent = walk.hosts.flatMap((host) => {
    const since = silentSince({ ...host, activeBuckets: host.activity.size }, walk.last)
    return since === undefined ? [] : [`${visible(host.name, 40)} since ${moment(since)}`]
  })
  return silent.length === 0 ? [] : [`${counted(silent.length, 'host')} fell silent: ${enumerated(silent, 3)}`]
}

/** Where there is no alert, what came closest to one, and whether a lower threshold would show it. */
export function closest({ jobs, walk }: ScanOutcome, threshold: Score, since: EpochMs): string[] {
  if (since > walk.last) return [`All events are older than ${moment(since)}, from which on --since asks for alerts`]
  const records = reportRecords(jobs[0]!).filter((record) => record.timestamp >= since)
  const { below, heldBack } = nearest(records, threshold)
  const said: string[] = []
  if (heldBack.length > 0) said.push(heldBackText(heldBack, threshold))
  if (below && below.record_score >= 1) {
    const score = scoreText(below.record_score)
    said.push(
      `The highest score below the threshold of ${threshold} is ${score}: ${whatOf(below)}. See it with --threshold ${score}`,
    )
  }
  return said
}
