import type { Log } from '../domain/log.ts'
import type { Notice } from '../domain/notice.ts'
import { DAY, type DurationMs, type EpochMs, HOUR, MINUTE, SECOND, type Seq } from '../domain/time.ts'
import { DeliveryError, type Sink } from '../sinks/sink.ts'
import type { AlertStore } from '../storage/alert-store.ts'
import type { StateStore } from '../storage/state-store.ts'
import type { Clock } from './clock.ts'

export interface SinkDeps {
  readonly alerts: AlertStore
  readonly state: StateStore
  readonly clock: Clock
  readonly log: Log
  /** From 0 up to 1, so that servers that failed together do not come again together. */
  readonly random: () => number
}

/** Plain facts for `oddsock health`. */
export interface SinkHealth {
  readonly name: string
  /** Notices passed on, and notices given up, since the sink was first used. */
  readonly delivered: number
  readonly given_up: number
  /** Notices that wait, as last seen; up to `PAGE`. */
  readonly waiting: number
  /** What is wrong now, for a person, and since when. */
  readonly problem?: string
  readonly problem_since?: EpochMs
}

interface Cursor {
  /** Every notice up to this place is passed on or given up. */
  readonly after: Seq
  readonly delivered: number
  readonly given_up: number
}

const PAGE = 1_000
const POLL: DurationMs = SECOND

/** Pauses between tries: 1 s at first, twice as long each time; a receiver may ask for more, up to an hour. */
const FIRST_PAUSE: DurationMs = SECOND
const LONGEST_PAUSE: DurationMs = 5 * MINUTE
const LONGEST_ASKED: DurationMs = HOUR

/**
 * A message that is refused is tried again for about a quarter of an hour: the receiver may be set up wrong for a moment. Then it is
 * given up, and so is one that a receiver which does answer has been unable to take for a day: it may stumble over this very message,
 * which a host may have made for that purpose, and it must not hold up the others for ever. While nobody answers, everything waits.
 */
const REFUSALS = 12
const LONGEST_UNABLE: DurationMs = DAY

/**
 * Passes notices on through one sink, in their order and at least once: it moves its cursor when the other side has a message, so
 * after a crash the last one comes again under the same id.
 */
export class SinkLoop {
  readonly #sink: Sink
  readonly #deps: SinkDeps
  #cursor: Cursor = { after: 0, delivered: 0, given_up: 0 }
  /** The cursor has moved and is not stored yet. */
  #moved = false
  #waiting = 0
  /** Of the notice at hand: how often it was tried, how often it was refused, how long the receiver was unable to take it. */
  #tries = 0
  #refusals = 0
  #unable: DurationMs = 0
  #problem: { readonly says: string; readonly since: EpochMs } | undefined

  constructor(sink: Sink, deps: SinkDeps) {
    this.#sink = sink
    this.#deps = deps
  }

  /** Everything up to here is done with. */
  get after(): Seq {
    return this.#cursor.after
  }

  get health(): SinkHealth {
    const { delivered, given_up } = this.#cursor
    const problem = this.#problem && { problem: this.#problem.says, problem_since: this.#problem.since }
    return { name: this.#sink.name, delivered, given_up, waiting: this.#waiting, ...problem }
  }

  /** Finds the cursor. A sink that is new tells of what comes from now on; its cursor is stored at once, before anything comes. */
  async open(endOfOutbox: Seq): Promise<void> {
    const stored = await this.#deps.state.get(this.#key)
    this.#cursor = (stored?.doc as Cursor | undefined) ?? { after: endOfOutbox, delivered: 0, given_up: 0 }
    if (!stored) await this.#save()
  }

  /** Goes on until the signal is aborted, and ends within moments then. Never throws. */
  async run(signal: AbortSignal, onMoved: () => Promise<void>): Promise<void> {
    while (!signal.aborted) await this.#deps.clock.sleep(await this.#round(signal, onMoved), signal)
  }

  /** @returns how long to wait until the next round */
  async #round(signal: AbortSignal, onMoved: () => Promise<void>): Promise<DurationMs> {
    try {
      if (this.#moved) await this.#save()
      const { items } = await this.#deps.alerts.notices({ after: this.#cursor.after, limit: PAGE })
      this.#waiting = items.length
      for (const { seq, doc } of items) {
        const outcome = await this.#pass(doc, signal)
        await this.#move(seq, outcome)
      }
      if (items.length > 0) await onMoved()
      this.#well()
      return POLL
    } catch (error) {
      return signal.aborted ? 0 : this.#failed(error)
    }
  }

  async #pass(notice: Notice, signal: AbortSignal): Promise<'delivered' | 'given_up'> {
    signal.throwIfAborted()
    const alert = await this.#deps.alerts.get(notice.alert_id)
    if (!alert) return this.#giveUp(notice, 'its alert is no longer kept')
    try {
      this.#tries++
      await this.#sink.deliver({ notice, alert: alert.doc }, signal)
      return 'delivered'
    } catch (error) {
      if (error instanceof DeliveryError && error.refused) this.#refusals++
      if (signal.aborted || (this.#refusals < REFUSALS && this.#unable < LONGEST_UNABLE)) throw error
      return this.#giveUp(notice, (error as Error).message)
    }
  }

  #giveUp(notice: Notice, reason: string): 'given_up' {
    const { id, alert_id } = notice
    this.#deps.log.error('Notice of an alert given up', { sink: this.#sink.name, notice_id: id, alert_id, reason })
    return 'given_up'
  }

  /** In memory first: if the cursor cannot be stored, the message is not sent over and over for that. */
  async #move(seq: Seq, outcome: 'delivered' | 'given_up'): Promise<void> {
    this.#cursor = { ...this.#cursor, after: seq, [outcome]: this.#cursor[outcome] + 1 }
    this.#moved = true
    this.#waiting--
    this.#tries = 0
    this.#refusals = 0
    this.#unable = 0
    await this.#save()
  }

  async #save(): Promise<void> {
    const { state } = this.#deps
    const version = (await state.get(this.#key))?.version ?? 0
    if ((await state.put(this.#key, this.#cursor, version)) === 'conflict')
      throw new Error(`Cannot store the cursor of sink "${this.#sink.name}": somebody else has changed it`)
    this.#moved = false
  }

  #failed(error: unknown): DurationMs {
    const says = error instanceof Error ? error.message : String(error)
    if (!this.#problem) this.#deps.log.warn('Sink is in trouble', { sink: this.#sink.name, 'error.message': says })
    this.#problem = { says, since: this.#problem?.since ?? this.#deps.clock.now() }
    const pause = this.#pauseAfter(error)
    if (error instanceof DeliveryError && !error.refused) this.#unable += pause
    return pause
  }

  #pauseAfter(error: unknown): DurationMs {
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.max(0, this.#tries - 1))
    const asked = error instanceof DeliveryError ? (error.retryAfter ?? 0) : 0
    return Math.max(longest * (0.5 + this.#deps.random() / 2), Math.min(asked, LONGEST_ASKED))
  }

  #well(): void {
    if (this.#problem) this.#deps.log.info('Sink is well again', { sink: this.#sink.name })
    this.#problem = undefined
  }

  get #key(): string {
    return `cursor/sink/${this.#sink.name}`
  }
}
