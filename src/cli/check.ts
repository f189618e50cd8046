import { ConfigError } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { AppError, type Problem } from '../domain/error.ts'
import { counted, enumerated } from '../domain/words.ts'
import type { HealthDocument } from '../http/health.ts'
import type { JobDocument } from '../http/jobs.ts'
import { visible } from '../report/visible.ts'
import { openApi } from './api-doors.ts'
import { auditRules, CONNECT_RULE, connectRuleIn } from './audit-rule.ts'
import { describe, EXIT } from './failure.ts'
import { jobsToRun } from './jobs-to-run.ts'
import { RAW_LINES_HINT, rawLinesSentence } from './raw-lines.ts'
import { checkRules } from './rules-check.ts'
import { type SettingsOptions, settingsOf } from './settings.ts'
import { type Io, Terminal } from './terminal.ts'

/**
 * `oddsock check`: settings, jobs, rules, keys and certificates, and whether the machine records what the jobs look at. Nothing is
 * started or changed.
 *
 * @returns 0 nothing is wrong · 1 something is
 */
export async function check(options: SettingsOptions, io: Io): Promise<number> {
  const terminal = new Terminal(io)
  const problems: Problem[] = []
  const config = await attempt(problems, async () => settingsOf(options, io).config)
  let rules: number = EXIT.fine
  let recording: Recording = 'unknown'
  if (config) {
    await attempt(problems, () => checkListeners(config))
    const jobs = await attempt(problems, () => jobsToRun({ ...config, rules: [] }))
    if (config.rules.length > 0) {
      rules = await checkRules(config.rules, io)
      if (jobs) await checkUse(config, rules === EXIT.fine ? problems : [], terminal)
    } else if (jobs) {
      for (const note of jobs.notes) terminal.note(note)
      await terminal.out(`Jobs: ${jobs.jobs.map(({ job }) => visible(job.job_id)).join(', ')}`)
    }
    if (config.source.length === 0 && config.storage.indices === undefined)
      terminal.note('No source is set, and this machine has no audit log that may be read: only what is sent arrives')
    recording = (await attempt(problems, () => recordingOf(config, io, terminal))) ?? 'unknown'
    if (typeof recording === 'object') problems.push(recording)
  }
  for (const problem of problems) await terminal.out(`${describe(new AppError(problem))}\n`)
  if (problems.length > 0) await terminal.out(counted(problems.length, 'problem'))
  if (problems.length > 0 || rules !== EXIT.fine) return EXIT.no
  await terminal.out(recording === 'unknown' ? UNKNOWN_RECORDING : 'All is well')
  return EXIT.fine
}

const UNKNOWN_RECORDING = `Settings are fine; whether connects are recorded is not known: auditctl may not be asked, and nothing has arrived yet
Where they are not, add the audit rule: ${CONNECT_RULE} (docs/how-to/record-connects.md)`

/** How the rules and the jobs of the settings go together. What makes a rule unreadable was said before. */
async function checkUse(config: Config, problems: Problem[], terminal: Terminal): Promise<void> {
  const toRun = await attempt(problems, () => jobsToRun(config))
  for (const note of toRun?.notes ?? []) terminal.note(note)
}

/** What it answers; what it has against it is added to the problems. */
async function attempt<T>(problems: Problem[], look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    problems.push(...(error instanceof ConfigError ? error.problems : [error]))
    return undefined
  }
}

async function checkListeners({ http }: Config): Promise<void> {
  const [{ NO_KEYS, readApiKeys }, { tcpAddressOf }, { readTls }] = await Promise.all([
    import('../http/api-keys.ts'),
    import('../http/listen.ts'),
    import('../http/tls.ts'),
  ])
  const keys = http.keys_file === undefined ? NO_KEYS : await readApiKeys(http.keys_file)
  const { tls_cert_file: cert, tls_key_file: key } = http
  if (cert !== undefined && key !== undefined) await readTls({ cert, key })
  for (const address of http.listen) tcpAddressOf(address, { keys: keys.size > 0, tls: cert !== undefined })
}

/** Sources that read what the kernel of this very machine records; what is sent here was recorded elsewhere. */
const LOCAL: ReadonlySet<string> = new Set(['file-tail', 'stdin'])

/** Whether the machine records what the jobs look at, or what is wrong with that. */
type Recording = 'recorded' | 'unknown' | Problem

/** The rules of the kernel say it, or else what has arrived. */
async function recordingOf(config: Config, io: Io, terminal: Terminal): Promise<Recording> {
  const isLocal = config.source.some(({ type }) => LOCAL.has(type))
  const list = isLocal ? await auditRules(io.env) : undefined
  if (list === undefined) return arrivingOf(config, terminal)
  const rule = connectRuleIn(list)
  if (rule.kind === 'all') return 'recorded'
  if (rule.kind === 'none') return missing('no audit rule of this machine records connect')
  return {
    ...missing(`the audit rules of this machine record connect only where ${enumerated(rule.where, 3)}`),
    code: 'AUDIT_RULE_NARROW',
    hint: `Leave the conditions out, if services are to be seen: ${CONNECT_RULE} (docs/how-to/record-connects.md says how to keep it).`,
  }
}

async function arrivingOf(config: Config, terminal: Terminal): Promise<Recording> {
  const arrived = await arrivals(config)
  if (arrived === undefined || arrived.stored === 0) return 'unknown'
  const isSeen = arrived.jobs.some((job) => job.events_last_day > 0)
  if (arrived.raw_audit_lines.count > 0) {
    const said = rawLinesSentence(arrived.raw_audit_lines)
    if (!isSeen)
      return { message: `Cannot see who uses the network: ${said}`, code: 'RAW_AUDIT_LINES', hint: RAW_LINES_HINT }
    terminal.note(`${said}. ${RAW_LINES_HINT}`)
  }
  if (isSeen) return 'recorded'
  if (config.storage.indices !== undefined) return missingIn(config.storage.indices)
  return missing('events arrive, and in the last day none of them shows a program using the network')
}

/** From a server or its store; undefined where there is neither. */
async function arrivals(config: Config) {
  try {
    const api = await openApi(config)
    try {
      const { stored, raw_audit_lines } = await api.get<HealthDocument>('/api/v1/health')
      const { items } = await api.get<{ readonly items: readonly JobDocument[] }>('/api/v1/jobs')
      return { stored, raw_audit_lines, jobs: items }
    } finally {
      await api.close()
    }
  } catch (error) {
    // A store of this machine may be still to be made; a cluster that cannot be used is what is wrong.
    if (error instanceof AppError && config.storage.engine !== 'opensearch') return undefined
    throw error
  }
}

/** This machine is none of those whose events are read. */
function missingIn(indices: readonly string[]): Problem {
  return {
    message: `Cannot see who uses the network: in the last day no event of ${enumerated(indices, 5)} shows a program doing so`,
    code: 'AUDIT_RULE_MISSING',
    hint: `Are storage.indices those of the audit events? If they are, add to each of their hosts: ${CONNECT_RULE} (docs/how-to/record-connects.md).`,
  }
}

function missing(what: string): Problem {
  return {
    message: `Cannot see who uses the network: ${what}`,
    code: 'AUDIT_RULE_MISSING',
    hint: `Run: ${CONNECT_RULE} (docs/how-to/record-connects.md says how to keep it).`,
  }
}
