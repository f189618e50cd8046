/** Word of an alert that sinks are to pass on. */
export interface Notice {
  /** Derived from the alert and what is said of it, so that the same word is never kept twice. */
  readonly id: string
  readonly alert_id: string
  readonly reason: 'created' | 'confirmed' | 'withdrawn' | 'worse'
}
