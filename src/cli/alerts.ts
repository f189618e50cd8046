import type { Alert, WorkflowStatus } from '../domain/alert.ts'
import { AppError } from '../domain/error.ts'
import { EARLIEST, isoTime } from '../domain/time.ts'
import { count, counted, moment } from '../domain/words.ts'
import { catchingUpSentence } from '../http/catching-up.ts'
import type { HealthDocument } from '../http/health.ts'
import type { JobDocument } from '../http/jobs.ts'
import { and, equals, type Query } from '../query/ast.ts'
import { parseKql } from '../query/kql.ts'
import { printKql } from '../query/print.ts'
import { jsonLine } from '../report/json-line.ts'
import { visible } from '../report/visible.ts'
import { WORKFLOW_STATUSES } from '../triage/workflow.ts'
import { printAlert, SHORT_ID } from './alert-lines.ts'
import { showAlert } from './alert-view.ts'
import type { ApiClient } from './api-client.ts'
import { describe, EXIT } from './failure.ts'
import { timesOf } from './scan-options.ts'
import { type SettingsOptions, withApi } from './settings.ts'
import { type Io, Terminal } from './terminal.ts'

export interface ListOptions extends SettingsOptions {
  readonly status: WorkflowStatus | 'all'
  readonly since: string
  readonly query?: string
  /** An id, or `all`; those whose alerts are told unless given. */
  readonly job?: string
  readonly limit: number
  readonly json?: boolean
}

/** An alert as the API gives it. */
type Listed = Alert & { readonly _version: number }

/** `oddsock alerts list`: what waits to be judged, worst first. */
export function listAlerts(options: ListOptions, io: Io): Promise<number> {
  const since = Math.max(EARLIEST, timesOf({ since: options.since }, Date.now()).since)
  const asked = queryOf(options, isoTime(since))
  return withApi(options, io, async (api) => {
    const terminal = new Terminal(io)
    const jobs = await jobsAsked(api, options.job)
    const query = jobs === undefined ? asked : and(asked, equals('job_id', ...jobs))
    let total = 0
    let worst: Listed[] = []
    const keepWorst = () => {
      worst = worst.sort(worstFirst).slice(0, options.limit)
    }
    for await (const alert of api.all<Listed>('/api/v1/alerts', { query: printKql(query) })) {
      total++
      worst.push(alert)
      if (worst.length >= 2 * options.limit) keepWorst()
    }
    keepWorst()
    for (const alert of worst) await (options.json ? terminal.out(jsonLine(alert)) : printAlert(alert, terminal))
    const what = options.status === 'all' ? '' : `${options.status} `
    const shown = total > worst.length ? `, ${count(worst.length)} shown (--limit)` : ''
    const others = jobs !== undefined && options.job === undefined ? ' (other jobs: --job all)' : ''
    terminal.note(`${counted(total, `${what}alert`)} since ${moment(since)}${shown}${others}, from ${api.name}`)
    const { catching_up } = await api.get<HealthDocument>('/api/v1/health')
    if (catching_up) terminal.note(catchingUpSentence(catching_up))
    return EXIT.fine
  })
}

function queryOf({ status, query }: ListOptions, since: string): Query {
  return and(
    ...(status === 'all' ? [] : [equals('kibana.alert.workflow_status', status)]),
    { kind: 'range', field: '@timestamp', gte: since },
    ...(query === undefined ? [] : [parseKql(query)]),
  )
}

/**
 * Jobs that run quietly beside another say much the same of the same events; a person should not have to read it twice. A job that
 * runs no more may have left alerts.
 *
 * @throws AppError JOB_UNKNOWN
 */
async function jobsAsked(api: ApiClient, asked: string | undefined): Promise<readonly string[] | undefined> {
  if (asked === 'all') return undefined
  const { items } = await api.get<{ readonly items: readonly JobDocument[] }>('/api/v1/jobs')
  const ids = items.map(({ job_id }) => job_id)
  if (asked === undefined) {
    const told = items.filter(({ quiet }) => !quiet).map(({ job_id }) => job_id)
    return told.length < ids.length ? told : undefined
  }
  if (ids.includes(asked) || (await hasAlerts(api, asked))) return [asked]
  throw new AppError({
    message: `Cannot list alerts of job "${asked}": there is no job of this id, and no alert of it`,
    code: 'JOB_UNKNOWN',
    hint: `Jobs that run: ${ids.join(', ')}; "all" is for all of them.`,
  })
}

async function hasAlerts(api: ApiClient, job: string): Promise<boolean> {
  const query = printKql(equals('job_id', job))
  for await (const _ of api.all<Listed>('/api/v1/alerts', { query }, 1)) return true
  return false
}

function worstFirst(a: Alert, b: Alert): number {
  return Number(b.record_score) - Number(a.record_score) || (a['@timestamp'] < b['@timestamp'] ? 1 : -1)
}

/** `oddsock alerts show`: all that is known of an alert. */
export function showAlerts(
  ids: readonly string[],
  options: SettingsOptions & { json?: boolean },
  io: Io,
): Promise<number> {
  return withApi(options, io, async (api) => {
    const terminal = new Terminal(io)
    for (const id of ids) {
      const alert = await alertNamed(api, id)
      if (options.json) await terminal.out(jsonLine(alert))
      else await showAlert(alert, terminal)
    }
    return EXIT.fine
  })
}

export interface VerdictOptions extends SettingsOptions {
  readonly reason?: string
  readonly note?: string
  readonly as?: string
}

/** `oddsock alerts ack`, `close` and `open`: one result for each alert; 1 when one of them could not be had. */
export function judgeAlerts(
  ids: readonly string[],
  status: WorkflowStatus,
  { reason, note, as: by, ...options }: VerdictOptions,
  io: Io,
): Promise<number> {
  return withApi(options, io, (api) => {
    const terminal = new Terminal(io)
    return forEach(ids, terminal, async (id) => {
      const alert = await alertNamed(api, id)
      const verdict = { status, ...(reason && { reason }), ...(note && { note }), ...(by && { by }) }
      await api.patch(pathOf(alert['kibana.alert.uuid']), verdict, alert._version)
      await terminal.out(visible(`${alert['kibana.alert.uuid'].slice(0, SHORT_ID)} ${status}`))
    })
  })
}

/** What is done with one alert; one that fails does not stop the others, and makes the exit code 1. */
export async function forEach(
  ids: readonly string[],
  terminal: Terminal,
  act: (id: string) => Promise<void>,
): Promise<number> {
  let exit: number = EXIT.fine
  for (const id of ids)
    try {
      await act(id)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      for (const line of describe(error).split('\n')) terminal.error(line)
      exit = EXIT.no
    }
  return exit
}

/**
 * The alert of an id, or of the beginning of one.
 *
 * @throws AppError HTTP_NOT_FOUND, ALERT_AMBIGUOUS
 */
export async function alertNamed(api: ApiClient, id: string): Promise<Listed> {
  const query = printKql({ kind: 'prefix', field: 'kibana.alert.uuid', prefix: id })
  const found: Listed[] = []
  for await (const alert of api.all<Listed>('/api/v1/alerts', { query }, 2)) found.push(alert)
  if (found.length === 2 && !found.some((alert) => alert['kibana.alert.uuid'] === id))
    throw new AppError({
      message: `Cannot tell which alert "${id}" is: several begin so`,
      code: 'ALERT_AMBIGUOUS',
      hint: 'Give more of the id; --json shows it whole.',
    })
  return found.length === 1 ? found[0]! : api.get(pathOf(id))
}

/** Where the API has an alert. */
export function pathOf(id: string): string {
  return `/api/v1/alerts/${encodeURIComponent(id)}`
}

export const STATUSES = [...WORKFLOW_STATUSES, 'all'] as const
