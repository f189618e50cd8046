import type { Alert } from '../domain/alert.ts'
import type { Query } from '../query/ast.ts'

export interface Versioned<T> {
  /** Counts the changes of this document, from 1. */
  readonly version: number
  readonly doc: T
}

/** Alerts by `kibana.alert.uuid`. */
export interface AlertStore {
  /** Creating an alert that is there already changes nothing: its id is derived, so it is the same alert. */
  create(alert: Alert): Promise<'created' | 'exists'>
  get(id: string): Promise<Versioned<Alert> | undefined>
  /** Replaces the alert if its version is still the one that the caller saw. */
  update(alert: Alert, version: number): Promise<'updated' | 'conflict' | 'missing'>
  /** Those that match, in the order of `@timestamp`, then id. */
  search(query: Query, limit: number): Promise<readonly Versioned<Alert>[]>
}
