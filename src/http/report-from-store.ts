import { bucketTimeOf } from '../datafeed/observe.ts'
import type { Alert } from '../domain/alert.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import { isNovelty } from '../domain/novelty-fields.ts'
import { DAY, type DurationMs, type EpochMs, isoTime } from '../domain/time.ts'
import { untoldBecause } from '../domain/untold.ts'
import { counted } from '../domain/words.ts'
import { ALL } from '../query/ast.ts'
import { NOTHING_TOLD, type Presence, type Report, type ReportRecord } from '../report/report.ts'
import { toReview } from '../report/to-review.ts'
import type { History } from '../triage/history.ts'
import { allAlerts, isWithdrawn } from './alert-pages.ts'
import type { ApiDeps, ServedJob } from './api-deps.ts'
import { catchingUpSentence } from './catching-up.ts'
import { healthOf } from './health.ts'
import { hostsSince } from './hosts-since.ts'

/** What the page covers, back from the newest event. */
const COVERED: DurationMs = 7 * DAY
/** The newest ones, if there are more. */
const MOST_ALERTS = 1_000

/** What store and engine know of the last seven days, in the shape that the page draws. */
export async function reportFromStore(deps: ApiDeps): Promise<Report> {
  const { storage, jobs, now, engine } = deps
  const last = await storage.events.last()
  const to = last?.clock ?? now()
  const from = to - COVERED
  const histories = jobs.flatMap(({ job }) => engine?.historyOf(job.job_id) ?? [])
  // Jobs look at much the same events: the default one speaks for all.
  const [job] = jobs
  const hosts = job && last ? await hostsSince(storage.events, job.feed, from, last) : []
  const matched = hosts.reduce((sum, host) => sum + host.events, 0)
  const { shown, judged } = await alertsSince(deps, from)
  const recordsOf = await Promise.all(jobs.map((job) => recordsSince(deps, job, from)))
  const records = recordsOf.flat().map(reportRecord)
  const begin = await firstTime(deps)
  const { sources, rejects, catching_up } = await healthOf(deps)
  const first = hosts.reduce((least, host) => Math.min(least, host.first), to)
  return {
    title: 'The last seven days',
    generatedAt: now(),
    command: 'oddsock serve',
    ...(hosts.length > 0 && { range: { from: Math.max(from, first), to } }),
    bucketSpan: job?.feed.bucketSpan ?? DAY,
    jobs: jobs.map(({ job, threshold }) => ({
      id: job.job_id,
      threshold: threshold ?? NOTHING_TOLD,
      isNovelty: isNovelty(job),
    })),
    inputs: sources.map(({ name, bytes_read, problem }) => ({
      path: name,
      format: 'live',
      bytes: bytes_read,
      events: 0,
      rejects: 0,
      ...(problem !== null && { note: problem }),
    })),
    counts: {
      bytes: sources.reduce((sum, { bytes_read }) => sum + bytes_read, 0),
      events: matched,
      matched,
      late: (engine?.health().jobs ?? []).reduce((most, { lateEvents }) => Math.max(most, lateEvents), 0),
      buckets: Math.ceil((to - first) / (job?.feed.bucketSpan ?? DAY)),
    },
    rejects: rejects.map(({ reason, count }) => ({ reason, count, sample: '', path: '' })),
    alerts: shown,
    records,
    review: toReview(recordsOf[0] ?? [], to - begin),
    presence: presenceOf(records, shown, histories, from),
    hosts,
    rarest: { programs: rarest('programs', histories), peers: rarest('peers', histories) },
    notJudged: ['Events that no job looks at are stored and not in this page.'],
    warnings: [
      ...(catching_up ? [catchingUpSentence(catching_up)] : []),
      ...(judged > 0
        ? [`${counted(judged, 'alert')} of this time ${judged === 1 ? 'is' : 'are'} closed, and not shown.`]
        : []),
      ...jobs.flatMap(
        ({ job }) =>
          engine
            ?.health()
            .jobs.find(({ job_id }) => job_id === job.job_id)
            ?.warnings.slice(-1) ?? [],
      ),
    ],
  }
}

/** Alerts of this time that are still to be judged, or were found to be real; and how many others there are. */
async function alertsSince({ storage }: ApiDeps, from: EpochMs): Promise<{ shown: Alert[]; judged: number }> {
  const shown: Alert[] = []
  let judged = 0
  for await (const alert of allAlerts(storage.alerts, { kind: 'range', field: '@timestamp', gte: isoTime(from) })) {
    if (isWithdrawn(alert)) continue
    if (alert['kibana.alert.workflow_status'] === 'closed' && alert['kibana.alert.workflow_reason'] !== 'real') judged++
    else shown.push(alert)
    if (shown.length > MOST_ALERTS) shown.shift()
  }
  return { shown, judged }
}

async function recordsSince({ storage }: ApiDeps, { job }: ServedJob, from: EpochMs): Promise<AnomalyRecord[]> {
  const results = await storage.results.newest(job.job_id, from)
  return results.filter((result): result is AnomalyRecord => result.result_type === 'record' && result.record_score > 0)
}

function reportRecord(record: AnomalyRecord): ReportRecord {
  const untold = untoldBecause(record)
  const hosts = record.influencers.find((one) => one.influencer_field_name === 'host.name')?.influencer_field_values
  return {
    job: record.job_id,
    timestamp: record.timestamp,
    value: record.by_field_value ?? '',
    hosts: [...(hosts ?? [])],
    record_score: record.record_score,
    ...(untold && { untold }),
  }
}

/** With what the store begins: jobs know nothing of what was before. NaN while there is nothing. */
async function firstTime({ storage }: ApiDeps): Promise<EpochMs> {
  const [first] = (await storage.events.scan(ALL, { after: 0, limit: 1 })).items
  return first ? bucketTimeOf(first.doc) : Number.NaN
}

function presenceOf(
  records: readonly ReportRecord[],
  alerts: readonly Alert[],
  histories: readonly History[],
  from: EpochMs,
): ReadonlyMap<string, Presence> {
  const names = new Set([
    ...records.map(({ value }) => value),
    ...alerts.map((alert) => String(alert.by_field_value ?? '')),
  ])
  const presence = new Map<string, Presence>()
  for (const name of names)
    for (const history of histories) {
      const starts = history.presenceOf(name).starts.filter((start) => start >= from)
      if (starts.length > 0) presence.set(name, { starts, buckets: starts.length })
    }
  return presence
}

function rarest(of: 'programs' | 'peers', [history]: readonly History[]) {
  const found = history?.rarest(of, 10) ?? []
  return found.map(({ value, seen: { buckets, events, hosts, first } }) => ({ value, buckets, events, hosts, first }))
}
