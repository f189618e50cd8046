import { PROFILES, type ProfileName } from '../datafeed/profiles.ts'
import { AppError, type Problem } from '../domain/error.ts'
import { type DurationMs, type EpochMs, parseDuration, parseTime } from '../domain/time.ts'
import { faultOfSetting, RULE_SETTINGS } from './rule-settings.ts'
import type { EventsLine, Expectation, Fields, JobLine, RuleLine, Story, Template } from './story.ts'
import { type Word, wordsOf } from './words.ts'

/** A story, or all that is wrong with it. */
export type ParsedStory =
  | { readonly story: Story; readonly problems: readonly [] }
  | { readonly story: undefined; readonly problems: readonly Problem[] }

/** Reads a story: one statement a line, and indented lines that belong to the statement above. */
export function parseStory(text: string, file: string): ParsedStory {
  const reader = new StoryReader(file)
  const statements = statementsOf(text, reader.fault)
  for (const statement of statements) reader.read(statement)
  const isMissing = (verb: Verb) => !statements.some(({ words }) => words[0]!.text === verb)
  if (isMissing('start')) reader.fault(1, 1, 'the story does not begin: expected "start 2026-01-06T00:00:00Z"')
  if (isMissing('run')) reader.fault(1, 1, 'nothing runs: expected "run to 169h"')
  const { start, run, problems } = reader
  if (problems.length > 0) return { story: undefined, problems }
  const { jobs, rules, events, crashes, expectations } = reader
  return { story: { file, start: start!, jobs, rules, events, crashes, run: run!, expectations }, problems: [] }
}

interface Line {
  readonly line: number
  readonly words: readonly Word[]
}

interface Statement extends Line {
  readonly details: readonly Line[]
}

type Fault = (line: number, column: number, says: string) => void

function statementsOf(text: string, fault: Fault): Statement[] {
  const statements: (Line & { details: Line[] })[] = []
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const words = wordsOf(raw)
    if (words.length === 0) continue
    const line = { line: index + 1, words }
    const statement = statements.at(-1)
    if (words[0]!.column === 1) statements.push({ ...line, details: [] })
    else if (statement) statement.details.push(line)
    else fault(line.line, words[0]!.column, 'an indented line belongs to the statement above it, and there is none')
  }
  return statements
}

const VERBS = ['start', 'job', 'rule', 'events', 'run', 'crash', 'expect'] as const
type Verb = (typeof VERBS)[number]

/** Ends the reading of one statement; caught where statements are read. */
class Unreadable extends Error {
  readonly column: number
  readonly line: number

  constructor(line: number, column: number, says: string) {
    super(says)
    this.line = line
    this.column = column
  }
}

class StoryReader {
  readonly problems: Problem[] = []
  readonly jobs: JobLine[] = []
  readonly rules: RuleLine[] = []
  readonly events: EventsLine[] = []
  readonly crashes: DurationMs[] = []
  readonly expectations: Expectation[] = []
  start: EpochMs | undefined
  run: DurationMs | undefined
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  readonly fault: Fault = (line, column, says) => {
    this.problems.push({
      message: `Cannot read scenario: ${says}`,
      where: `${this.#file}:${line}:${column}`,
      code: 'SCENARIO_UNREADABLE',
      hint: 'docs/reference/scenario-language.md tells what a story may say.',
    })
  }

  read(statement: Statement): void {
    const { words, details } = statement
    const verb = words[0]!.text as Verb
    try {
      if (!VERBS.includes(verb)) unreadable(statement, 0, `"${verb}" is no verb, expected ${VERBS.join(', ')}`)
      if (details.length > 0 && !['rule', 'events', 'expect'].includes(verb))
        unreadable(details[0]!, 0, `"${verb}" takes no indented lines`)
      this.#verbs[verb](statement)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      this.fault(error.line, error.column, error.message)
    }
  }

  readonly #verbs: Record<Verb, (statement: Statement) => void> = {
    start: (statement) => {
      if (this.start !== undefined) unreadable(statement, 0, 'a story starts once')
      const time = parseTime(wordAt(statement, 1, 'a time such as 2026-01-06T00:00:00Z'))
      if (Number.isNaN(time)) unreadable(statement, 1, `"${statement.words[1]!.text}" is no time, expected ISO 8601`)
      this.start = time
      ended(statement, 2)
    },
    job: (statement) => {
      const name = wordAt(statement, 1, 'the id of a job, or a file')
      const options = new Map(fieldsOf(statement, 2, ['profile']))
      const profile = options.get('profile')
      if (profile !== undefined && !isProfile(profile))
        unreadable(statement, 2, `"${profile}" is no profile, expected ${Object.keys(PROFILES).join(' or ')}`)
      this.jobs.push({ line: statement.line, name, ...(profile !== undefined && { profile }) })
    },
    rule: (statement) => {
      const name = wordAt(statement, 1, 'the id of a rule, or a file')
      const settings = fieldsOf(statement, 2, RULE_SETTINGS)
      for (const [i, [setting, value]] of settings.entries()) {
        const fault = faultOfSetting(setting, value)
        if (fault !== undefined) unreadable(statement, 2 + i, fault)
      }
      const exceptions = statement.details.map((detail) => {
        keyword(detail, 0, 'except')
        if (detail.words.length < 2) unreadable(detail, 0, 'expected "except host.name=web-1"')
        return fieldsOf(detail, 1)
      })
      this.rules.push({ line: statement.line, name, settings, exceptions })
    },
    events: (statement) => {
      const { details, line } = statement
      if (details.length === 0) unreadable(statement, 0, 'no event follows, expected an indented "network/start …"')
      this.events.push({ line, ...timingOf(statement), templates: details.map(templateOf) })
    },
    crash: (statement) => {
      keyword(statement, 1, 'at')
      this.crashes.push(durationAt(statement, 2))
      ended(statement, 3)
    },
    run: (statement) => {
      if (this.run !== undefined) unreadable(statement, 0, 'a story runs once')
      keyword(statement, 1, 'to')
      this.run = durationAt(statement, 2)
      ended(statement, 3)
    },
    expect: (statement) => {
      const of = wordAt(statement, 1, 'records or alerts')
      if (of !== 'records' && of !== 'alerts')
        unreadable(statement, 1, `"${of}" cannot be expected, only records or alerts`)
      const { details, line } = statement
      if (details.length === 0)
        unreadable(statement, 0, 'nothing follows, expected an indented "none" or "field=value"')
      const isNone = details.length === 1 && details[0]!.words.length === 1 && details[0]!.words[0]!.text === 'none'
      const rows = isNone ? [] : details.map(rowOf)
      this.expectations.push({ of, ...rangeOf(statement), line, lastLine: details.at(-1)!.line, rows })
    },
  }
}

/** `from 0h to 168h`, or `by 168h`: from the start. */
function rangeOf(statement: Statement): { from: DurationMs; to: DurationMs } {
  const word = wordAt(statement, 2, '"from" or "by"')
  if (word === 'by') {
    ended(statement, 4)
    return { from: 0, to: durationAt(statement, 3) }
  }
  keyword(statement, 2, 'from')
  keyword(statement, 4, 'to')
  ended(statement, 6)
  return { from: durationAt(statement, 3), to: durationAt(statement, 5) }
}

/** `every 5m from 0h to 168h` or `at 168h07m`, either with `arriving 170h`. */
function timingOf(statement: Statement) {
  const word = wordAt(statement, 1, '"every" or "at"')
  const arriving = (index: number) => {
    if (statement.words[index] === undefined) return {}
    keyword(statement, index, 'arriving')
    ended(statement, index + 2)
    return { arriving: durationAt(statement, index + 1) }
  }
  if (word === 'at') {
    const from = durationAt(statement, 2)
    return { from, to: from + 1, every: 1, ...arriving(3) }
  }
  keyword(statement, 1, 'every')
  keyword(statement, 3, 'from')
  keyword(statement, 5, 'to')
  const every = durationAt(statement, 2)
  if (every === 0) unreadable(statement, 2, 'every 0 would never end')
  return { every, from: durationAt(statement, 4), to: durationAt(statement, 6), ...arriving(7) }
}

function templateOf(line: Line): Template {
  const [, category, type] = /^([a-z_]+)\/([a-z_]+)$/.exec(line.words[0]!.text) ?? []
  if (category === undefined || type === undefined)
    unreadable(line, 0, `"${line.words[0]!.text}" is no kind of event, expected category/type such as network/start`)
  return { category, type, fields: fieldsOf(line, 1) }
}

function isProfile(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name)
}

/** What one expected line says. */
function rowOf(line: Line): Fields {
  const fields = fieldsOf(line, 0)
  for (const [i, [field, value]] of fields.entries()) {
    const [, middle = '', tolerance] = /^([^±]*)(?:±(.*))?$/s.exec(value) ?? []
    if (field === 'at' && ![middle, tolerance ?? '0s'].every(isDuration))
      unreadable(line, i, `"${value}" is no time of a story, expected one such as 168h17m or 168h17m±2m`)
    if (field !== 'at' && tolerance !== undefined && ![middle, tolerance].every(isNumber))
      unreadable(line, i, `"${value}" is no number with a tolerance, expected one such as 56.8±0.3`)
  }
  return fields
}

const isDuration = (text: string) => /^(?:\d+(?:ms|[smhdw]))+$/.test(text)
const isNumber = (text: string) => /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/.test(text)

/** Words `field=value` from this one on. */
function fieldsOf(line: Line, from: number, known?: readonly string[]): Fields {
  return line.words.slice(from).map(({ text }, i) => {
    const equals = text.indexOf('=')
    if (equals <= 0) unreadable(line, from + i, `"${text}" says nothing, expected field=value`)
    const field = text.slice(0, equals)
    if (known && !known.includes(field))
      unreadable(line, from + i, `"${field}" is not known here, expected ${known.join(', ')}`)
    return [field, text.slice(equals + 1)] as const
  })
}

function wordAt(line: Line, index: number, expected: string): string {
  const word = line.words[index]
  if (word === undefined) unreadable(line, index, `the line ends early, expected ${expected}`)
  return word.text
}

function keyword(line: Line, index: number, expected: string): void {
  const word = wordAt(line, index, `"${expected}"`)
  if (word !== expected) unreadable(line, index, `"${word}" was not expected here, but "${expected}"`)
}

function durationAt(line: Line, index: number): DurationMs {
  const word = wordAt(line, index, 'a duration such as 168h07m')
  try {
    return parseDuration(word)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return unreadable(line, index, `"${word}" is no duration, expected one such as 168h07m`)
  }
}

function ended(line: Line, index: number): void {
  const word = line.words[index]
  if (word !== undefined) unreadable(line, index, `"${word.text}" is too much`)
}

function unreadable(line: Line, index: number, says: string): never {
  const last = line.words.at(-1)!
  throw new Unreadable(line.line, line.words[index]?.column ?? last.column + last.text.length + 1, says)
}
