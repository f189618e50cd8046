import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import { type Observation, uniteObservations } from '../domain/observation.ts'
import type { EpochMs } from '../domain/time.ts'
import type { Finding } from '../rules/evaluate.ts'
import type { Acquaintance, History } from '../triage/history.ts'
import type { FindingSink } from './rule-loop.ts'

/** An alert before its evidence was read: what was found, what was known then, and the rows whose events are the evidence. */
export interface AlertDraft {
  readonly finding: Finding
  readonly acquaintance: Acquaintance
  /** The clock when the rule found it. */
  readonly now: EpochMs
  readonly rows: readonly Observation[]
  /** As last written: `record_score` may have changed since. */
  readonly record: AnomalyRecord
}

/**
 * Findings of a scan, by the id of their alert. A scan reads the evidence of all of them at its end, in one pass over the inputs
 * that need it, so until then an alert is a draft.
 */
export class AlertDrafts implements FindingSink {
  readonly #drafts = new Map<string, AlertDraft>()
  readonly #history: History

  constructor(history: History) {
    this.#history = history
  }

  isKnown(alertId: string): boolean {
    return this.#drafts.has(alertId)
  }

  found(finding: Finding, now: EpochMs): void {
    const { record, host, rows } = finding
    const acquaintance = this.#history.acquaintance(record.by_field_value ?? '', host)
    this.#drafts.set(finding.alertId, { finding, acquaintance, now, rows, record })
  }

  revised(finding: Finding): void {
    const draft = this.#drafts.get(finding.alertId)
    if (!draft) return
    const rows = uniteObservations(draft.rows, finding.rows)
    this.#drafts.set(finding.alertId, { ...draft, record: finding.record, rows })
  }

  fell(record: AnomalyRecord): void {
    for (const [id, draft] of this.#drafts)
      if (draft.record.record_id === record.record_id) this.#drafts.set(id, { ...draft, record })
  }

  /** By the time of their buckets, then as they were found. */
  inOrder(): AlertDraft[] {
    return [...this.#drafts.values()].sort((a, b) => a.record.timestamp - b.record.timestamp)
  }
}
