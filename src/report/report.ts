import type { Alert } from '../domain/alert.ts'
import type { DurationMs, EpochMs, Score } from '../domain/time.ts'
import type { Untold } from '../domain/untold.ts'

/** All that the page says, as plain data: whoever fills it decides what is known, the page only words and draws it. */
export interface Report {
  /** Heading of the page: "oddsock scan of web-1/audit.log". */
  readonly title: string
  readonly generatedAt: EpochMs
  /** The exact command that made this, ready to be pasted. */
  readonly command: string
  /** First and last event time over all inputs, `to` inclusive; absent when no event was read. */
  readonly range?: ReportRange
  /** Length of a bucket of the default job. */
  readonly bucketSpan: DurationMs
  /** Whose alerts these are, the default one first: what is said of a threshold is said of that one. */
  readonly jobs: readonly ReportJob[]
  readonly inputs: readonly ReportInput[]
  readonly counts: ReportCounts
  /** What became no event, by reason, most frequent first. */
  readonly rejects: readonly ReportReject[]
  /** Alerts in any order; the page sorts them, worst first. See `told-alert.ts` for the fields it reads. */
  readonly alerts: readonly Alert[]
  /** Every record with a score above 0, also those that stayed under the threshold. */
  readonly records: readonly ReportRecord[]
  /** With a short history: the oddest findings that were no alerts, worst first. */
  readonly review?: readonly ReviewFinding[]
  /** For each process (the job's by value) that scored, or that is worth comparing with: when it was active. */
  readonly presence: ReadonlyMap<string, Presence>
  readonly hosts: readonly ReportHost[]
  /** Seen in the fewest buckets, rarest first. Shown as observations when the history is short. */
  readonly rarest: { readonly programs: readonly RareValue[]; readonly peers: readonly RareValue[] }
  /** What could not be judged and why, a sentence each: "`destination.ip` is not in this source". */
  readonly notJudged: readonly string[]
  /** What the reader should know before believing the page, a sentence each. */
  readonly warnings: readonly string[]
}

/** The threshold that is drawn for a job whose rules are switched off. */
export const NOTHING_TOLD: Score = 100

export interface ReportJob {
  readonly id: string
  /** Its alerts stand for records with at least this score. */
  readonly threshold: Score
  /** Whether it asks what is new; others ask what is rare. */
  readonly isNovelty: boolean
}

export interface ReportRange {
  readonly from: EpochMs
  readonly to: EpochMs
}

export interface ReportInput {
  /** As the user gave it; `-` is stdin. */
  readonly path: string
  /** Name of the format that read it. */
  readonly format: string
  /** Bytes of the opened (uncompressed) stream. */
  readonly bytes: number
  readonly events: number
  readonly rejects: number
  /** Why it was not read, or only in part. */
  readonly note?: string
}

export interface ReportCounts {
  /** Of all inputs, opened. */
  readonly bytes: number
  /** Events decoded, copies not counted. */
  readonly events: number
  /** Events that the job's datafeed admitted. */
  readonly matched: number
  /** Events that had been seen before under the same identity; absent where nobody has counted them. */
  readonly copies?: number
  /** Events of buckets that were closed already. */
  readonly late: number
  /** Buckets that were scored, empty ones included. */
  readonly buckets: number
}

export interface ReportReject {
  readonly reason: string
  readonly count: number
  /** One of them, raw, and the input that it stands in. */
  readonly sample: string
  readonly path: string
}

export interface ReportRecord {
  /** Id of the job that made it. */
  readonly job: string
  /** Start of its bucket. */
  readonly timestamp: EpochMs
  /** The job's by value: a process name. */
  readonly value: string
  readonly hosts: readonly string[]
  readonly record_score: Score
  /** Set where the score alone does not decide whether it is an alert. */
  readonly untold?: Untold
}

/** Something odd that was no alert, for a person to look at. */
export interface ReviewFinding {
  /** Start of its bucket. */
  readonly timestamp: EpochMs
  readonly score: Score
  readonly program: string
  readonly user: string
  readonly host: string
  /** Found in days in which nothing is an alert. */
  readonly learning: boolean
  /** The strongest piece of evidence, a sentence. */
  readonly why: string
}

export interface Presence {
  /** Starts of its active buckets, ascending; perhaps only the latest. */
  readonly starts: readonly EpochMs[]
  /** All its active buckets, counted. */
  readonly buckets: number
}

export interface ReportHost {
  readonly name: string
  /** Times of its first and last event. */
  readonly first: EpochMs
  readonly last: EpochMs
  readonly events: number
  /** Events by start of bucket; without it the host's timeline shows only its first and last event. */
  readonly activity?: ReadonlyMap<EpochMs, number>
  /** Set when it stopped sending before the others did: the time of its last event. */
  readonly silentSince?: EpochMs
  /** Stretches in which nothing can be known of it, `to` exclusive: gaps in delivery, the time after it fell silent. */
  readonly blind?: readonly ReportRange[]
}

export interface RareValue {
  readonly value: string
  /** Buckets in which it was seen. */
  readonly buckets: number
  readonly events: number
  readonly hosts: readonly string[]
  readonly first: EpochMs
}
