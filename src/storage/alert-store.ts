import type { Alert } from '../domain/alert.ts'
import type { Notice } from '../domain/notice.ts'
import type { Seq } from '../domain/time.ts'
import type { Query } from '../query/ast.ts'
import type { Page, SeqRange } from './page.ts'

export type { Notice }

export interface Versioned<T> {
  /** Counts the changes of this document, from 1. */
  readonly version: number
  readonly doc: T
}

/**
 * Alerts by `kibana.alert.uuid`, and beside them an outbox: a notice is kept in the transaction that writes its alert, so neither is
 * ever there without the other. Sinks read the outbox by cursor.
 */
export interface AlertStore {
  /** Creating an alert that is there already changes nothing: its id is derived, so it is the same alert. */
  create(alert: Alert, notice?: Notice): Promise<'created' | 'exists'>
  get(id: string): Promise<Versioned<Alert> | undefined>
  /** Replaces the alert if its version is still the one that the caller saw. */
  update(alert: Alert, version: number, notice?: Notice): Promise<'updated' | 'conflict' | 'missing'>
  /** Those that match, in the order of `@timestamp`, then id. */
  search(query: Query, limit: number): Promise<readonly Versioned<Alert>[]>
  /** Notices in the order in which they were kept. */
  notices(range: SeqRange): Promise<Page<Notice>>
  /** Sinks have passed on everything up to this place. Ids are remembered all the same: no notice comes back. */
  forgetNotices(upTo: Seq): Promise<void>
}
