import type { JobOutcome, ScanOutcome } from '../app/scan.ts'
import type { Alert } from '../domain/alert.ts'
import { isNovelty } from '../domain/novelty-fields.ts'
import type { EpochMs, Score } from '../domain/time.ts'
import type { HostWalk } from '../engine/scan.ts'
import { silentSince } from '../engine/silence.ts'
import { renderReport } from '../report/page.ts'
import type { Presence, Report, ReportHost } from '../report/report.ts'
import type { Unreadable } from '../sources/find-files.ts'
import { notJudged } from './not-judged.ts'
import type { Rejects } from './rejects.ts'
import { reportRecords } from './report-records.ts'
import { reviewList } from './review-list.ts'
import type { ScanCliOptions } from './scan-options.ts'

export interface ScanReportInput {
  readonly outcome: ScanOutcome
  readonly alerts: readonly Alert[]
  readonly rejects: Rejects
  readonly options: ScanCliOptions
  readonly paths: readonly string[]
  readonly unreadable: readonly Unreadable[]
  /** Of each job: its rules alert from there. */
  readonly thresholds: readonly Score[]
  readonly since: EpochMs
  readonly now: EpochMs
}

/** The page for a scan: what the engine found, put into the shape that the page draws. */
export function renderScanReport(input: ScanReportInput): string {
  return renderReport(reportOf(input))
}

function reportOf({
  outcome,
  alerts,
  rejects,
  options,
  paths,
  unreadable,
  thresholds,
  since,
  now,
}: ScanReportInput): Report {
  const { walk, inputs } = outcome
  const [main] = outcome.jobs as [JobOutcome, ...JobOutcome[]]
  const { feed, history, lateEvents, buckets } = main
  const records = outcome.jobs.flatMap(reportRecords)
  const names = new Set([
    ...records.map(({ value }) => value),
    ...alerts.map((alert) => String(alert.by_field_value ?? '')),
  ])
  const rarest = (of: 'programs' | 'peers') =>
    history.rarest(of, 10).map(({ value, seen }) => ({
      value,
      buckets: seen.buckets,
      events: seen.events,
      hosts: seen.hosts,
      first: seen.first,
    }))
  return {
    title: `oddsock scan of ${paths.join(', ')}`,
    generatedAt: now,
    command: commandOf(paths, options),
    ...(Number.isNaN(walk.first) ? {} : { range: { from: walk.first, to: walk.last } }),
    bucketSpan: feed.bucketSpan,
    jobs: outcome.jobs.map(({ job }, i) => ({
      id: job.job_id,
      threshold: thresholds[i]!,
      isNovelty: isNovelty(job),
    })),
    inputs: [
      ...inputs.map((one) => ({
        path: one.source.name,
        format: one.format?.name ?? 'unknown',
        bytes: one.bytes,
        events: one.events,
        rejects: one.rejects,
        ...noteOf(one.unknown ? ['not an audit log, and not NDJSON of ECS documents'] : one.source.problems),
      })),
      ...unreadable.map(({ path, reason }) => ({
        path,
        format: 'unknown',
        bytes: 0,
        events: 0,
        rejects: 0,
        note: reason,
      })),
    ],
    counts: {
      bytes: inputs.reduce((sum, one) => sum + one.bytes, 0),
      events: walk.events,
      matched: walk.matched,
      copies: outcome.copies,
      late: lateEvents,
      buckets,
    },
    rejects: rejects.counts(),
    alerts,
    records,
    review: reviewList(outcome, since),
    presence: presenceOf(names, outcome.jobs),
    hosts: walk.hosts.filter((host) => host !== undefined).map((host) => hostOf(host, walk.last)),
    rarest: { programs: rarest('programs'), peers: rarest('peers') },
    notJudged: notJudged(outcome),
    warnings: outcome.jobs.flatMap(({ warnings }) => warnings),
  }
}

/** Each name as the first job knows it that has met it: one counts names of processes, another programs. */
function presenceOf(names: ReadonlySet<string>, jobs: readonly JobOutcome[]): ReadonlyMap<string, Presence> {
  const presence = new Map<string, Presence>()
  for (const { history } of jobs)
    for (const name of names) {
      const known = history.presenceOf(name)
      if (known.buckets > 0 && !presence.has(name)) presence.set(name, known)
    }
  return presence
}

function noteOf(problems: readonly string[]): { note?: string } {
  return problems.length === 0 ? {} : { note: problems.join('; ') }
}

function hostOf(host: HostWalk, end: EpochMs): ReportHost {
  const since = silentSince({ ...host, activeBuckets: host.activity.size }, end)
  return {
    name: host.name,
    first: host.first,
    last: host.last,
    events: host.events,
    activity: host.activity.counts(),
    ...(since !== undefined && { silentSince: since, blind: [{ from: since, to: end }] }),
  }
}

/** The command that made the page, ready to be pasted. */
function commandOf(paths: readonly string[], options: ScanCliOptions): string {
  const words = ['oddsock', 'scan', ...paths]
  const say = (flag: string, value: unknown) =>
    value !== undefined && value !== false && words.push(flag, ...(value === true ? [] : [String(value)]))
  for (const job of options.job ?? []) say('--job', job)
  say('--profile', options.profile === 'recommended' ? undefined : options.profile)
  say('--threshold', options.threshold)
  say('--alerts-per-day', options.alertsPerDay)
  say('--since', options.since)
  say('--until', options.until)
  for (const file of options.rules ?? []) say('--rules', file)
  say('--host', options.host)
  say('--format', options.format)
  say('--strict', options.strict)
  say('--no-spool', options.spool === false)
  say('--html', options.html)
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
}
