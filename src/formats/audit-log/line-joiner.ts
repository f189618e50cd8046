import type { EcsEvent } from '../../domain/event.ts'
import { values } from '../../domain/field.ts'
import { type DurationMs, type EpochMs, parseTime } from '../../domain/time.ts'
import { join, type WaitingLine } from './join.ts'
import { auditLinesIn } from './lines-in-documents.ts'

/** So long an event waits for more lines from its first one on, or from one that came when it had been told. */
const PATIENCE: DurationMs = 2_000
/** So many characters of lines are kept, those of told events for their stragglers: a minute of some thousand lines a second. */
const CHARACTERS_KEPT = 32 * 1024 * 1024
/** As in a log: of an event that goes on beyond this, the first lines are kept. */
const MOST_LINES = 4_096

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

interface Gathered {
  readonly lines: PlacedLine[]
  /** The place of the line that began it, or with which it goes on after it was told; and when that was. */
  opened: number
  since: DurationMs
}

/**
 * Joins the raw audit lines of documents, of any number of hosts, to the events that a log of them gives, under the same identities.
 * In go documents in their order, each with its place in it.
 *
 * Other than in a log, the order of lines says nothing: shippers send batches side by side, and those that failed again a minute
 * later. So an event is told two seconds after its first line, and once more when others come; the lines of told events are kept
 * for that as long as there is room.
 */
export class LineJoiner {
  readonly #tell: (joined: JoinedEvent) => void
  /** Events that wait for more lines, and events that were told, both in the order in which they became that. */
  readonly #open = new Map<string, Gathered>()
  readonly #told = new Map<string, Gathered>()
  readonly #room: number
  #kept = 0
  #now: DurationMs = 0

  constructor(tell: (joined: JoinedEvent) => void, charactersKept = CHARACTERS_KEPT) {
    this.#tell = tell
    this.#room = charactersKept
  }

  /** Answers whether the document held audit lines. */
  add(document: EcsEvent, place: number): boolean {
    const lines = auditLinesIn(document)
    if (lines.length === 0) return false
    const ingested = parseTime(values(document, 'event.ingested')[0])
    for (const line of lines) this.#addLine({ ...line, place, ingested })
    return true
  }

  /** Tells what has waited long enough by any steady time; to be called a few times a second while lines wait. */
  settle(now: DurationMs): void {
    this.#now = now
    for (const [key, event] of this.#open) {
      if (now - event.since < PATIENCE) break
      this.#complete(key, event)
    }
  }

  /** Every event is told of which all lines came before this place; undefined when none waits. */
  get waitingFrom(): number | undefined {
    return first(this.#open)?.opened
  }

  /** Whoever goes on later and wants to know what is known here must begin at this place; undefined when nothing is known. */
  get keptFrom(): number | undefined {
    const places = [first(this.#open), first(this.#told)].flatMap(
      (event) => event?.lines.map(({ place }) => place) ?? [],
    )
    return places.length === 0 ? undefined : Math.min(...places)
  }

  #addLine(line: PlacedLine): void {
    const key = `${line.time}:${line.serial} ${line.node}`
    const waiting = this.#open.get(key)
    const event = waiting ?? this.#told.get(key) ?? { lines: [], opened: line.place, since: this.#now }
    const { lines } = event
    if (lines.length >= MOST_LINES || lines.some(({ text }) => text === line.text)) return
    lines.push(line)
    this.#kept += line.text.length
    if (!waiting) {
      this.#told.delete(key)
      event.opened = line.place
      event.since = this.#now
      this.#open.set(key, event)
    }
    this.#makeRoom()
  }

  #makeRoom(): void {
    while (this.#kept > this.#room) {
      const [forgotten] = this.#told
      if (forgotten) this.#forget(...forgotten)
      else for (const oldest of this.#open) return this.#complete(...oldest)
    }
  }

  #forget(key: string, { lines }: Gathered): void {
    this.#told.delete(key)
    for (const { text } of lines) this.#kept -= text.length
  }

  #complete(key: string, gathered: Gathered): void {
    this.#open.delete(key)
    this.#told.set(key, gathered)
    const { event, records } = join(gathered.lines)
    // The mark of an end alone is no loss: its document is stored as it came.
    if (event) this.#tell({ event, records, ...newest(gathered.lines) })
  }
}

function first(events: ReadonlyMap<string, Gathered>): Gathered | undefined {
  return events.values().next().value
}

function newest(lines: readonly PlacedLine[]): { readonly ingested: EpochMs; readonly place: number } {
  let [ingested, place] = [Number.NaN, 0]
  for (const line of lines) {
    if (Number.isNaN(ingested) || line.ingested > ingested) ingested = line.ingested
    if (line.place > place) place = line.place
  }
  return { ingested, place }
}
