import { open, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { runScan, type ScanOutcome } from '../app.ts'
import { loadJob } from '../config/content.ts'
import type { Alert } from '../domain/alert.ts'
import { AppError } from '../domain/error.ts'
import { SEVERITIES, type Severity } from '../domain/rule.ts'
import { DAY, type EpochMs, parseDuration, parseTime, type Score } from '../domain/time.ts'
import { count, counted, enumerated, moment } from '../domain/words.ts'
import { FORMATS } from '../formats/index.ts'
import { storiesOf } from '../report/story.ts'
import { visible } from '../report/visible.ts'
import type { ByteSource } from '../sources/source.ts'
import { SPOOL_LIMIT, SpooledInput } from '../sources/spool.ts'
import { printCsv, printCsvHeader, printStory } from './alert-lines.ts'
import { EXIT } from './failure.ts'
import { formatNamed, sourcesOf, UNKNOWN, UNKNOWN_HINT } from './inputs.ts'
import { jsonLine } from './json-line.ts'
import { notJudged } from './not-judged.ts'
import { Progress } from './progress.ts'
import { Rejects, unwritable } from './rejects.ts'
import { rulesFor } from './rules-for.ts'
import type { ScanCliOptions } from './scan-options.ts'
import { renderScanReport } from './scan-report.ts'
import { silentSince } from './silence.ts'
import { type Io, Terminal } from './terminal.ts'

/** With less history than this, "rare" says little, and the rarest values are listed beside the alerts. */
const SHORT_HISTORY = DAY

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
  const jobAndFeed = await loadJob(options.job)
  const { rules, exceptions, notes } = await rulesFor(jobAndFeed, options.rules ?? [], options.threshold)
  for (const note of notes) terminal.note(note)
  const { sources, unreadable } = await sourcesOf(paths, io.stdin, {
    noSpool: options.spool === false,
    ...(options.host && { host: options.host }),
  })
  for (const { path, reason } of unreadable) terminal.error(`Cannot read "${path}": ${reason}`)
  if (options.spool !== false) tellOfCopies(sources, terminal)

  if (options.html !== undefined) await checkWritable(options.html)
  const rejects = new Rejects(options.rejects)
  const size = sources.reduce((sum, source) => sum + (source.size ?? Number.NaN), 0)
  const progress = new Progress(terminal, size)
  const outcome = await runScan({
    sources,
    ...jobAndFeed,
    rules,
    exceptions,
    until,
    profile: options.profile,
    strict: options.strict ?? false,
    onReject: (input, reject) => rejects.add(sources[input]!.name, reject),
    onProgress: (bytes) => progress.add(bytes),
    ...(output.readAs && { format: formatNamed(output.readAs) }),
  })
  rejects.close()
  refuseUnknown(outcome)

  const kept: Alert[] = []
  let alerts = 0
  let worst = -1
  if (output.writeAs === 'csv') await printCsvHeader(terminal)
  for await (const alert of outcome.alerts()) {
    if (!(Number(alert.timestamp) >= since)) continue
    alerts++
    worst = Math.max(worst, SEVERITIES.indexOf(alert['kibana.alert.severity'] as Severity))
    if (output.writeAs === 'json') await terminal.out(jsonLine(alert))
    else if (output.writeAs === 'csv') await printCsv(alert, terminal)
    if (options.html !== undefined || output.writeAs === 'table') kept.push(alert)
  }
  if (output.writeAs === 'table') for (const story of storiesOf(kept)) await printStory(story, terminal)
  await summarize(outcome, alerts, rejects, terminal, output.writeAs === 'table')
  const hint = alerts > 0 ? undefined : closest(outcome, rules[0]?.anomaly_threshold ?? 0, since)
  if (hint) terminal.note(hint)
  if (options.html !== undefined) {
    const html = renderScanReport({
      outcome,
      alerts: kept,
      rejects,
      options,
      paths,
      unreadable,
      threshold: rules[0]?.anomaly_threshold ?? 0,
      now: Date.now(),
    })
    await writeFile(options.html, html)
    terminal.note(`Report: ${options.html}`)
  }
  for (const source of sources) await source.close()
  if (options.failOn && worst >= SEVERITIES.indexOf(options.failOn)) return EXIT.no
  const failed = unreadable.length > 0 || sources.some((source) => source.problems.length > 0)
  return failed ? EXIT.surroundings : EXIT.fine
}

/** What is written to disk unasked is told. */
function tellOfCopies(sources: readonly ByteSource[], terminal: Terminal): void {
  for (const source of sources)
    if (source instanceof SpooledInput)
      terminal.note(
        `A copy of ${source.title} (${SPOOL_LIMIT / 1024 ** 3} GiB at most) is kept in "${tmpdir()}" while this runs, to show the events behind alerts; --no-spool does without`,
      )
}

/** Before hours of reading and not after. @throws AppError OUTPUT_UNWRITABLE */
async function checkWritable(path: string): Promise<void> {
  try {
    await (await open(path, 'a')).close()
  } catch (cause) {
    throw unwritable(path, cause)
  }
}

type WriteAs = 'table' | 'json' | 'csv'
const WRITE_AS: readonly string[] = ['table', 'json', 'csv']

/** `--format` names either side of the product: a format to read, or one to write. */
function outputOf({ format, json, html }: ScanCliOptions): {
  readonly readAs?: string
  readonly writeAs: WriteAs | 'none'
} {
  const writes = format !== undefined && WRITE_AS.includes(format)
  if (format !== undefined && !writes && !FORMATS.some((one) => one.name === format)) formatNamed(format)
  const writeAs = json ? 'json' : writes ? (format as WriteAs) : html !== undefined ? 'none' : 'table'
  return { writeAs, ...(format !== undefined && !writes && { readAs: format }) }
}

function timesOf({ since, until }: ScanCliOptions, now: EpochMs): { since: EpochMs; until: EpochMs } {
  const read = (text: string | undefined, otherwise: number) => {
    if (text === undefined) return otherwise
    if (/^(\d+(ms|[smhdw]))+$/.test(text)) return now - parseDuration(text)
    const time = parseTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text)
    if (Number.isNaN(time))
      throw new AppError({
        message: `Cannot read time "${text}"`,
        code: 'TIME_UNREADABLE',
        hint: 'Write 2026-03-01, 2026-03-01T12:00:00Z, or 7d for seven days ago.',
      })
    return time
  }
  return { since: read(since, Number.NEGATIVE_INFINITY), until: read(until, Number.POSITIVE_INFINITY) }
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

async function summarize(
  outcome: ScanOutcome,
  alerts: number,
  rejects: Rejects,
  terminal: Terminal,
  forPerson: boolean,
): Promise<void> {
  const { walk, inputs } = outcome
  for (const input of inputs) {
    for (const problem of input.source.problems) terminal.error(problem)
    if (input.unknown) terminal.error(`Skipped "${input.source.name}": ${UNKNOWN}`)
  }
  for (const { reason, count: many } of rejects.counts()) terminal.note(`${counted(many, 'piece')} rejected: ${reason}`)
  for (const warning of outcome.warnings.slice(-1)) terminal.note(warning)
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
  for (const line of [...notJudged(outcome), ...silences(outcome)]) terminal.note(line)
  if (forPerson && walk.last - walk.first < SHORT_HISTORY) await printRarest(outcome, terminal)
}

/** Hosts that stopped sending: what happened there afterwards, no alert can tell. */
function silences({ walk }: ScanOutcome): string[] {
  const silent = walk.hosts.flatMap((host) => {
    const since = silentSince(host, walk.last)
    return since === undefined ? [] : [`${visible(host.name, 40)} since ${moment(since)}`]
  })
  return silent.length === 0 ? [] : [`${counted(silent.length, 'host')} fell silent: ${enumerated(silent, 3)}`]
}

/** Too short a history for alerts still shows what is seldom in it. */
async function printRarest({ history, buckets }: ScanOutcome, terminal: Terminal): Promise<void> {
  for (const of of ['programs', 'peers'] as const) {
    const rarest = history.rarest(of, 10)
    if (rarest.length > 0) await terminal.out(`\nRarest ${of} (observations, not alerts):`)
    for (const { value, seen } of rarest) {
      const hosts = enumerated(
        seen.hosts.map((host) => visible(host, 40)),
        3,
      )
      await terminal.out(
        `  ${visible(value, 60)}  in ${count(seen.buckets)} of ${counted(buckets, 'interval')}, ${counted(seen.events, 'event')}, on ${hosts}`,
      )
    }
  }
}

/** Where nothing reached the threshold, what came closest to it, and how to see it. */
function closest({ records, walk }: ScanOutcome, threshold: Score, since: EpochMs): string | undefined {
  if (since > walk.last) return `All events are older than ${moment(since)}, from which on --since asks for alerts`
  const [top] = records
    .filter(({ record }) => record.timestamp >= since && record.record_score < threshold)
    .sort((a, b) => b.record.record_score - a.record.record_score)
  if (!top || top.record.record_score < 1) return undefined
  const { by_field_value = '', record_score, timestamp, influencers } = top.record
  const score = Math.floor(record_score)
  const hosts = influencers.find((one) => one.influencer_field_name === 'host.name')?.influencer_field_values ?? []
  const where =
    hosts.length > 0
      ? ` on ${enumerated(
          hosts.map((host) => visible(host, 40)),
          3,
        )}`
      : ''
  return `Below the threshold of ${threshold}, the highest score is ${score}: ${visible(by_field_value, 40)}${where}, ${moment(timestamp)}. See it with --threshold ${score}`
}
