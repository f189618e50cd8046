import { bucketTimeOf, timeOf } from '../datafeed/observe.ts'
import { AppError } from '../domain/error.ts'
import type { EcsEvent, Reject } from '../domain/event.ts'
import { values } from '../domain/field.ts'
import { hostOf } from '../domain/identity.ts'
import type { Log } from '../domain/log.ts'
import { type EpochMs, parseTime, type Seq } from '../domain/time.ts'
import type { Arrivals, Intake } from '../sources/live-source.ts'
import type { EventStore } from '../storage/storage.ts'
import type { PastEvent } from './backlog.ts'
import type { Clock } from './clock.ts'
import type { Cursors } from './cursors.ts'
import type { EngineClock } from './engine-clock.ts'
import { isSetAside, stamped, withIngested } from './stamp.ts'

/** So many events are committed together at most: the more, the fewer transactions, and the longer the first of them waits. */
const TOGETHER = 10_000
/** A storage that fails is asked again after so long, and half as often each time up to the limit. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [100, 10_000]

export interface IngestPorts {
  readonly events: EventStore
  readonly cursors: Cursors
  readonly clock: Clock
  readonly engineClock: EngineClock
  readonly log: Log
  /** These have been committed, copies of what was there before among them; `seq` is the place of the last event. */
  readonly onCommitted: (seq: Seq, events: readonly EcsEvent[]) => void
  /** What lies before this time no job scores any more; NaN while one may score anything. */
  readonly scoresFrom?: () => EpochMs
  /** Keeps what became no event; counted it is anyway. */
  readonly onReject?: (source: string, reject: Reject) => void
}

interface Waiting {
  readonly arrivals: Arrivals
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

/**
 * The loop between sources and the event store: takes what they hand in, stamps it with the clock, commits it in groups, moves the
 * sources' cursors, and only then says yes. While the storage fails it asks again and again; senders wait, and nothing is lost.
 */
export class Ingest implements Intake {
  readonly #ports: IngestPorts
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  #closed = false
  readonly #stop = new AbortController()
  readonly figures = { events: 0, setAside: 0, lastCommit: Number.NaN }
  readonly rejects = new Map<string, number>()
  /** By source, events that came too late to be scored by any job; copies of what was scored in time among them. */
  readonly tooOld = new Map<string, number>()
  /** What the storage last said against it, and since when; undefined while all is well. */
  failing: { readonly since: EpochMs; readonly message: string } | undefined

  constructor(ports: IngestPorts) {
    this.#ports = ports
  }

  take(arrivals: Arrivals): Promise<void> {
    if (this.#closed) return Promise.reject(closed())
    return new Promise((done, failed) => {
      this.#waiting.push({ arrivals, done, failed })
      this.#running ??= this.#run()
    })
  }

  reject(source: string, reject: Reject): void {
    this.rejects.set(reject.reason, (this.rejects.get(reject.reason) ?? 0) + 1)
    this.#ports.onReject?.(source, reject)
  }

  /** Events of the past, in their merged order: their clock was read by somebody who could look ahead. */
  async takePast(past: readonly PastEvent[]): Promise<void> {
    const { clock, engineClock } = this.#ports
    const now = clock.now()
    const events = past.map(({ source, event, reading, byIngest }) => {
      const scoresFrom = this.#scoresFrom
      if (byIngest) engineClock.ingested(reading, now)
      else engineClock.accepted(hostOf(event), reading, now)
      const taken = stamped(event, engineClock.now)
      this.#countTooOld(source, taken, scoresFrom)
      return taken
    })
    await this.#commit(events)
    await this.#moveCursors(past)
  }

  /** Takes nothing more, commits what waits, and ends. What cannot be committed within the storage's patience is refused. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.failing) this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    // Whoever hands in within this turn of the event loop goes into the same commit.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const group = this.#nextGroup()
      try {
        await this.#takeGroup(group)
        for (const { done } of group) done()
      } catch (error) {
        for (const { failed } of group) failed(error)
      }
    }
    // In the same moment in which nobody waits any more: who was told yes may hand in again at once.
    this.#running = undefined
  }

  #nextGroup(): Waiting[] {
    let events = 0
    let length = 0
    while (length < this.#waiting.length && (length === 0 || events < TOGETHER))
      events += this.#waiting[length++]!.arrivals.events.length
    return this.#waiting.splice(0, length)
  }

  async #takeGroup(group: readonly Waiting[]): Promise<void> {
    await this.#commit(group.flatMap(({ arrivals }) => this.#stamp(arrivals)))
    await this.#moveCursors(group.map(({ arrivals }) => arrivals))
  }

  /** The last cursor of each source stands for those before it. */
  async #moveCursors(pieces: readonly { readonly source: string; readonly cursor?: unknown }[]): Promise<void> {
    const last = new Map<string, unknown>()
    for (const { source, cursor } of pieces) if (cursor !== undefined) last.set(source, cursor)
    for (const [source, cursor] of last) await this.#ports.cursors.save(source, cursor)
  }

  #stamp({ source, events, clock: by }: Arrivals): EcsEvent[] {
    const now = this.#ports.clock.now()
    return events.flatMap((event) => {
      try {
        const scoresFrom = this.#scoresFrom
        const taken = this.#stampOne(event, by, now)
        this.#countTooOld(source, taken, scoresFrom)
        return [taken]
      } catch (error) {
        // A document that our own code stumbles over is set aside with the reason, and stops nobody.
        this.#ports.log.error('Event set aside: it cannot be read', { source, error: String(error) })
        this.reject(source, { reason: 'cannot be read', from: 0, raw: '' })
        return []
      }
    })
  }

  #stampOne(event: EcsEvent, by: Arrivals['clock'], now: EpochMs): EcsEvent {
    const { engineClock } = this.#ports
    const ingested = parseTime(values(event, 'event.ingested')[0])
    if (!Number.isNaN(ingested)) engineClock.ingested(ingested, now)
    else if (by === 'event') engineClock.event(hostOf(event), timeOf(event), now)
    else engineClock.ingested(now, now)
    const complete = Number.isNaN(ingested) && by === 'receipt' ? withIngested(event, now) : event
    return stamped(complete, engineClock.now)
  }

  /** As the sequence stands before an event; the event itself may move its clock. */
  get #scoresFrom(): EpochMs {
    return this.#ports.scoresFrom?.() ?? Number.NaN
  }

  #countTooOld(source: string, event: EcsEvent, scoresFrom: EpochMs): void {
    if (bucketTimeOf(event) < scoresFrom) this.tooOld.set(source, (this.tooOld.get(source) ?? 0) + 1)
  }

  async #commit(events: readonly EcsEvent[]): Promise<void> {
    if (events.length === 0) return
    const seq = await this.#append(events)
    this.figures.events += events.length
    this.figures.setAside += events.filter(isSetAside).length
    this.figures.lastCommit = this.#ports.clock.now()
    this.#ports.onCommitted(seq, events)
  }

  /** Tries until it succeeds or the engine stops; a storage that takes no events at all is not asked again. */
  async #append(events: readonly EcsEvent[]): Promise<Seq> {
    const { clock, log } = this.#ports
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE))
      try {
        const seq = await this.#ports.events.append(events)
        if (this.failing) log.info('Events can be stored again', { since: this.failing.since })
        this.failing = undefined
        return seq
      } catch (error) {
        if (error instanceof AppError && error.code === 'STORAGE_READ_ONLY') throw error
        const message = error instanceof Error ? error.message : String(error)
        if (!this.failing) log.error('Events cannot be stored; senders wait', { error: message })
        this.failing = { since: this.failing?.since ?? clock.now(), message }
        if (this.#closed) throw closed(error)
        await clock.sleep(pause, this.#stop.signal)
      }
  }
}

function closed(cause?: unknown): AppError {
  return new AppError({
    message: 'Cannot take events: the engine is stopping',
    code: 'INTAKE_CLOSED',
    hint: 'Send them again when it is back; what was taken is known again.',
    ...(cause !== undefined && { cause }),
  })
}
