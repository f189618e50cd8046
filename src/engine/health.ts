/**
 * How the engine is, as plain JSON: what `oddsock health`, `/api/v1/health`, `/readyz` and `/metrics` tell. Times are ISO 8601, of
 * the time of day unless they are said to be of the engine's clock.
 */
export interface Health {
  /** `starting` while backlogs are read or decisions carried out again; `stopped` when the answer is from the store alone. */
  readonly status: 'starting' | 'running' | 'stopping' | 'stopped'
  readonly started?: string
  /** What is wrong now, worst first; empty while all is well. */
  readonly problems: readonly HealthProblem[]
  /** The engine's clock; absent before the first event. */
  readonly clock?: string
  readonly events: EventCounts
  readonly sources: readonly SourceReport[]
  readonly loops: readonly LoopReport[]
}

export interface HealthProblem {
  /** A sentence for a person: "Cannot read /var/log/audit/audit.log: permission denied". */
  readonly what: string
  readonly since: string
  /** `error`: data is being lost or a person must act; `warn`: it works on, and loses nothing. */
  readonly level: 'warn' | 'error'
}

/** Since the process has started, but for `stored`. */
export interface EventCounts {
  /** Place of the last event in the store. */
  readonly stored: number
  readonly taken: number
  /** Sent again, and known. */
  readonly copies: number
  readonly rejects: number
  /** Dated more than a day ahead of the clock. */
  readonly setAside: number
  /** Of a bucket that was closed when they came. */
  readonly late: number
}

export interface SourceReport {
  readonly name: string
  readonly events: number
  readonly rejects: number
  readonly bytesRead: number
  /** Bytes known to wait. */
  readonly bytesBehind?: number
  /** When it last handed in an event. */
  readonly lastEvent?: string
  readonly problem?: string
}

/** One loop of the engine: intake, a job, a rule, a sink. */
export interface LoopReport {
  /** `job linux_novel_network_activity`, `sink webhook` */
  readonly name: string
  /** Things that it has done: events, buckets, records, messages. */
  readonly items: number
  /** Seconds that it has worked. */
  readonly seconds: number
  /** How far it is behind, in milliseconds. */
  readonly lag_ms: number
  readonly lastSuccess?: string
  readonly problem?: string
}
