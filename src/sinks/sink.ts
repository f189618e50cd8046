import type * as v from 'valibot'
import type { Alert } from '../domain/alert.ts'
import { AppError, type Problem } from '../domain/error.ts'
import type { Notice } from '../domain/notice.ts'
import type { DurationMs } from '../domain/time.ts'

/** What a sink passes on: a word about an alert, and the alert as it is now. */
export interface SinkMessage {
  readonly notice: Notice
  readonly alert: Alert
}

/**
 * A way to tell the outside of an alert. A message may come twice, after a crash or when an answer was lost: whoever receives it
 * knows it again by the id of its notice.
 */
export interface Sink {
  /** Unique among the sinks of an engine, the same at every start: its cursor is kept under it. */
  readonly name: string
  /**
   * Resolves once the other side has the message, not when it is merely on its way.
   *
   * @param signal gives up the attempt; what was sent by then may have arrived
   * @throws DeliveryError where the other side answered; anything else means that it was not reached. Both are tried again
   */
  deliver(message: SinkMessage, signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** The other side was reached and did not take the message. */
export class DeliveryError extends AppError {
  /** It does not want this message, now or later; otherwise it could not take it at the moment. */
  readonly refused: boolean
  /** How long it wants to be left alone. */
  readonly retryAfter?: DurationMs

  constructor(problem: Omit<Problem, 'code'>, refused: boolean, retryAfter?: DurationMs) {
    super({ ...problem, code: refused ? 'SINK_REFUSED' : 'SINK_UNABLE' })
    this.name = 'DeliveryError'
    this.refused = refused
    if (retryAfter !== undefined) this.retryAfter = retryAfter
  }
}

/** A kind of sink with its manual. */
export interface SinkType<Options> {
  /** What `type` says in the settings. */
  readonly name: string
  readonly summary: string
  readonly references: readonly string[]
  /** The settings beside `type` and `name`; each with a description in its metadata. */
  readonly options: v.GenericSchema<unknown, Options>
  /** As in the settings file. */
  readonly examples: readonly { readonly title: string; readonly toml: string }[]
  /**
   * Reads the secrets that the options point to; reaches nothing outside yet, so a server starts while the other side is down.
   *
   * @throws AppError SINK_… for options that cannot work
   */
  open(name: string, options: Options): Promise<Sink>
}
