import type { EcsEvent, Reject } from '../domain/event.ts'
import { ownKeyOf } from '../domain/identity.ts'
import { REVISION } from '../domain/stamps.ts'
import type { DurationMs } from '../domain/time.ts'
import type { Format, LineReader, Waiting } from '../formats/format.ts'

/** Where a line stands, whatever else the stream is made of: the file, by its fingerprint, and the byte in it. */
export interface LinePlace {
  readonly fingerprint: string
  readonly offset: number
}

export interface EventLinesOptions {
  readonly format: Format
  /** The host of events that name none. */
  readonly host: string
  /** What a place in the stream is outside. */
  readonly placeOf: (place: number) => LinePlace
  readonly reject: (reject: Reject) => void
}

/**
 * Lines of a live stream on their way to events: the decoder of their format, and the events that it has told since they were last
 * asked for. Each has what makes it known again when it comes a second time (`time-and-order.md` §4): joined events the number of
 * their records, and documents without an identity of their own the place where they stand, the same that a scan goes by.
 */
export class EventLines {
  readonly reader: LineReader
  readonly #placeOf: (place: number) => LinePlace
  #events: EcsEvent[] = []

  constructor({ format, host, placeOf, reject }: EventLinesOptions) {
    this.#placeOf = placeOf
    this.reader = format.decoder(
      { host },
      {
        event: (event, from, _to, records) => {
          this.#events.push(records === undefined ? this.#named(event, from) : { ...event, [REVISION]: records })
        },
        reject,
      },
    )
  }

  /** The events since the last call. */
  take(): readonly EcsEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  settle(now: DurationMs): void {
    this.reader.settle?.(now)
  }

  unfinished(): Iterable<Waiting> {
    return this.reader.unfinished?.() ?? []
  }

  /** `eventKeyOf` takes `_index` and `_id` for what it takes the place in a file for. */
  #named(event: EcsEvent, from: number): EcsEvent {
    if (ownKeyOf(event) !== undefined) return event
    const { fingerprint, offset } = this.#placeOf(from)
    return { ...event, _index: fingerprint, _id: String(offset) }
  }
}
