import { and, equals } from '../query/ast.ts'
import type { AlertStore } from '../storage/alert-store.ts'
import type { AlertDraft } from './alert-drafts.ts'
import { type AlertWriter, PHASE } from './alert-writer.ts'
import type { JobLoop } from './job-loop.ts'
import type { Judging } from './judging.ts'

/**
 * Alerts of buckets that are still open (`time-and-order.md` §7). Each is settled when its bucket has closed: confirmed, because
 * the closed bucket found the same, or withdrawn. A finding that waits for the next interval of its rule is settled with it.
 */
export class Provisional {
  readonly #alerts: AlertStore
  readonly #writer: AlertWriter
  readonly #jobId: string
  /** Start of the bucket, by alert. */
  readonly #open = new Map<string, number>()

  constructor(alerts: AlertStore, writer: AlertWriter, jobId: string) {
    this.#alerts = alerts
    this.#writer = writer
    this.#jobId = jobId
  }

  /** Finds those again that an earlier life has left open. */
  async load(): Promise<void> {
    const query = and(equals(PHASE, 'provisional'), equals('job_id', this.#jobId))
    for (const { doc } of await this.#alerts.search(query, Number.MAX_SAFE_INTEGER))
      this.#open.set(doc['kibana.alert.uuid'], doc.timestamp as number)
  }

  async raise(drafts: readonly AlertDraft[]): Promise<void> {
    for (const draft of drafts) {
      const { alertId } = draft.finding
      if (this.#open.has(alertId)) continue
      this.#open.set(alertId, draft.record.timestamp)
      await this.#writer.raise(draft)
    }
  }

  /** To be called when the alerts of closed buckets have been written. */
  async settle(loop: JobLoop, judging: Judging): Promise<void> {
    for (const [alertId, bucket] of this.#open) {
      if (!(bucket < loop.openFrom) || judging.isWaiting(alertId)) continue
      if (!judging.drafts.get(alertId)) await this.#writer.withdraw(alertId)
      this.#open.delete(alertId)
    }
  }
}
