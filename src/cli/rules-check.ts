import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type JobProblem, type ReadJob, readDatafeed, readJob } from '../datafeed/read-job.ts'
import { unsupportedInDatafeed, unsupportedInJob } from '../datafeed/unsupported.ts'
import { AppError, type Problem } from '../domain/error.ts'
import type { DatafeedConfig } from '../domain/job.ts'
import { type Unsupported, withoutEffect } from '../domain/unsupported.ts'
import { visible } from '../report/visible.ts'
import { RULE_FILES, readRules } from '../rules/read/file.ts'
import { parseJson } from '../rules/read/json.ts'
import { type LocatedTable, plain, positionOf, whereIn } from '../rules/read/located.ts'
import { RULE_TYPES } from '../rules/types/index.ts'
import { CHECK_PATH, reasonOf } from '../sources/unreadable.ts'
import { describe, EXIT } from './failure.ts'

interface Output {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
}

/** What was found in files: how many of each kind, and all problems in the order of the files. */
interface Findings {
  readonly counts: Map<string, number>
  readonly problems: Problem[]
  readonly unsupported: Unsupported[]
}

/**
 * `oddsock rules check`: reads rules, exceptions, jobs and datafeeds without running anything, and says all that is wrong.
 *
 * @returns 0 all well · 1 something is wrong with a file, or there was none · 3 a path could not be read
 */
export async function checkRules(paths: readonly string[], io: Output): Promise<number> {
  const findings: Findings = { counts: new Map(), problems: [], unsupported: [] }
  let files = 0
  let failed = false
  for (const path of paths)
    try {
      for (const file of await filesUnder(path)) {
        files++
        checkFile(await readFile(file, 'utf8'), file, findings)
      }
    } catch (error) {
      failed = true
      io.stderr.write(`${describe(unreadable(path, error))}\n`)
    }
  for (const problem of findings.problems) io.stdout.write(`${describe(new AppError(problem))}\n\n`)
  for (const { message, where } of findings.unsupported)
    io.stdout.write(`warning: ${visible(message)}\n     at: ${visible(where)}\n\n`)
  if (files > 0 || !failed) io.stdout.write(summary(paths, files, findings))
  if (failed) return EXIT.surroundings
  return findings.problems.length > 0 || files === 0 ? EXIT.no : EXIT.fine
}

async function filesUnder(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && RULE_FILES.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

function checkFile(text: string, file: string, findings: Findings): void {
  const job = file.endsWith('.json') ? jobDocument(text, file) : undefined
  if (job) {
    checkJob(job, file, findings)
    return
  }
  const { rules, exceptions, problems, unsupported } = readRules(text, file)
  for (const rule of rules) count(findings, ruleKind(rule.type))
  if (exceptions.length > 0) count(findings, 'exception items', exceptions.length)
  findings.problems.push(...problems)
  findings.unsupported.push(...unsupported)
}

/** The document, if it is a job or a datafeed of Elastic ML. What is no JSON at all is left to the reader of rules. */
function jobDocument(text: string, file: string): LocatedTable | undefined {
  try {
    const document = parseJson(text, file)
    if (document.kind !== 'table') return undefined
    const has = (key: string) => document.entries.has(key)
    return has('analysis_config') || (has('indices') && has('query')) ? document : undefined
  } catch {
    return undefined
  }
}

function checkJob(document: LocatedTable, file: string, findings: Findings): void {
  const json = plain(document)
  const isJob = document.entries.has('analysis_config')
  const { value, problems } = isJob ? readJob(json, basename(file, '.json')) : readDatafeed(json)
  findings.problems.push(...problems.map((problem) => placed(problem, document, file)))
  if (value === undefined) return
  count(findings, isJob ? 'jobs' : 'datafeeds')
  const paths = isJob ? unsupportedInJob(value as ReadJob) : unsupportedInDatafeed(value as DatafeedConfig)
  for (const path of paths)
    findings.unsupported.push({
      message: withoutEffect(isJob ? 'the job' : 'the datafeed', path.join('.')),
      where: whereIn(file, positionOf(document, path)),
    })
}

/** The readers of jobs know the setting; here is the line. A place inside a query is told beside it. */
function placed({ path, where, ...problem }: JobProblem, document: LocatedTable, file: string): Problem {
  const place = whereIn(file, positionOf(document, path))
  return { ...problem, where: where?.startsWith('query.') ? `${place} (${where})` : place }
}

function ruleKind(type: string): string {
  return RULE_TYPES.some(({ name }) => name === type) ? `${type} rules` : `${type} rules (not run here)`
}

function count({ counts }: Findings, kind: string, amount = 1): void {
  counts.set(kind, (counts.get(kind) ?? 0) + amount)
}

function summary(paths: readonly string[], files: number, { counts, problems }: Findings): string {
  if (files === 0)
    return `No file of rules (${RULE_FILES.join(', ')}) in ${paths.map((path) => visible(path)).join(', ')}\n`
  const width = Math.max(0, ...[...counts.values()].map((amount) => String(amount).length))
  const lines = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([kind, amount]) => `  ${String(amount).padStart(width)} ${amount === 1 ? kind.replace(/s(?= \(|$)/, '') : kind}`,
    )
  return [`Files: ${files} · problems: ${problems.length}`, ...lines, ''].join('\n')
}

function unreadable(path: string, cause: unknown): AppError {
  if ((cause as NodeJS.ErrnoException).code === undefined) throw cause
  return new AppError({
    message: `Cannot read "${path}": ${reasonOf(cause)}`,
    code: 'FILE_UNREADABLE',
    hint: CHECK_PATH,
    cause,
  })
}
