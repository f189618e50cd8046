import type { ProfileName } from '../datafeed/profiles.ts'
import type { DurationMs, EpochMs } from '../domain/time.ts'

/** A story as it is told (`docs/reference/scenario-language.md`). Times are durations after `start`. */
export interface Story {
  readonly file: string
  readonly start: EpochMs
  readonly jobs: readonly JobLine[]
  readonly rules: readonly RuleLine[]
  readonly events: readonly EventsLine[]
  readonly crashes: readonly DurationMs[]
  readonly run: DurationMs
  readonly expectations: readonly Expectation[]
}

/** A shipped job by its id, or a job file. */
export interface JobLine {
  readonly line: number
  readonly name: string
  readonly profile?: ProfileName
}

/** A shipped rule by its id, or a file of rules; `settings` replace those of the rule. */
export interface RuleLine {
  readonly line: number
  readonly name: string
  readonly settings: Fields
  readonly exceptions: readonly Fields[]
}

/** When something happens, and what: one event for each template. */
export interface EventsLine {
  readonly line: number
  readonly from: DurationMs
  /** Exclusive. */
  readonly to: DurationMs
  readonly every: DurationMs
  /** When the events come in, where that is not at once. */
  readonly arriving?: DurationMs
  readonly templates: readonly Template[]
}

export interface Template {
  /** `network/start`: category and type. */
  readonly category: string
  readonly type: string
  /** Values may hold ranges: `web-{1..3}`. */
  readonly fields: Fields
}

/** Everything of a kind in a range of time, `[from, to)` for records and `[from, to]` for alerts. */
export interface Expectation {
  readonly of: 'records' | 'alerts'
  readonly from: DurationMs
  readonly to: DurationMs
  /** Lines of the file, for reports: the statement, and the last line that belongs to it. */
  readonly line: number
  readonly lastLine: number
  readonly rows: readonly Fields[]
}

/** Field and value in the order in which they were written. A list, since a field may have any name. */
export type Fields = readonly (readonly [field: string, value: string])[]
