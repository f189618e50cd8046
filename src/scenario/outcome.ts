import type { Alert } from '../domain/alert.ts'
import type { AnomalyRecord } from '../domain/anomaly-record.ts'

/** What came of a story. */
export interface Outcome {
  /** Records with a score above 0, as they were last written. */
  readonly records: readonly AnomalyRecord[]
  readonly alerts: readonly Alert[]
}
