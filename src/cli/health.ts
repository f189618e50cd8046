import { count, counted, moment } from '../domain/words.ts'
import { progressOf } from '../http/catching-up.ts'
import type { HealthDocument } from '../http/health.ts'
import { jsonLine } from '../report/json-line.ts'
import { visible } from '../report/visible.ts'
import { EXIT } from './failure.ts'
import { RAW_LINES_HINT, rawLinesSentence } from './raw-lines.ts'
import { type SettingsOptions, withApi } from './settings.ts'
import { type Io, Terminal } from './terminal.ts'

/** `oddsock health`: 0 while a server runs and nothing is wrong, else 1. */
export function showHealth(options: SettingsOptions & { json?: boolean }, io: Io): Promise<number> {
  return withApi(options, io, async (api) => {
    const terminal = new Terminal(io)
    const health = await api.get<HealthDocument>('/api/v1/health')
    if (options.json) await terminal.out(jsonLine(health))
    else for (const line of linesOf(health, terminal)) await terminal.out(line)
    if (health.status === 'stopped') terminal.note(`No server runs; this is ${api.name}`)
    return health.status === 'stopped' || health.problems.length > 0 ? EXIT.no : EXIT.fine
  })
}

function linesOf(health: HealthDocument, terminal: Terminal): string[] {
  const { status, started, catching_up, clock, stored, events, set_aside, rejects, too_old, jobs, sources, sinks } =
    health
  const { server, shared_work, silent_hosts, raw_audit_lines } = health
  const line = (name: string, ...parts: readonly string[]) =>
    `${terminal.paint(name.padEnd(8), 'dim')} ${parts.map((part) => visible(part)).join(' · ')}`
  const rejected = rejects.reduce((sum, reject) => sum + reject.count, 0)
  return [
    line(
      'status',
      catching_up ? `${status}: ${progressOf(catching_up)}` : status,
      ...(started === null ? [] : [`since ${started}`]),
    ),
    ...(server === null ? [] : [line('server', server)]),
    ...health.problems.map((problem) => terminal.paint(line('problem', problem), 'red')),
    stored === null
      ? line('events', 'in the indices of the cluster')
      : line(
          'events',
          `${count(stored)} stored`,
          `${count(events)} taken since the start`,
          `${count(rejected)} rejected`,
          ...(set_aside > 0 ? [`${count(set_aside)} more than a day ahead`] : []),
        ),
    line('clock', clock ?? 'nothing has come in yet'),
    ...(silent_hosts.count > 0 ? [line('silent', silenceOf(silent_hosts))] : []),
    ...(raw_audit_lines.count > 0 ? [line('raw', `${rawLinesSentence(raw_audit_lines)}. ${RAW_LINES_HINT}`)] : []),
    ...sources.map(({ name, bytes_read, bytes_behind }) =>
      line('source', name, counted(bytes_read, 'byte'), ...(bytes_behind ? [`${count(bytes_behind)} behind`] : [])),
    ),
    ...jobs.map(({ job_id, buckets, open_from, late_events }) =>
      line('job', job_id, counted(buckets, 'bucket'), `open from ${open_from ?? '-'}`, `${count(late_events)} late`),
    ),
    ...shared_work.map(({ name, server: holder }) =>
      line(
        'work',
        name,
        holder === null ? 'nobody has it now' : holder === server ? 'this server' : `server ${holder}`,
      ),
    ),
    ...sinks.map(({ name, delivered, waiting, given_up }) =>
      line('sink', name, `${count(delivered)} delivered`, `${count(waiting)} waiting`, `${count(given_up)} given up`),
    ),
    ...too_old.map(({ source, count: many }) =>
      line('too old', `${counted(many, 'event')} of ${source}, never scored`),
    ),
    ...rejects.map(({ reason, count: many }) => line('reject', `${count(many)} ${reason}`)),
  ]
}

/** Those that are not named stay in the count. */
function silenceOf({ count: many, longest }: HealthDocument['silent_hosts']): string {
  const named = longest.slice(0, 3).map(({ name, since }) => `${visible(name, 40)} since ${moment(Date.parse(since))}`)
  const others = many - named.length
  return `${counted(many, 'host')}: ${[...named, ...(others > 0 ? [counted(others, 'other')] : [])].join(', ')}`
}
