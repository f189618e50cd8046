import type { Alert } from '../domain/alert.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import { DAY, type DurationMs, type EpochMs, isoTime } from '../domain/time.ts'
import { counted } from '../domain/words.ts'
import { silentSince } from '../engine/silence.ts'
import type { Presence, Report, ReportHost, ReportRecord } from '../report/report.ts'
import type { ApiDeps, ServedJob } from './api-deps.ts'
import { isWithdrawn } from './exceptions.ts'
import { healthOf } from './health.ts'
import type { HostActivity, Week } from './week.ts'

/** What the page covers, back from the newest event. */
const COVERED: DurationMs = 7 * DAY
const MOST_ALERTS = 1_000

/** What the store knows of the last seven days, in the shape that the page draws; `weeks` stand in the order of the jobs. */
export async function reportFromStore(deps: ApiDeps, weeks: readonly Week[]): Promise<Report> {
  const { storage, jobs, now, engine } = deps
  const last = await storage.events.last()
  const to = last?.clock ?? now()
  const from = to - COVERED
  for (const week of weeks) await week.learn(from, to, last?.seq ?? 0)
  const hosts = [...hostsOf(weeks)].map((host) => shownHost(host, to))
  const { shown, judged } = await alertsSince(deps, from)
  const records = (await Promise.all(jobs.map((job) => recordsSince(deps, job, from)))).flat()
  const { sources, rejects } = await healthOf(deps)
  const first = hosts.reduce((least, host) => Math.min(least, host.first), to)
  return {
    title: 'The last seven days',
    generatedAt: now(),
    command: 'oddsock serve',
    ...(hosts.length > 0 && { range: { from: first, to } }),
    bucketSpan: jobs[0]?.feed.bucketSpan ?? DAY,
    threshold: Math.min(...jobs.map(({ threshold }) => threshold), 100),
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
      events: Math.max(...weeks.map(({ matched }) => matched), 0),
      matched: Math.max(...weeks.map(({ matched }) => matched), 0),
      late: (engine?.health().jobs ?? []).reduce((most, { lateEvents }) => Math.max(most, lateEvents), 0),
      buckets: Math.ceil((to - first) / (jobs[0]?.feed.bucketSpan ?? DAY)),
    },
    rejects: rejects.map(({ reason, count }) => ({ reason, count, sample: '', path: '' })),
    alerts: shown,
    records,
    presence: presenceOf(records, shown, weeks, from),
    hosts,
    rarest: { programs: rarest('programs', weeks), peers: rarest('peers', weeks) },
    notJudged: ['Events that no job looks at are stored and not in this page.'],
    warnings: [
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
  const found = await storage.alerts.search({ kind: 'range', field: '@timestamp', gte: isoTime(from) }, MOST_ALERTS)
  const alerts = found.map(({ doc }) => doc).filter((alert) => !isWithdrawn(alert))
  const shown = alerts.filter(
    (alert) => alert['kibana.alert.workflow_status'] !== 'closed' || alert['kibana.alert.workflow_reason'] === 'real',
  )
  return { shown, judged: alerts.length - shown.length }
}

async function recordsSince({ storage }: ApiDeps, { job }: ServedJob, from: EpochMs): Promise<ReportRecord[]> {
  const results = await storage.results.newest(job.job_id, from)
  return results
    .filter((result): result is AnomalyRecord => result.result_type === 'record' && result.record_score > 0)
    .map((record) => ({
      timestamp: record.timestamp,
      value: record.by_field_value ?? '',
      hosts: [
        ...(record.influencers.find((one) => one.influencer_field_name === 'host.name')?.influencer_field_values ?? []),
      ],
      record_score: record.record_score,
    }))
}

/** Jobs may look at different events of one host: what any of them saw counts, of the one that saw most. */
function hostsOf(weeks: readonly Week[]) {
  const hosts = new Map(weeks[0]?.hosts)
  for (const { hosts: others } of weeks.slice(1))
    for (const [name, host] of others) if (!(host.events <= (hosts.get(name)?.events ?? 0))) hosts.set(name, host)
  return hosts.values()
}

function shownHost(host: HostActivity, end: EpochMs): ReportHost {
  const since = silentSince(host, end)
  return {
    name: host.name,
    first: host.first,
    last: host.last,
    events: host.events,
    activity: host.activity.counts(),
    ...(since !== undefined && { silentSince: since, blind: [{ from: since, to: end }] }),
  }
}

function presenceOf(
  records: readonly ReportRecord[],
  alerts: readonly Alert[],
  weeks: readonly Week[],
  from: EpochMs,
): ReadonlyMap<string, Presence> {
  const names = new Set([
    ...records.map(({ value }) => value),
    ...alerts.map((alert) => String(alert.by_field_value ?? '')),
  ])
  const presence = new Map<string, Presence>()
  for (const name of names)
    for (const { history } of weeks) {
      const starts = history.presenceOf(name).starts.filter((start) => start >= from)
      if (starts.length > 0) presence.set(name, { starts, buckets: starts.length })
    }
  return presence
}

function rarest(of: 'programs' | 'peers', [week]: readonly Week[]) {
  const found = week?.history.rarest(of, 10) ?? []
  return found.map(({ value, seen: { buckets, events, hosts, first } }) => ({ value, buckets, events, hosts, first }))
}
