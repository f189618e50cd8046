import { existsSync } from 'node:fs'
import { open, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { runScan, type ScanOutcome } from '../app/scan.ts'
import type { Alert } from '../domain/alert.ts'
import { AppError } from '../domain/error.ts'
import { SEVERITIES, type Severity } from '../domain/rule.ts'
import type { EpochMs } from '../domain/time.ts'
import { counted } from '../domain/words.ts'
import { jsonLine } from '../report/json-line.ts'
import { NOTHING_TOLD } from '../report/report.ts'
import { storiesOf } from '../report/story.ts'
import type { ByteSource } from '../sources/source.ts'
import { SPOOL_LIMIT, SpooledInput } from '../sources/spool.ts'
import { printCsv, printCsvHeader, printStory } from './alert-lines.ts'
import { printExplained } from './explained.ts'
import { EXIT } from './failure.ts'
import { sourcesOf, UNKNOWN, UNKNOWN_HINT } from './inputs.ts'
import { jobsFor } from './jobs-for.ts'
import { leaveLittleGarbage } from './little-garbage.ts'
import { Progress } from './progress.ts'
import { Rejects, unwritable } from './rejects.ts'
import { outputOf, type ScanCliOptions, timesOf, type WriteAs } from './scan-options.ts'
import type { ScanReportInput } from './scan-report.ts'
import { closest, summarize } from './scan-summary.ts'
import { tellNotes } from './start-notes.ts'
import { type Io, Terminal } from './terminal.ts'

/** So many logs may be open at once before their memory is felt. */
const MANY_LOGS = 16

/** `oddsock scan`: reads the inputs once, prints the alerts with their evidence, and writes the report if one is asked for. */
export async function scan(paths: readonly string[], options: ScanCliOptions, io: Io): Promise<number> {
  if (paths.length === 0)
    throw new AppError({
      message: 'Cannot scan: no file was named',
      code: 'USAGE',
      hint: 'oddsock scan /var/log/audit/audit.log, or - for standard input.',
    })
  const output = outputOf(options)
  const terminal = new Terminal(io, {
    color: options.color ?? 'auto',
    quiet: options.quiet ?? false,
    logsStatus: output.writeAs === 'json',
  })
  const { since, until } = timesOf(options, Date.now())
  const { jobs, ...said } = await jobsFor(options)
  tellNotes(said, terminal)
  const { sources, unreadable } = await sourcesOf(paths, io.stdin, {
    noSpool: options.spool === false,
    ...(options.host && { host: options.host }),
  })
  for (const { path, reason } of unreadable) terminal.error(`Cannot read "${path}": ${reason}`)
  if (options.spool !== false) tellOfCopies(sources, terminal)
  if (options.strict || sources.length > MANY_LOGS) leaveLittleGarbage()

  if (options.html !== undefined) await checkWritable(options.html)
  const rejects = new Rejects(options.rejects)
  const size = sources.reduce((sum, source) => sum + (source.size ?? Number.NaN), 0)
  const progress = new Progress(terminal, size)
  const outcome = await runScan({
    sources,
    jobs,
    until,
    strict: options.strict ?? false,
    onReject: (input, reject) => rejects.add(sources[input]!.name, reject),
    onProgress: (bytes) => progress.add(bytes),
    ...(output.readAs && { format: output.readAs }),
  })
  rejects.close()
  refuseUnknown(outcome)

  const { alerts, kept, worst } = await printAlerts(
    outcome,
    since,
    output.writeAs,
    { keep: options.html !== undefined, explain: options.explain ?? false },
    terminal,
  )
  await summarize(outcome, alerts, rejects, terminal, output.writeAs === 'table', since)
  const thresholds = jobs.map(({ rules }) => rules[0]?.rule.anomaly_threshold ?? NOTHING_TOLD)
  if (alerts === 0 && jobs[0]!.rules.length > 0)
    for (const hint of closest(outcome, thresholds[0]!, since)) terminal.note(hint)
  if (options.html !== undefined) {
    const all = [...kept, ...(await alertsBeside(outcome, since))]
    const now = Date.now()
    const told = { outcome, alerts: all, rejects, options, paths, unreadable, thresholds, since, now }
    await writeReport(options.html, told)
    terminal.note(`Report: ${options.html}`)
  }
  for (const source of sources) await source.close()
  const failed = unreadable.length > 0 || sources.some((source) => source.problems.length > 0)
  return exitCode(worst, options.failOn, failed)
}

/** What was asked for with `--fail-on` goes before what could not be read. @param worst a place in SEVERITIES */
function exitCode(worst: number, failOn: Severity | undefined, failed: boolean): number {
  if (failOn && worst >= SEVERITIES.indexOf(failOn)) return EXIT.no
  return failed ? EXIT.surroundings : EXIT.fine
}

/**
 * Prints the alerts from `since` on: a table worst first, everything else in their order, one at a time.
 *
 * @returns how many they are, those kept for the page or the table, and the place of the worst severity in SEVERITIES
 */
async function printAlerts(
  outcome: ScanOutcome,
  since: EpochMs,
  writeAs: WriteAs,
  { keep, explain }: { readonly keep: boolean; readonly explain: boolean },
  terminal: Terminal,
): Promise<{ readonly alerts: number; readonly kept: readonly Alert[]; readonly worst: number }> {
  const kept: Alert[] = []
  let alerts = 0
  let worst = -1
  if (writeAs === 'csv') await printCsvHeader(terminal)
  for await (const alert of outcome.jobs[0]!.alerts()) {
    if (!(Number(alert.timestamp) >= since)) continue
    alerts++
    worst = Math.max(worst, SEVERITIES.indexOf(alert['kibana.alert.severity'] as Severity))
    if (writeAs === 'json') await terminal.out(jsonLine(alert))
    else if (writeAs === 'csv') await printCsv(alert, terminal)
    if (keep || writeAs === 'table') kept.push(alert)
  }
  if (writeAs === 'table')
    for (const story of storiesOf(kept)) {
      await printStory(story, terminal)
      if (explain) await printExplained(story.head, terminal, '    ')
    }
  return { alerts, kept, worst }
}

/** The alerts of the other jobs, which only the page shows. */
async function alertsBeside({ jobs: [, ...others] }: ScanOutcome, since: EpochMs): Promise<Alert[]> {
  const alerts: Alert[] = []
  for (const job of others)
    for await (const alert of job.alerts()) if (Number(alert.timestamp) >= since) alerts.push(alert)
  return alerts
}

/** What is written to disk unasked is told. */
function tellOfCopies(sources: readonly ByteSource[], terminal: Terminal): void {
  for (const source of sources)
    if (source instanceof SpooledInput)
      terminal.note(
        `A copy of ${source.title} (${SPOOL_LIMIT / 1024 ** 3} GiB at most) is kept in "${tmpdir()}" while this runs, to show the events behind alerts; --no-spool does without`,
      )
}

/**
 * Asked before hours of reading and not after. Leaves nothing behind: whoever interrupts the scan finds no empty page.
 *
 * @throws AppError OUTPUT_UNWRITABLE
 */
function checkWritable(path: string): Promise<void> {
  return orUnwritable(path, async () => {
    const isThere = existsSync(path)
    await (await open(path, 'a')).close()
    if (!isThere) await unlink(path)
  })
}

async function writeReport(path: string, told: ScanReportInput): Promise<void> {
  // Loaded only here: most scans draw nothing.
  const { renderScanReport } = await import('./scan-report.ts')
  const page = renderScanReport(told)
  return orUnwritable(path, () => writeFile(path, page))
}

async function orUnwritable(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (cause) {
    throw unwritable(path, cause)
  }
}

/** @throws AppError INPUT_UNKNOWN when nothing at all was of a known format */
function refuseUnknown({ inputs, walk }: ScanOutcome): void {
  const unknown = inputs.filter((input) => input.unknown)
  if (walk.events > 0 || unknown.length === 0 || unknown.length < inputs.filter((input) => input.bytes > 0).length)
    return
  const others = unknown.length - 1
  throw new AppError({
    message: `Cannot scan "${unknown[0]!.source.name}"${others > 0 ? `, nor ${counted(others, 'other')}` : ''}: ${UNKNOWN}`,
    code: 'INPUT_UNKNOWN',
    hint: UNKNOWN_HINT,
  })
}
