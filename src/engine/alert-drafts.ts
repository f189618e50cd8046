import type { AnomalyRecord } from '../domain/anomaly-record.ts'
import { firstOf, type Observation, uniteObservations } from '../domain/observation.ts'
import type { EpochMs, Seq } from '../domain/time.ts'
import type { RuleFinding } from '../rules/evaluate.ts'
import type { Acquaintance, History } from '../triage/history.ts'
import { type Joined, NOTHING_JOINED, withRecord } from '../triage/joined.ts'
import type { FindingSink } from './rule-loop.ts'

/** An alert before its evidence was read: what was found, what was known then, and the rows whose events are the evidence. */
export interface AlertDraft {
  readonly finding: RuleFinding
  readonly acquaintance: Acquaintance
  /** The clock when the rule found it. */
  readonly now: EpochMs
  readonly rows: readonly Observation[]
  /** As last written: `record_score` may have changed since. */
  readonly record: AnomalyRecord
  /** What has joined its incident since. */
  readonly joined: Joined
  /** The place in the sequence up to which was known what had happened before it; what an older version saved has none. */
  readonly upTo?: Seq
}

/**
 * Findings by the id of their alert, as drafts whose evidence is still to be read: a scan reads that of all of them at its end, in
 * one pass over the inputs that need it; a server reads it after each bucket, for the drafts that changed.
 */
export class AlertDrafts implements FindingSink {
  readonly #drafts = new Map<string, AlertDraft>()
  readonly #changed = new Set<string>()
  /** Those that nothing has happened to but that something joined. */
  readonly #grown = new Set<string>()
  /** Ids of the alerts of each incident. */
  readonly #ofIncident = new Map<string, Set<string>>()
  readonly #history: History
  /** The place in the sequence of what is judged now. */
  upTo: Seq = 0

  constructor(history: History, saved: readonly AlertDraft[] = []) {
    this.#history = history
    for (const draft of saved) this.#keep(draft)
  }

  isKnown(alertId: string): boolean {
    return this.#drafts.has(alertId)
  }

  found(finding: RuleFinding, now: EpochMs): void {
    this.#put(this.draftOf(finding, now))
  }

  /** With what is known of it now; it is not kept. */
  draftOf(finding: RuleFinding, now: EpochMs): AlertDraft {
    const { record, host, rows } = finding
    const acquaintance = this.#history.acquaintance(record.by_field_value ?? '', host, record.timestamp)
    return { finding, acquaintance, now, rows, record, joined: NOTHING_JOINED, upTo: this.upTo }
  }

  revised(finding: RuleFinding): void {
    const draft = this.#drafts.get(finding.alertId)
    if (!draft) return
    const rows = uniteObservations(draft.rows, finding.rows)
    // A late row may be the first of all: then the time before it is another one.
    const isEarlier = firstOf(rows) < firstOf(draft.rows)
    this.#put({ ...draft, record: finding.record, rows, ...(isEarlier && { upTo: this.upTo }) })
  }

  fell(record: AnomalyRecord): void {
    for (const draft of this.#drafts.values())
      if (draft.record.record_id === record.record_id) this.#put({ ...draft, record })
  }

  /** A record that is no alert of its own, since its incident was told: it joins the last alert of that, of each rule that has one. */
  join(record: AnomalyRecord): void {
    const ids = [...(this.#ofIncident.get(record.oddsock?.incident ?? '') ?? [])]
    const told = ids.map((id) => this.#drafts.get(id)!)
    // Written again, it is the alert's own.
    if (told.some((one) => one.record.record_id === record.record_id)) return
    const newest = Math.max(...told.map((one) => one.record.timestamp))
    for (const draft of told)
      if (draft.record.timestamp === newest) this.#grow({ ...draft, joined: withRecord(draft.joined, record) })
  }

  get(alertId: string): AlertDraft | undefined {
    return this.#drafts.get(alertId)
  }

  /** By the time of their buckets, then as they were found. */
  inOrder(): AlertDraft[] {
    return [...this.#drafts.values()].sort((a, b) => a.record.timestamp - b.record.timestamp)
  }

  /** Those that are new or have changed since this was last asked, in the same order, and those that have only been joined by something. */
  takeChanged(): { readonly changed: readonly AlertDraft[]; readonly grown: readonly AlertDraft[] } {
    const inOrder = (ids: Iterable<string>) =>
      [...ids].flatMap((id) => this.#drafts.get(id) ?? []).sort((a, b) => a.record.timestamp - b.record.timestamp)
    const taken = {
      changed: inOrder(this.#changed),
      grown: inOrder([...this.#grown].filter((id) => !this.#changed.has(id))),
    }
    this.#changed.clear()
    this.#grown.clear()
    return taken
  }

  /** Lets go those of buckets before this time: nothing can change them any more. */
  forget(before: EpochMs): void {
    for (const [id, { record }] of this.#drafts) {
      if (record.timestamp >= before) continue
      this.#drafts.delete(id)
      const incident = record.oddsock?.incident ?? ''
      const others = this.#ofIncident.get(incident)
      others?.delete(id)
      if (others?.size === 0) this.#ofIncident.delete(incident)
    }
  }

  #put(draft: AlertDraft): void {
    this.#keep(draft)
    this.#changed.add(draft.finding.alertId)
  }

  #grow(draft: AlertDraft): void {
    this.#keep(draft)
    this.#grown.add(draft.finding.alertId)
  }

  #keep(draft: AlertDraft): void {
    const { alertId } = draft.finding
    const { incident } = draft.record.oddsock ?? {}
    if (incident !== undefined) {
      const ids = this.#ofIncident.get(incident) ?? new Set()
      this.#ofIncident.set(incident, ids.add(alertId))
    }
    this.#drafts.set(alertId, draft)
  }
}
