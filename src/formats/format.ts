import type { EcsEvent, Reject } from '../domain/event.ts'
import type { DurationMs, EpochMs } from '../domain/time.ts'

/**
 * Formats turn bytes into ECS events. In go whole lines of an opened (uncompressed) stream; out come events, or rejects with
 * a reason. A format never throws on bad input and never reads or writes anything itself.
 */
export interface Format {
  /** What `--format` takes. */
  readonly name: string
  readonly summary: string
  readonly references: readonly string[]
  /** Whether the decoder may tell an event again, more complete, under the same identity; the newest holds. */
  readonly revises?: boolean
  /** How much the head of a stream looks like this format: 0 not at all, 1 certainly. */
  recognise(head: Buffer): number
  /** The reference reading: every line becomes part of an event or of a reject. */
  decoder(options: DecodeOptions, sink: DecodeSink): LineReader
  /**
   * The quick reading of a scan: the same events, but only what `fields` ask for. `profile` is called once for each distinct
   * combination of their values with an event that holds at least those fields; it answers what every such event shares.
   */
  sighter<P>(options: SightOptions<P>, sink: SightingSink<P>): LineReader
}

export interface DecodeOptions {
  /** The host of events that name none (`time-and-order.md` §4). */
  readonly host?: string
}

export interface SightOptions<P> extends DecodeOptions {
  readonly fields: readonly string[]
  readonly profile: (event: EcsEvent) => P
  /** Those of the fields that decide whether a profile is idle. */
  readonly decisive: readonly string[]
  /** Whether the fields that do not decide are of no account for this profile: no datafeed admits the event. */
  readonly isIdle: (profile: P) => boolean
  /** At most so many kinds of events are remembered at a time; more of them cost time. 65,536 unless said. */
  readonly kindsKept?: number
  /** Names the input by its content; with a place in it, the identity of events that carry none of their own. */
  readonly fingerprint: string
  /** Parse every line in full, so that damage outside the fields is rejected too. */
  readonly strict?: boolean
}

export interface DecodeSink {
  /**
   * An event, and the bytes `[from, to)` of the stream in which all its lines stand (others may stand between them). `records` is
   * how many lines were joined to it, where a format joins lines: told again, an event has more of them.
   */
  event(event: EcsEvent, from: number, to: number, records?: number): void
  reject(reject: Reject): void
}

export interface SightingSink<P> {
  /** `ingested` is NaN where the event carries no `event.ingested`; `id` is its `eventKey` (see `domain/identity.ts`). */
  sight(profile: P, time: EpochMs, ingested: EpochMs, id: number, from: number, to: number): void
  reject(reject: Reject): void
}

export interface LineReader {
  /** Takes the whole lines in `block[from, to)`, each ended by `\n`; `at` is the place of `block[from]` in the stream. The block may be reused by the caller afterwards. */
  lines(block: Buffer, from: number, to: number, at: number): void
  /** The stream has ended: what was waiting is complete now. */
  end(): void
  /**
   * Only where lines wait for others. Called now and then while a stream goes on, with the time that has passed by any steady
   * clock: what no more lines came for in 2 s is complete.
   */
  settle?(now: DurationMs): void
  /** The bytes `[from, to)` of each event that waits for more lines: whoever goes on later must begin before them. */
  unfinished?(): Iterable<Waiting>
}

/** As `ByteRange` of a source, for lines that wait. */
export interface Waiting {
  readonly from: number
  readonly to: number
}
