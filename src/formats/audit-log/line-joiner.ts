import type { EcsEvent } from '../../domain/event.ts'
import { values } from '../../domain/field.ts'
import { type DurationMs, type EpochMs, parseTime } from '../../domain/time.ts'
import { join, type WaitingLine } from './join.ts'
import { auditLinesIn } from './lines-in-documents.ts'
import { Reassembler } from './reassemble.ts'

/** An audit event that was joined from lines of several documents. */
export interface JoinedEvent {
  readonly event: EcsEvent
  /** How many records it was made of: told again, it has more of them. */
  readonly records: number
  /** `event.ingested` of the newest of its documents; NaN where none has any. */
  readonly ingested: EpochMs
  /** The place of the newest of its documents. */
  readonly place: number
}

interface PlacedLine extends WaitingLine {
  readonly place: number
  readonly ingested: EpochMs
}

/**
 * Joins the raw audit lines of documents, of any number of hosts, as the decoder of the format joins those of a log: the same events
 * under the same identities. In go documents in their order, each with its place in it; out come events when they are complete.
 */
export class LineJoiner {
  readonly #events: Reassembler<PlacedLine>

  constructor(take: (joined: JoinedEvent) => void) {
    this.#events = new Reassembler((lines) => {
      const { event, records } = join(lines)
      // The mark of an end alone is no loss: its document is stored as it came.
      if (event) take({ event, records, ...newest(lines) })
    })
  }

  /** Answers whether the document held audit lines. */
  add(document: EcsEvent, place: number): boolean {
    const lines = auditLinesIn(document)
    if (lines.length === 0) return false
    const ingested = parseTime(values(document, 'event.ingested')[0])
    for (const line of lines) this.#events.add({ ...line, place, ingested }, place, place + 1)
    return true
  }

  /** As `LineReader.settle`. */
  settle(now: DurationMs): void {
    this.#events.settle(now)
  }

  /** The place of the first document of which a line waits for others; undefined when none does. */
  get waitingFrom(): number | undefined {
    let first: number | undefined
    for (const { from } of this.#events.open()) if (first === undefined || from < first) first = from
    return first
  }
}

function newest(lines: readonly PlacedLine[]): { readonly ingested: EpochMs; readonly place: number } {
  let [ingested, place] = [Number.NaN, 0]
  for (const line of lines) {
    if (!(line.ingested <= ingested)) ingested = line.ingested
    if (line.place > place) place = line.place
  }
  return { ingested, place }
}
