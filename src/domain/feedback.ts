import type { Scope } from './scope.ts'
import type { EpochMs } from './time.ts'

/** What a person says of an alert for the model that raised it to learn from (`triage/feedback-for.ts` makes it). */
export type Feedback = Expected | Malicious

interface Given {
  /** Derived from all that it says: the same said twice is said once. */
  readonly id: string
  /** `kibana.alert.uuid` */
  readonly alert: string
  readonly job_id: string
  readonly given_at: EpochMs
  readonly by?: string
  readonly note?: string
}

/** This and the like of it is as it should be, until then. */
export interface Expected extends Given {
  readonly says: 'expected'
  readonly scope: Scope
  readonly until: EpochMs
}

/** This should never have been learned. */
export interface Malicious extends Given {
  readonly says: 'malicious'
  /** Of the whole incident: it may have touched several hosts. */
  readonly scopes: readonly Scope[]
  /** Start of the bucket in which it began. */
  readonly from: EpochMs
  /** End of the alert's bucket: before it has closed there is nothing to un-learn. */
  readonly after: EpochMs
}

/** Feedback that a job has taken in, at its place in the sequence. */
export type TakenFeedback = Feedback & {
  /** Start of the bucket that was to close next: what is malicious is left out before it, and judged anew from it on. */
  readonly openFrom: EpochMs
}
