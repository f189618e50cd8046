import { deriveFields } from '../domain/derive.ts'
import type { EcsEvent } from '../domain/event.ts'
import type { Log } from '../domain/log.ts'
import { REVISION } from '../domain/stamps.ts'
import { type DurationMs, SECOND, type Seq } from '../domain/time.ts'
import { type JoinedEvent, LineJoiner } from '../formats/audit-log/line-joiner.ts'
import { ALL } from '../query/ast.ts'
import type { Intake } from '../sources/live-source.ts'
import type { EventReader } from '../storage/storage.ts'
import type { Clock } from './clock.ts'
import type { Cursors } from './cursors.ts'
import { withIngested } from './stamp.ts'

/** The name under which joined events come in and the cursor is kept. */
const NAME = 'audit-lines'
/** How often it is looked what has waited long enough, while lines wait. */
const SETTLE_EVERY: DurationMs = 250
/** Documents that a start holds at a time. */
const PAGE = 2_000
/** While there is nothing to join, the cursor is saved once in so many documents. */
const CURSOR_EVERY = 10_000
/** What cannot be handed in is handed in again after so long. */
const PAUSE_AFTER_FAILURE: DurationMs = SECOND

/** Where a start goes on, as places behind which there is something to read. */
interface Cursor {
  /** Every event is joined and committed of which all lines stand before this one. */
  readonly joined: Seq
  /** From here on there may be lines of events to which others come yet. */
  readonly from: Seq
}

const BEGINNING: Cursor = { joined: 0, from: 0 }

export interface AuditLinePorts {
  readonly events: EventReader
  readonly intake: Intake
  readonly cursors: Cursors
  readonly clock: Clock
  readonly log: Log
  /** The place of the last event that is committed. */
  readonly lastSeq: () => Seq
  /** Aborted when the engine ends. */
  readonly signal: AbortSignal
}

/**
 * Makes audit events of raw audit lines that shippers push. The documents are committed and answered first, as they came; the sequence
 * is then the log of which this is the tail. So nothing that was answered is lost: the cursor stands before the first document of which a
 * line waits, moves once what was joined is committed, and a start goes on from there. An event that comes twice by that is a copy, and
 * one that was made without its last lines is told again as a revision.
 */
export class PushedAuditLines {
  readonly #ports: AuditLinePorts
  readonly #joiner: LineJoiner
  #joined: EcsEvent[] = []
  /** Everything up to here has been looked at. */
  #seen: Seq = 0
  /** The newest that was handed in. */
  #cursor = BEGINNING
  /** Whether the start has come to the present, so that `take` goes on from there. */
  #live = false
  #settled: DurationMs = 0
  #settling = false
  #handing: Promise<void> | undefined
  /** What cannot be handed in now is left to the next start. */
  #stopping = false

  constructor(ports: AuditLinePorts) {
    this.#ports = ports
    this.#joiner = new LineJoiner((joined) => this.#take(joined))
  }

  /** Reads on from where the last life has come to. */
  async recall(): Promise<void> {
    const { events, cursors, lastSeq, signal } = this.#ports
    this.#cursor = ((await cursors.load(NAME)) as Cursor | undefined) ?? BEGINNING
    this.#seen = this.#cursor.from
    while (this.#seen < lastSeq() && !signal.aborted) {
      const { items, next } = await events.scan(ALL, { after: this.#seen, limit: PAGE })
      for (const { seq, doc } of items) this.#joiner.add(doc, seq - 1)
      this.#seen = Math.max(next, this.#seen)
      await this.#handOn()
    }
    this.#live = true
    void this.#settle()
  }

  /** Documents that were just committed, behind the place `after`. */
  take(documents: readonly EcsEvent[], after: Seq, upTo: Seq): void {
    // Until then `recall` finds them in the store.
    if (!this.#live) return
    let found = false
    for (const document of documents) if (this.#joiner.add(document, after)) found = true
    this.#seen = upTo
    void this.#handOn()
    if (found) void this.#settle()
  }

  /** Hands in what is complete. What still waits is found again by the next start. */
  async stop(): Promise<void> {
    this.#stopping = true
    await this.#handOn()
    if (this.#live && !this.#hasNews()) await this.#handIn([])
    this.#live = false
  }

  #take({ event, records, ingested, place }: JoinedEvent): void {
    // All its lines lie before the cursor: a start has read them again only for what may come yet.
    if (place < this.#cursor.joined) return
    const revision = { ...deriveFields(event), [REVISION]: records }
    this.#joined.push(Number.isNaN(ingested) ? revision : withIngested(revision, ingested))
  }

  /** It never goes back, though a start reads lines again of which it has told. */
  #next(): Cursor {
    const joined = Math.max(this.#cursor.joined, this.#joiner.waitingFrom ?? this.#seen)
    return { joined, from: Math.min(joined, this.#joiner.keptFrom ?? joined) }
  }

  #handOn(): Promise<void> {
    if (!this.#hasNews()) return this.#handing ?? Promise.resolve()
    this.#handing ??= this.#handOnAll()
    return this.#handing
  }

  #hasNews(): boolean {
    return this.#joined.length > 0 || this.#next().joined - this.#cursor.joined >= CURSOR_EVERY
  }

  /** One piece after the other, so that no cursor overtakes events. */
  async #handOnAll(): Promise<void> {
    while (this.#hasNews()) {
      const events = this.#joined
      this.#joined = []
      if (await this.#handIn(events)) continue
      this.#joined = [...events, ...this.#joined]
      if (this.#stopping || this.#ports.signal.aborted) break
    }
    this.#handing = undefined
  }

  async #handIn(events: readonly EcsEvent[]): Promise<boolean> {
    const { intake, clock, log, signal } = this.#ports
    const cursor = this.#next()
    try {
      await intake.take({ source: NAME, clock: 'event', events, cursor })
      this.#cursor = cursor
      return true
    } catch (error) {
      if ((error as { code?: string }).code === 'INTAKE_CLOSED') this.#live = false
      else log.warn('Joined audit events cannot be handed in; it is tried again', { error: String(error) })
      await clock.sleep(PAUSE_AFTER_FAILURE, signal)
      return false
    }
  }

  /** Looks again and again until no line waits. */
  async #settle(): Promise<void> {
    const { clock, signal } = this.#ports
    if (this.#settling) return
    this.#settling = true
    while (this.#joiner.waitingFrom !== undefined && !signal.aborted) {
      await clock.sleep(SETTLE_EVERY, signal)
      if (!this.#live) break
      this.#settled += SETTLE_EVERY
      this.#joiner.settle(this.#settled)
      await this.#handOn()
    }
    this.#settling = false
  }
}
