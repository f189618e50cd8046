import type { ProfileName } from '../datafeed/profiles.ts'
import { AppError } from '../domain/error.ts'
import type { Severity } from '../domain/rule.ts'
import { type EpochMs, parseDuration, parseTime } from '../domain/time.ts'
import type { Format } from '../formats/format.ts'
import { formatNamed } from './inputs.ts'
import type { ColorChoice } from './terminal.ts'

/** What `oddsock scan` was asked for, as the command line has it. */
export interface ScanCliOptions {
  readonly json?: boolean
  readonly html?: string
  readonly format?: string
  readonly since?: string
  readonly until?: string
  readonly threshold?: number
  readonly alertsPerDay?: number
  readonly job?: readonly string[]
  readonly profile: ProfileName
  readonly failOn?: Severity
  readonly rules?: readonly string[]
  readonly host?: string
  readonly rejects?: string
  readonly strict?: boolean
  readonly spool?: boolean
  readonly color?: ColorChoice
  readonly quiet?: boolean
  readonly explain?: boolean
}

/** What goes to standard output. */
export type WriteAs = 'table' | 'json' | 'csv' | 'none'
const WRITE_AS: readonly string[] = ['table', 'json', 'csv']

/** `--format` names either side of the product: a format to read, or one to write. @throws AppError FORMAT_UNKNOWN */
export function outputOf({ format, json, html }: ScanCliOptions): {
  readonly readAs?: Format
  readonly writeAs: WriteAs
} {
  const writes = format !== undefined && WRITE_AS.includes(format)
  const writeAs = json ? 'json' : writes ? (format as WriteAs) : html !== undefined ? 'none' : 'table'
  return { writeAs, ...(format !== undefined && !writes && { readAs: formatNamed(format) }) }
}

/** The times of `--since` and `--until`; without them, all of time. @throws AppError TIME_UNREADABLE, USAGE */
export function timesOf(
  { since, until }: Pick<ScanCliOptions, 'since' | 'until'>,
  now: EpochMs,
): { since: EpochMs; until: EpochMs } {
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
  const times = { since: read(since, Number.NEGATIVE_INFINITY), until: read(until, Number.POSITIVE_INFINITY) }
  if (times.since < times.until) return times
  throw new AppError({
    message: `Cannot scan from "${since}" until "${until}": that is no time at all`,
    code: 'USAGE',
    hint: '--since is the earlier of the two.',
  })
}
