import type { EcsEvent, Reject } from '../domain/event.ts'

/**
 * A source that goes on: a file that grows, a socket. It hands in decoded events and never stores anything itself; the engine says
 * yes once they are committed, and only then moves its cursor or lets it answer its sender. Whatever was not committed is handed in
 * again after a crash, and known again by its identity (`time-and-order.md` §4).
 */
export interface LiveSource {
  /** Unique among the sources of an engine, the same at every start: its cursor is kept under it. */
  readonly name: string
  /**
   * What lies between the cursor and the present, in pieces of a few hundred events; ends when the source has reached its end.
   * Sources that have no past leave it out. Backlogs of all sources are merged by the engine.
   *
   * @param cursor the `cursor` of the last piece that was committed; undefined at the first start
   * @param reject takes what becomes no event, as `Intake.reject` does later
   */
  backlog?(cursor: unknown, reject?: (reject: Reject) => void): AsyncIterable<Arrivals>
  /** Hands in what comes from now on, until `stop`. Called when the backlog has ended. */
  start(intake: Intake): Promise<void>
  /** Takes nothing more from outside and resolves when everything handed in was answered; no file or socket stays open. */
  stop(): Promise<void>
  readonly health: SourceHealth
}

/** Some events of one source, in their order. */
export interface Arrivals {
  readonly source: string
  /**
   * As decoded, with `host.name` where the source knows it, and with the derived fields (`deriveFields`): nothing that a sender brings
   * under `oddsock` is left.
   */
  readonly events: readonly EcsEvent[]
  /**
   * Which clock an event without `event.ingested` goes by (`time-and-order.md` §1): `receipt` for live pushes, which get
   * `event.ingested` from the time of day, `event` for logs, tails and standard input.
   */
  readonly clock: 'receipt' | 'event'
  /** Where to go on once these are committed, plain JSON. A cursor never stands behind an unfinished audit event. */
  readonly cursor?: unknown
}

/** Where sources hand in. */
export interface Intake {
  /**
   * Resolves when the events are committed. It is slow when the engine is behind, and that is how pressure is passed on: a source
   * waits, and reads no further. @throws AppError INTAKE_CLOSED when the engine is stopping or its storage has failed
   */
  take(arrivals: Arrivals): Promise<void>
  /** A piece of input that became no event: counted, and kept where rejects are kept. */
  reject(source: string, reject: Reject): void
}

/** Plain facts for `oddsock health`. */
export interface SourceHealth {
  /** What is wrong now, for a person: "Cannot read …: permission denied"; undefined while all is well. */
  readonly problem?: string
  /** Bytes read and bytes known to wait, where that means anything. */
  readonly bytesRead: number
  readonly bytesBehind?: number
}
