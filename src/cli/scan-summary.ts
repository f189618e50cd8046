import type { JobOutcome, ScanOutcome } from '../app/scan.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import { isNovelty } from '../domain/novelty-fields.ts'
import type { EpochMs, Score } from '../domain/time.ts'
import { untoldBecause } from '../domain/untold.ts'
import { count, counted, enumerated, moment } from '../domain/words.ts'
import { silentSince } from '../engine/silence.ts'
import { heldBackText, nearest, whatOf } from '../report/nearest.ts'
import { isTooShortForRare, shortHistory } from '../report/short-history.ts'
import { visible } from '../report/visible.ts'
import { scoreText } from '../report/words.ts'
import { oddAtSight, type SeenProgram } from '../triage/at-sight.ts'
import { UNKNOWN } from './inputs.ts'
import { notJudged } from './not-judged.ts'
import type { Rejects } from './rejects.ts'
import { reportRecords } from './report-records.ts'
import { printReviewList, reviewList } from './review-list.ts'
import type { Terminal } from './terminal.ts'

/** So many programs in odd places are listed. */
const AT_SIGHT = 10

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

/** Programs in odd places that neither an alert nor the list above tells of: some were there before the data began. */
async function printAtSight(
  { history, buckets, records }: JobOutcome,
  listed: ReadonlySet<string>,
  terminal: Terminal,
) {
  const told = new Set(records.filter(({ record }) => isTold(record)).map(({ record }) => record.by_field_value))
  const odd = oddAtSight(history.programs()).filter(({ value }) => !told.has(value) && !listed.has(value))
  if (odd.length === 0) return
  await terminal.out(`\nIn odd places, whatever was seen before (observations, not alerts):`)
  for (const one of odd.slice(0, AT_SIGHT)) await terminal.out(rareLine(one, buckets))
  if (odd.length > AT_SIGHT) terminal.note(`${count(odd.length - AT_SIGHT)} more are not listed`)
}

/** An alert tells of it, or somebody has said that it need not be told. */
function isTold(record: AnomalyRecord): boolean {
  const because = untoldBecause(record)
  return record.oddsock?.shown === true || because === 'expected' || because === 'incident'
}

function rareLine({ value, seen }: SeenProgram, buckets: number): string {
  const hosts = enumerated(
    seen.hosts.map((host) => visible(host, 40)),
    3,
  )
  return `  ${visible(value, 60)}  in ${count(seen.buckets)} of ${counted(buckets, 'interval')}, ${counted(seen.events, 'event')}, on ${hosts}`
}

/** Too short a history for alerts still shows what is seldom in it. */
async function printRarest({ history, buckets }: JobOutcome, terminal: Terminal): Promise<void> {
  for (const of of ['programs', 'peers'] as const) {
    const rarest = history.rarest(of, 10)
    if (rarest.length > 0) await terminal.out(`\nRarest ${of} (observations, not alerts):`)
    for (const one of rarest) await terminal.out(rareLine(one, buckets))
  }
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
