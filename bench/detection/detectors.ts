import { type JobOptions, startJob } from '../../src/anomaly/job.ts'
import { scoreOf } from '../../src/anomaly/novelty/record-score.ts'
import type { AnomalyRecord } from '../../src/domain/anomaly-record.ts'
import type { Job } from '../../src/domain/job.ts'
import type { Observation } from '../../src/domain/observation.ts'
import { DAY, type EpochMs } from '../../src/domain/time.ts'
import type { ScoredBucket } from '../../src/engine/job-loop.ts'
import type { Alert } from './score.ts'

/** What a scan showed a job: its buckets in the order in which they were scored. */
export interface Seen {
  readonly job: Job
  readonly fields: readonly string[]
  readonly buckets: readonly ScoredBucket[]
}

/** Our own job again over the same buckets, at a threshold in nats: its alerts. */
export function noveltyAt(seen: Seen, nats: number): Alert[] {
  return again(seen, { alertThreshold: scoreOf(nats) })
    .filter(isShown)
    .map(alertOf)
}

/** How many hosts a job has seen in its last seven days: hosts come and go. */
export function hostsOf({ fields, buckets }: Seen): number {
  const column = fields.indexOf('host.name')
  const from = buckets.reduce((last, { bucket }) => Math.max(last, bucket.end), 0) - 7 * DAY
  const recent = buckets.filter(({ bucket }) => bucket.start >= from)
  return new Set(recent.flatMap(({ rows }) => rows.map(({ values }) => values[column]))).size
}

/** All that our own job finds odd, told or not. */
export function noveltyFound(seen: Seen): Alert[] {
  return again(seen, {}).map(alertOf)
}

/** The same with a budget of so many alerts a day for all these hosts, of which nothing is known in advance. */
export function noveltyWithin(seen: Seen, perDay: number, hosts: number): Alert[] {
  return again(seen, { alertBudget: (perDay * 40) / hosts })
    .filter(isShown)
    .map(alertOf)
}

function again({ job, fields, buckets }: Seen, options: JobOptions): AnomalyRecord[] {
  const model = startJob(job, fields, options)
  let at: EpochMs = Number.NaN
  return buckets.flatMap(({ bucket, late, rows }) => {
    // Empty stretches are not told; a late row may fall into one.
    const empty = late ? bucket.end : bucket.start
    if (at < empty) {
      model.skip(at, empty)
      at = empty
    }
    if (!late) at = bucket.end
    const { results } = late ? model.late(bucket, rows) : model.close(bucket, rows)
    return results.filter((result) => result.result_type === 'record')
  })
}

function isShown({ oddsock }: AnomalyRecord): boolean {
  return oddsock?.shown ?? false
}

function alertOf({ timestamp, record_score: score, oddsock, partition_field_value: host = '' }: AnomalyRecord): Alert {
  return { at: timestamp, names: oddsock?.names ?? [], hosts: [host], score }
}

/** The faithful job: every record, as first scored. */
export function rareAlerts(records: readonly AnomalyRecord[]): Alert[] {
  return records.map((record) => ({
    at: record.timestamp,
    names: [record.by_field_value ?? ''],
    hosts: record.influencers.find((one) => one.influencer_field_name === 'host.name')?.influencer_field_values ?? [],
    score: record.initial_record_score,
  }))
}

const FORGOTTEN = 14 * DAY

/** Yardsticks: a process name that nobody, or that this host, has shown for 14 days. */
export function newNames({ fields, buckets }: Seen, perHost: boolean): Alert[] {
  const last = new Map<string, EpochMs>()
  const [name, host] = ['process.name', 'host.name'].map((field) => fields.indexOf(field)) as [number, number]
  const alerts: Alert[] = []
  for (const { bucket, late, rows } of buckets) {
    if (late) continue
    for (const [key, found] of gather(rows, name, host, perHost)) {
      if (!(bucket.start - last.get(key)! <= FORGOTTEN))
        alerts.push({ at: bucket.start, names: [found.name], hosts: [...found.hosts], score: 100 })
      last.set(key, bucket.start)
    }
  }
  return alerts
}

function gather(rows: readonly Observation[], name: number, host: number, perHost: boolean) {
  const found = new Map<string, { readonly name: string; readonly hosts: Set<string> }>()
  for (const { values } of rows) {
    const process = values[name]
    if (process == null) continue
    const where = values[host] ?? ''
    const key = perHost ? JSON.stringify([process, where]) : process
    const one = found.get(key) ?? { name: process, hosts: new Set() }
    one.hosts.add(where)
    found.set(key, one)
  }
  return found
}
