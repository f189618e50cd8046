import { timeOf } from '../datafeed/observe.ts'
import { LATE_WINDOW } from '../domain/bucket.ts'
import type { Reject } from '../domain/event.ts'
import { values } from '../domain/field.ts'
import { hostOf } from '../domain/identity.ts'
import type { Log } from '../domain/log.ts'
import { DAY, type DurationMs, type EpochMs, SECOND, type Seq } from '../domain/time.ts'
import { ALL } from '../query/ast.ts'
import type { Intake, LiveSource } from '../sources/live-source.ts'
import type { Storage } from '../storage/storage.ts'
import type { History } from '../triage/history.ts'
import { mergedBacklogs, type PastEvent } from './backlog.ts'
import type { Clock } from './clock.ts'
import { Cursors } from './cursors.ts'
import { EngineClock } from './engine-clock.ts'
import { FeedbackList } from './feedback-list.ts'
import { Ingest } from './ingest.ts'
import { JobRunner } from './job-runner.ts'
import type { JobToRun } from './job-to-run.ts'
import type { JudgingOptions } from './judging.ts'
import { PushedAuditLines } from './pushed-audit-lines.ts'
import { type OpenedHealth, SourceSet } from './source-set.ts'
import { tendLoop } from './tend-loop.ts'
import { Ticks } from './ticks.ts'

/** The loop looks at the time of day at least so often, should that have been set meanwhile, and never more often than that. */
const [SHORTEST_REST, LONGEST_REST]: readonly [DurationMs, DurationMs] = [50, 30_000]
/** Between two trials of the open buckets: at least so long, and this many times as long as the last one took. */
const TRIAL_EVERY: DurationMs = 1_000
const TRIAL_SHARE = 1
/** So many buckets does a job that has history to go through close before the next job has its turn. */
const TURN = 32
/** How often it is looked whether people have said something; in another process, perhaps. */
const LISTEN_EVERY: DurationMs = 5 * SECOND
/** Ticks of so long ago are let go: together with the events they are the sequence, for whoever wants to go through it again. */
const TICKS_KEPT: DurationMs = 8 * DAY
/** Events of a backlog that are committed together. */
const PAST_TOGETHER = 5_000
/** So many of the last events tell the clock again which hosts there are. */
const REMEMBERED = 20_000
/** So long may sources wait for their last answers when the engine stops. */
const LAST_CALL: DurationMs = 4_000
/** A loop that fails tries again after so long. */
const PAUSE_AFTER_FAILURE: DurationMs = 2_000

export interface EngineOptions extends JudgingOptions {
  readonly storage: Storage
  readonly jobs: readonly JobToRun[]
  readonly clock: Clock
  readonly log: Log
  /** Keeps what became no event. */
  readonly onReject?: (source: string, reject: Reject) => void
}

export interface EngineHealth {
  readonly state: 'starting' | 'catching up' | 'running' | 'stopping'
  /** The clock of the sequence; NaN before the first event. */
  readonly clock: EpochMs
  readonly events: number
  /** Those among them whose time lies more than a day ahead: scored when they came in, since a false date must not hide them. */
  readonly setAside: number
  readonly lastSeq: Seq
  readonly lastCommit: EpochMs
  readonly rejects: ReadonlyMap<string, number>
  /** By source, events that came in too late for any job to score. */
  readonly tooOld: ReadonlyMap<string, number>
  /** What is wrong now, for people; empty while all is well. */
  readonly problems: readonly string[]
  readonly jobs: readonly JobHealth[]
  readonly sources: readonly OpenedHealth[]
}

export interface JobHealth {
  readonly job_id: string
  readonly buckets: number
  readonly lateEvents: number
  /** Start of the bucket that closes next; NaN before the first event. */
  readonly openFrom: EpochMs
  readonly warnings: readonly string[]
}

/**
 * The engine that goes on: sources hand in, the ingest loop commits, the job loop closes buckets as the clock of the sequence passes
 * them and tries the open ones in between. What it does depends on the storage and on what comes in; the time of day is asked
 * only when something is appended.
 */
export class Engine {
  readonly #options: EngineOptions
  readonly #clock = new EngineClock()
  readonly #cursors: Cursors
  readonly #feedback: FeedbackList
  readonly #ticks: Ticks
  readonly #ingest: Ingest
  readonly #auditLines: PushedAuditLines
  readonly #runners: readonly JobRunner[]
  readonly #sources: SourceSet
  readonly #stopping = new AbortController()
  #state: EngineHealth['state'] = 'starting'
  #loops: Promise<unknown> = Promise.resolve()
  #wake: (() => void) | undefined
  /** Something has come while the loop was at work. */
  #poked = false
  /** When the next trial may be. */
  #tryAt: EpochMs = Number.NEGATIVE_INFINITY
  #lastSeq: Seq = 0
  #triedSeq: Seq = 0
  #lastArrival: EpochMs = Number.NEGATIVE_INFINITY
  #jobProblem: string | undefined
  #listened: EpochMs = Number.NEGATIVE_INFINITY

  constructor(options: EngineOptions) {
    const { storage, jobs, clock, log } = options
    this.#options = options
    this.#sources = new SourceSet({ clock, log })
    this.#cursors = new Cursors(storage.state)
    this.#ticks = new Ticks(storage.state)
    this.#feedback = new FeedbackList(storage.state)
    const { signal } = this.#stopping
    const feedback = () => this.#feedback.items
    const ports = { ...options, ticks: this.#ticks, feedback, timeOfDay: () => clock.now(), signal }
    this.#runners = jobs.map((job) => new JobRunner(job, ports))
    this.#ingest = new Ingest({
      events: storage.events,
      cursors: this.#cursors,
      clock,
      engineClock: this.#clock,
      log,
      scoresFrom: () => this.#scoresFrom,
      ...(options.onReject && { onReject: options.onReject }),
      onCommitted: (seq, events) => {
        this.#auditLines.take(events, this.#lastSeq, seq)
        this.#lastSeq = seq
        this.#lastArrival = clock.now()
        this.#poke()
      },
    })
    const lines = { events: storage.events, intake: this.#ingest, cursors: this.#cursors, clock, log, signal }
    this.#auditLines = new PushedAuditLines({ ...lines, lastSeq: () => this.#lastSeq })
  }

  /** Where whoever pushes hands in. */
  get intake(): Intake {
    return this.#ingest
  }

  /** Takes up where the last life has stopped; then, without waiting for it, goes through the backlogs and starts the sources. */
  async start(sources: readonly LiveSource[] = []): Promise<void> {
    this.#sources.all = sources
    await this.#recallClock()
    for (const runner of this.#runners) await runner.start()
    this.#lastArrival = this.#options.clock.now()
    this.#state = 'catching up'
    const tending = tendLoop(() => this.#tend(), { ...this.#options, signal: this.#stopping.signal })
    this.#loops = Promise.all([this.#jobLoop(), tending, this.#openSources()])
  }

  /** Resolves when everything taken in is committed and every job is saved: the next start has nothing to do again. */
  async stop(): Promise<void> {
    this.#state = 'stopping'
    await this.#stopSources()
    this.#stopping.abort()
    this.#poke()
    await this.#loops
    for (const runner of this.#runners) await runner.save()
  }

  /** Sources wait until what they have handed in is answered; where the storage fails, or takes too long, the answer is no. */
  async #stopSources(): Promise<void> {
    const stopped = this.#sources.stop()
    const waiting = new AbortController()
    if (!this.#ingest.failing) await Promise.race([stopped, this.#options.clock.sleep(LAST_CALL, waiting.signal)])
    waiting.abort()
    if (!this.#ingest.failing) await this.#auditLines.stop()
    await this.#ingest.close()
    await stopped
  }

  /** What a job remembers of the values that it saw, for whoever draws it. */
  historyOf(jobId: string): History | undefined {
    return this.#runners.find(({ job }) => job.job_id === jobId)?.history
  }

  health(): EngineHealth {
    const { figures, rejects, tooOld, failing } = this.#ingest
    const trouble = this.#options.storage.trouble?.()
    const problems = [
      ...(trouble ? [`${trouble.what} (since ${trouble.since})`] : []),
      ...(failing ? [`Events cannot be stored: ${failing.message}`] : []),
      ...(this.#jobProblem ? [this.#jobProblem] : []),
      ...this.#sources.problems,
    ]
    return {
      state: this.#state,
      clock: Number.isFinite(this.#clock.now) ? this.#clock.now : Number.NaN,
      events: figures.events,
      setAside: figures.setAside,
      lastSeq: this.#lastSeq,
      lastCommit: figures.lastCommit,
      rejects,
      tooOld,
      problems,
      jobs: this.#runners.map((runner) => ({ job_id: runner.job.job_id, ...runner.figures })),
      sources: this.#sources.health,
    }
  }

  /** The clock as it stood, and which hosts of logs it goes by. */
  async #recallClock(): Promise<void> {
    const { storage } = this.#options
    await this.#ticks.load()
    const last = await storage.events.last()
    this.#lastSeq = last?.seq ?? 0
    const { items } = await storage.events.scan(ALL, {
      after: Math.max(0, this.#lastSeq - REMEMBERED),
      limit: REMEMBERED,
    })
    for (const { doc } of items)
      if (values(doc, 'event.ingested').length === 0)
        this.#clock.accepted(hostOf(doc), timeOf(doc), last?.clock ?? Number.NEGATIVE_INFINITY)
    for (const time of [last?.clock ?? Number.NaN, this.#ticks.latest]) this.#clock.ingested(time, time)
  }

  async #openSources(): Promise<void> {
    try {
      // Where others write the events, what is made of their lines could not be written.
      if (!this.#movesByItself) await this.#auditLines.recall()
      await this.#takeBacklogs()
      if (this.#stopping.signal.aborted) return
      await this.#sources.open(this.#ingest)
      if (this.#state === 'catching up') this.#state = 'running'
    } catch (error) {
      if (this.#state !== 'stopping') this.#sources.fail(error)
    }
  }

  async #takeBacklogs(): Promise<void> {
    const withCursors = []
    for (const source of this.#sources.all) withCursors.push({ source, cursor: await this.#cursors.load(source.name) })
    const sink = {
      onCursor: (source: string, cursor: unknown) => this.#cursors.save(source, cursor),
      reject: (source: string, reject: Reject) => this.#ingest.reject(source, reject),
    }
    let past: PastEvent[] = []
    for await (const event of mergedBacklogs(withCursors, sink)) {
      if (this.#state === 'stopping') return
      past.push(event)
      if (past.length < PAST_TOGETHER) continue
      await this.#ingest.takePast(past)
      past = []
    }
    await this.#ingest.takePast(past)
  }

  /** Closes what is due, and tries what is open; woken by every commit, and by the time of day. */
  async #jobLoop(): Promise<void> {
    const { clock, log } = this.#options
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#follow()
        await this.#tickIfQuiet()
        await this.#listen()
        await this.#advanceJobs()
        if (this.#mayTry() && this.#isTimeToTry(clock.now())) await this.#try()
        this.#jobProblem = undefined
      } catch (error) {
        const said = messageOf(error)
        this.#jobProblem = `Jobs cannot go on: ${said}`
        log.error('Jobs cannot go on', { error: said, stack: error instanceof Error ? error.stack : undefined })
        await clock.sleep(PAUSE_AFTER_FAILURE, this.#stopping.signal)
      }
      await this.#rest()
    }
  }

  async #listen(): Promise<void> {
    const now = this.#options.clock.now()
    if (Math.abs(now - this.#listened) < LISTEN_EVERY) return
    await this.#feedback.load()
    this.#listened = now
  }

  /** Where there is history to go through, one job after the other: the alerts that somebody waits for come from the first. */
  async #advanceJobs(): Promise<void> {
    for (const runner of this.#runners)
      if (await runner.advance(this.#clock.now, TURN)) {
        this.#poke()
        return
      }
  }

  /** A time far ahead was written before the time of day was set back. */
  #isTimeToTry(now: EpochMs): boolean {
    return now >= this.#tryAt || this.#tryAt - now > LONGEST_REST
  }

  async #try(): Promise<void> {
    const { clock } = this.#options
    const begin = clock.now()
    this.#triedSeq = this.#lastSeq
    for (const runner of this.#runners) await runner.trial(this.#clock.now, this.#triedSeq)
    this.#tryAt = clock.now() + Math.max(TRIAL_EVERY, TRIAL_SHARE * (clock.now() - begin))
  }

  /** Something has come since the last trial; while history is gone through, its open buckets are nobody's news. */
  #mayTry(): boolean {
    return this.#state === 'running' && this.#lastSeq > this.#triedSeq && Number.isFinite(this.#clock.now)
  }

  get #movesByItself(): boolean {
    return this.#options.storage.events.capabilities.movesByItself ?? false
  }

  /** Where others write the events, the sequence goes on by itself. */
  async #follow(): Promise<void> {
    const { storage, clock } = this.#options
    const last = this.#movesByItself ? await storage.events.last() : undefined
    if (!last) return
    this.#lastSeq = last.seq
    this.#clock.ingested(last.clock, clock.now())
  }

  /** When nothing has come for as long as a job waits, the time of day itself becomes a member of the sequence. */
  async #tickIfQuiet(): Promise<void> {
    const now = this.#options.clock.now()
    if (this.#movesByItself || this.#state !== 'running' || !(now > this.#clock.now)) return
    const due = this.#runners.some(
      (runner) =>
        now - this.#lastArrival >= runner.feed.queryDelay && runner.due <= now && runner.due > this.#clock.now,
    )
    if (!due) return
    const tick = { now, upTo: this.#lastSeq }
    this.#clock.ingested(now, now)
    await this.#ticks.add(tick)
  }

  async #tend(): Promise<void> {
    await this.#options.storage.tend?.(this.#clock.now)
    const scored = Math.min(...this.#runners.map(({ scoredUpTo }) => scoredUpTo))
    await this.#ticks.forget(scored, this.#clock.now - TICKS_KEPT)
  }

  /** What lies before this time no job scores any more; NaN while one may score anything. Where others have the jobs, the late window says it. */
  get #scoresFrom(): EpochMs {
    if (this.#runners.length === 0) return this.#clock.now - LATE_WINDOW
    // Asked for each event.
    let from = Number.POSITIVE_INFINITY
    for (const runner of this.#runners) from = Math.min(from, runner.scoresFrom)
    return from
  }

  #poke(): void {
    this.#poked = true
    this.#wake?.()
  }

  /** Until something comes, or something is due by the time of day. */
  async #rest(): Promise<void> {
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    // Whoever was poked at work goes on at once, but lets others have their turn.
    if (this.#poked) await new Promise((resolve) => setImmediate(resolve))
    else await this.#options.clock.sleep(this.#patience(), woken.signal)
    this.#wake = undefined
    this.#poked = false
  }

  #patience(): DurationMs {
    const now = this.#options.clock.now()
    const times = this.#runners.map(({ due, feed }) => Math.max(due, this.#lastArrival + feed.queryDelay))
    if (this.#mayTry()) times.push(this.#tryAt)
    const next = Math.min(...times.filter((time) => !Number.isNaN(time)), now + LONGEST_REST)
    return Math.max(SHORTEST_REST, next - now)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
