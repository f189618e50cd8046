import type { AnomalyRecord } from '../../../domain/anomaly-record.ts'
import type { Job } from '../../../domain/job.ts'
import { NOVELTY_FIELDS } from '../../../domain/novelty-fields.ts'
import type { Observation } from '../../../domain/observation.ts'
import { DAY, type EpochMs, MINUTE } from '../../../domain/time.ts'
import type { JobModel } from '../../job-model.ts'
import { NoveltyJob, type NoveltyOptions } from '../job.ts'

/** A little fleet in observations, for tests: what a bucket holds is a list of uses, and the model is driven bucket by bucket. */
export const SPAN = 15 * MINUTE
/** Monday 2026-01-05. */
export const START = Date.UTC(2026, 0, 5)

export const JOB: Job = {
  job_id: 'novel',
  analysis_config: {
    bucket_span: '15m',
    detectors: [{ function: 'novelty', by_field_name: 'oddsock.program', partition_field_name: 'host.name' }],
  },
}

export interface Contact {
  readonly host: string
  readonly program: string
  readonly user?: string
  readonly ip?: string
  readonly port?: string
  readonly directory?: string
  readonly argv0?: string
  readonly terminal?: string
}

/** One row; `minute` is within its bucket. */
export function row(contact: Contact, start: EpochMs, minute = 1): Observation {
  const { host, program, user = 'root', ip = '10.0.0.9', port = '443' } = contact
  const told = new Map<string, string | undefined>([
    ['host.name', host],
    ['oddsock.program', program],
    ['user.name', user === '' ? undefined : user],
    ['destination.ip', ip],
    ['process.name', program.slice(program.lastIndexOf('/') + 1)],
    ['network.direction', 'egress'],
    ['oddsock.peer.ip', ip],
    ['oddsock.peer.port', port],
    ['oddsock.directory', contact.directory ?? 'sys'],
    ['oddsock.argv0', contact.argv0 ?? 'file'],
    ['oddsock.terminal', contact.terminal],
  ])
  const at = start + minute * MINUTE
  return { values: NOVELTY_FIELDS.map((field) => told.get(field) ?? null), count: 1, first: at, last: at, events: [] }
}

export function newJob(options: NoveltyOptions = {}, saved?: unknown): NoveltyJob {
  return new NoveltyJob(JOB, NOVELTY_FIELDS, options, saved)
}

/** What goes on in the bucket of a time. */
export type Life = (at: EpochMs) => readonly Contact[]

/** Closes the buckets of `[from, to)` with what `life` says. */
export function live(model: JobModel, life: Life, from: EpochMs, to: EpochMs): AnomalyRecord[] {
  const records: AnomalyRecord[] = []
  for (let start = from; start < to; start += SPAN) records.push(...close(model, start, life(start)))
  return records
}

export function close(model: JobModel, start: EpochMs, contacts: readonly Contact[]): AnomalyRecord[] {
  const rows = contacts.map((contact) => row(contact, start))
  return model.close({ start, end: start + SPAN }, rows).results.filter((result) => result.result_type === 'record')
}

/** Days since the start. */
export function day(days: number): EpochMs {
  return START + days * DAY
}

/** Daemons that always talk to the same two peers; an administrator at work on weekdays who tries something new each day. */
export function plainLife(hosts: readonly string[]): Life {
  return (at) => {
    const hour = Math.floor((at % DAY) / (60 * MINUTE))
    const n = Math.floor((at - START) / DAY)
    const contacts = hosts.flatMap((host): Contact[] => [
      { host, program: '/usr/sbin/nginx', user: 'www-data', ip: '10.0.0.2', port: '5432' },
      { host, program: '/usr/sbin/chronyd', user: 'chrony', ip: '162.159.200.1', port: '123' },
    ])
    if (hour === 10 && at % (60 * MINUTE) === 0)
      contacts.push({ host: hosts[n % hosts.length]!, program: '/usr/bin/ssh', user: 'ann', port: '22', terminal: 'yes' })
    return contacts
  }
}
