import type { Datafeed } from '../datafeed/datafeed.ts'
import { bucketTimeOf } from '../datafeed/observe.ts'
import { bucketOf, LATE_WINDOW } from '../domain/bucket.ts'
import type { Feedback, Malicious, TakenFeedback } from '../domain/feedback.ts'
import type { Job } from '../domain/job.ts'
import type { Log } from '../domain/log.ts'
import type { Observation } from '../domain/observation.ts'
import { DAY, type EpochMs, isoTime, type Seq } from '../domain/time.ts'
import { ALL } from '../query/ast.ts'
import type { ResultJournal, Storage } from '../storage/storage.ts'
import type { History } from '../triage/history.ts'
import { AlertWriter } from './alert-writer.ts'
import { type Decision, Decisions } from './decisions.ts'
import {
  isRecord,
  JobLoop,
  type JobLoopOptions,
  renormalizationWindow,
  rowsOfBucket,
  type SavedLoop,
} from './job-loop.ts'
import { feedOf, type JobToRun, judgedField, optionsOf } from './job-to-run.ts'
import { Judging, type JudgingOptions, type SavedJudging } from './judging.ts'
import { OpenRows } from './open-rows.ts'
import { Provisional } from './provisional.ts'
import { Snapshots } from './snapshots.ts'
import type { Ticks } from './ticks.ts'
import { beginningBefore, expectationOf, learnable, modelVersion, replay } from './unlearning.ts'

export interface RunnerPorts extends JudgingOptions {
  readonly storage: Storage
  readonly ticks: Ticks
  readonly timeOfDay: () => EpochMs
  readonly log: Log
  /** What people have said so far, of this job and others. */
  readonly feedback?: () => readonly Feedback[]
  /** Aborted when the engine stops: then no further bucket is begun. */
  readonly signal?: AbortSignal
}

type Heard = Pick<JobLoopOptions, 'onScored' | 'onRenormalized'>

/**
 * One job on a storage, and what follows from it: closing buckets by decisions, judging, alerts. It can die at any moment: a new
 * one on the same storage takes the newest snapshot, carries out again what was decided since, and goes on.
 */
export class JobRunner {
  readonly feed: Datafeed
  readonly job: Job
  readonly #toRun: JobToRun
  readonly #ports: RunnerPorts
  readonly #decisions: Decisions
  readonly #snapshots: Snapshots
  readonly #writer: AlertWriter
  readonly #provisional: Provisional
  #loop: JobLoop
  #judging: Judging
  /** The place in the sequence that was scored last, and the clock there. */
  #upTo: Seq = 0
  #now: EpochMs = Number.NEGATIVE_INFINITY
  /** False while a decision is carried out: should the storage fail then, the model may have learned what no result tells. */
  #isWhole = true
  /** What people have said, as far as the job has taken it in; and what it cannot do any more. */
  #taken: readonly TakenFeedback[] = []
  readonly #refused = new Set<string>()
  /** Decided in an earlier life and still to be done: it takes long, and nothing is taken in before the start has ended. */
  #owed: Decision | undefined
  /** Rows of the open buckets at the last trial, by start of bucket, and the place up to which they were asked for. */
  readonly #open = new Map<EpochMs, OpenRows>()
  #triedUpTo: Seq = 0

  constructor(toRun: JobToRun, ports: RunnerPorts) {
    const { job } = toRun
    const { storage, timeOfDay, log } = ports
    this.job = job
    this.#toRun = toRun
    this.#ports = ports
    this.feed = feedOf(toRun)
    this.#decisions = new Decisions(storage.state, job.job_id)
    this.#snapshots = new Snapshots(storage.state, job.job_id, this.feed.fields, modelVersion(job, this.feed.fields))
    this.#writer = new AlertWriter(storage, this.feed, timeOfDay, { quiet: toRun.quiet, log })
    this.#provisional = new Provisional(storage.alerts, this.#writer, job.job_id)
    this.#loop = this.#newLoop()
    this.#judging = this.#newJudging()
  }

  /** The clock at which the next bucket is due to close; NaN before the first event. */
  get due(): EpochMs {
    return this.#loop.due
  }

  /** The place in the sequence up to which everything was scored. */
  get scoredUpTo(): Seq {
    return this.#upTo
  }

  /** What lies before this time the job does not score any more; NaN while that may be anything. */
  get scoresFrom(): EpochMs {
    return this.#loop.scoresFrom
  }

  /** Where and when values were seen in the closed buckets. */
  get history(): History {
    return this.#judging.history
  }

  get figures() {
    const { buckets, lateEvents, openFrom, warnings } = this.#loop
    return { buckets, lateEvents, openFrom, warnings: [...this.#judging.warnings, ...warnings] }
  }

  /** Where the last life has stopped: its snapshot, then its decisions. Alerts are brought level only at the end. */
  async start(): Promise<void> {
    const { storage, log } = this.#ports
    const snapshot = await this.#snapshots.newest()
    this.#taken = snapshot?.feedback ?? []
    this.#loop = this.#newLoop(snapshot?.loop)
    this.#judging = this.#newJudging(snapshot?.judging)
    this.#upTo = snapshot?.upTo ?? 0
    this.#now = snapshot?.now ?? Number.NEGATIVE_INFINITY
    this.#open.clear()
    this.#triedUpTo = 0
    await storage.results.rewind(this.job.job_id, snapshot?.results ?? 0)
    await this.#provisional.load()
    const again = await this.#decisions.stored(snapshot?.decisions ?? 0)
    const last = again.at(-1)
    this.#owed = last?.feedback?.says === 'malicious' ? last : undefined
    this.#isWhole = false
    for (const decision of again) if (decision !== this.#owed && !(await this.#carryOut(decision))) return
    await this.#writeAlerts()
    this.#isWhole = true
    log.info('Job started', {
      job_id: this.job.job_id,
      snapshot: snapshot ? isoTime(snapshot.now) : 'none',
      decisions_again: again.length,
    })
  }

  /**
   * Closes buckets that the clock of the sequence, now at `clock`, has passed: all of them, or as many as `most` decisions close.
   * Answers whether some are left.
   */
  async advance(clock: EpochMs, most = Number.POSITIVE_INFINITY): Promise<boolean> {
    if (!this.#isWhole) await this.start()
    if (Number.isNaN(this.due) && !(await this.#begin())) return false
    if (this.#owed && !(await this.#carryOutOwed(this.#owed))) return false
    await this.#takeFeedback()
    for (let made = 0; this.due <= clock && !this.#ports.signal?.aborted; made++) {
      if (made === most) return true
      const decision = await this.#nextDecision()
      if (!decision) return false
      const before = this.#now
      await this.#decide(decision)
      if (Snapshots.isDue(before, decision.now)) await this.save()
    }
    return false
  }

  /**
   * What the open buckets would say if they closed now, as provisional alerts. `upTo` is the last place of the sequence. Without a
   * combination of values that the last trial had not, another one would say the same and is left out; and a job that still has buckets
   * to close knows too little of what came before the open ones.
   */
  async trial(clock: EpochMs, upTo: Seq): Promise<void> {
    if (!(this.due > clock) || this.#toRun.quiet || !this.#isWhole || this.#owed) return
    if (!(await this.#observeOpen(clock, upTo))) return
    const inOrder = [...this.#open.values()].sort((a, b) => a.bucket.start - b.bucket.start)
    const open = inOrder.map((one) => ({ bucket: one.bucket, rows: one.rows, news: one.news }))
    for (const [i, { results }] of this.#loop.model.trial(open).entries()) {
      const { bucket, rows } = open[i]!
      const drafts = this.#judging.trial(results.filter(isRecord), rows, clock, bucket.end + this.feed.queryDelay)
      await this.#provisional.raise(drafts.map((draft) => ({ ...draft, upTo })))
    }
    for (const one of inOrder) one.tried()
  }

  /** Nothing more will come: what is open closes, as at the end of a scan. */
  async finish(lastEvent: EpochMs): Promise<void> {
    const last = await this.#ports.storage.events.last()
    if (!last || Number.isNaN(this.due)) return
    const end = bucketOf(lastEvent, this.feed.bucketSpan).end + this.feed.queryDelay
    await this.#decide({ now: Math.max(this.#now, end), upTo: last.seq, began: this.#loop.began })
    await this.#loop.finish(lastEvent, last.seq)
    await this.#writeAlerts()
  }

  /** A snapshot, so that the next start has nothing to do again. */
  async save(): Promise<void> {
    if (Number.isNaN(this.due) || !this.#isWhole || this.#owed) return
    const saved = await this.#snapshots.save({
      decisions: this.#decisions.count,
      results: await this.#ports.storage.results.last(this.job.job_id),
      upTo: this.#upTo,
      now: this.#now,
      loop: this.#loop.save(),
      judging: this.#judging.save(),
      feedback: this.#taken,
    })
    await this.#decisions.forget(saved)
  }

  /** The job begins with the bucket of the first event that there is. */
  async #begin(): Promise<boolean> {
    const [first] = (await this.#ports.storage.events.scan(ALL, { after: 0, limit: 1 })).items
    if (!first) return false
    this.#loop.begin(bucketTimeOf(first.doc))
    return true
  }

  /** The first member of the sequence, event or tick, whose clock makes the next bucket due. */
  async #nextDecision(): Promise<Decision | undefined> {
    const { storage, ticks } = this.#ports
    const event = await storage.events.reached(this.due, this.#upTo)
    const tick = ticks.reached(this.due, this.#upTo)
    const began = this.#loop.began
    if (tick && !(event && event.seq <= tick.upTo)) return { now: tick.now, upTo: tick.upTo, began }
    return event && { now: event.clock, upTo: event.seq, began }
  }

  async #decide(decision: Decision): Promise<void> {
    this.#isWhole = false
    await this.#decisions.decide(decision)
    if (!(await this.#carryOut(decision))) return
    await this.#writeAlerts()
    this.#isWhole = true
  }

  async #carryOutOwed(owed: Decision): Promise<boolean> {
    if (!(await this.#carryOut(owed))) return false
    this.#owed = undefined
    await this.save()
    return true
  }

  /** Answers no if the engine has stopped meanwhile; then the next start does it. */
  async #carryOut({ now, upTo, began, feedback }: Decision): Promise<boolean> {
    if (Number.isNaN(this.due)) this.#loop.begin(began)
    if (feedback?.says === 'malicious') return this.#unlearn(feedback)
    if (feedback?.says === 'expected') {
      this.#loop.model.expect?.(expectationOf(feedback))
      this.#taken = [...this.#taken, feedback]
      return true
    }
    this.#upTo = upTo
    this.#now = now
    await this.#loop.step(now, upTo)
    const window = Math.max(renormalizationWindow(this.feed.bucketSpan), LATE_WINDOW)
    this.#judging.forget(now - window - this.feed.bucketSpan)
    return true
  }

  /** What people have said since: each is a decision of its own, so that a start takes it in at the same place. */
  async #takeFeedback(): Promise<void> {
    if (!Number.isFinite(this.#now)) return
    const { feedback = () => [], storage, log } = this.#ports
    for (const one of feedback()) {
      const { id, alert, job_id } = one
      if (job_id !== this.job.job_id || this.#refused.has(id) || this.#taken.some((taken) => taken.id === id)) continue
      const { openFrom, began } = this.#loop
      if (one.says === 'malicious') {
        if (one.after > openFrom) continue
        if (!(await beginningBefore(storage, this.job, this.feed.fields, [...this.#malicious(), one]))) {
          this.#refused.add(id)
          log.warn('Cannot un-learn: events or snapshots of that time are gone', { job_id, alert })
          continue
        }
      }
      await this.#decide({ now: this.#now, upTo: this.#upTo, began, feedback: { ...one, openFrom } })
      if (!this.#isWhole) return
      log.info('Feedback taken in', { job_id, alert, says: one.says })
      await this.save()
    }
  }

  /** The model becomes what it would be without these events; what was told of them stays told. */
  async #unlearn(feedback: TakenFeedback & Malicious): Promise<boolean> {
    const { storage, log, signal } = this.#ports
    const taken = [...this.#taken, feedback]
    const all = [...this.#malicious(), feedback]
    const beginning = await beginningBefore(storage, this.job, this.feed.fields, all)
    if (!beginning) {
      log.error('Cannot un-learn: what it takes is gone since it was decided', { job_id: this.job.job_id })
      return true
    }
    const { job_id, alert } = feedback
    log.info('Un-learning', {
      job_id,
      alert,
      from: beginning.snapshot ? isoTime(beginning.snapshot.now) : 'the beginning',
    })
    const decisions = await this.#decisions.stored(beginning.snapshot?.decisions ?? 0)
    const newLoop = (saved: SavedLoop | undefined, results: ResultJournal) =>
      this.#loopOver(results, taken, { onScored: () => {} }, saved)
    const model = await replay(beginning, decisions, feedback, newLoop, signal)
    if (model === undefined) return false
    this.#taken = taken
    this.#loop = this.#newLoop({ ...this.#loop.save(), model })
    log.info('Un-learned', { job_id, alert })
    return true
  }

  #malicious(): Malicious[] {
    return this.#taken.filter((one) => one.says === 'malicious')
  }

  async #writeAlerts(): Promise<void> {
    const { changed, grown } = this.#judging.drafts.takeChanged()
    for (const draft of changed) await this.#writer.confirm(draft)
    for (const draft of grown) await this.#writer.grow(draft)
    await this.#provisional.settle(this.#loop, this.#judging)
  }

  /** Observes what has come since the last trial to open buckets. Answers whether any of them has a new row. */
  async #observeOpen(clock: EpochMs, upTo: Seq): Promise<boolean> {
    const { events } = this.#ports.storage
    for (const start of this.#open.keys()) if (start < this.#loop.openFrom) this.#open.delete(start)
    const to = bucketOf(clock + DAY, this.feed.bucketSpan).end
    const grown = await events.counts(this.feed, { from: this.#loop.openFrom, to }, upTo, this.#triedUpTo)
    const news: [OpenRows, readonly Observation[]][] = []
    for (const start of grown.keys()) {
      const bucket = { start, end: start + this.feed.bucketSpan }
      const rows = await rowsOfBucket(events, this.feed, bucket, upTo, this.#triedUpTo)
      news.push([this.#open.get(start) ?? new OpenRows(bucket), rows])
    }
    // Taken in together, so that a store that fails half-way leaves nothing out and counts nothing twice.
    for (const [open, rows] of news) {
      open.add(rows)
      this.#open.set(open.bucket.start, open)
    }
    this.#triedUpTo = upTo
    return [...this.#open.values()].some(({ news }) => news.length > 0)
  }

  #newLoop(saved?: SavedLoop): JobLoop {
    const { storage, log } = this.#ports
    const heard: Heard = {
      onScored: (scored) => {
        this.#judging.scored(scored)
        log.debug('Bucket scored', {
          job_id: this.job.job_id,
          rows: scored.rows.length,
          records: scored.records.length,
        })
      },
      onRenormalized: (records, now) => this.#judging.renormalized(records, now),
    }
    return this.#loopOver(storage.results, this.#taken, heard, saved)
  }

  /** @param taken what of its rows is left out */
  #loopOver(results: ResultJournal, taken: readonly TakenFeedback[], heard: Heard, saved?: SavedLoop): JobLoop {
    const options = {
      jobOptions: optionsOf(this.#toRun, this.feed.fields, this.#ports),
      lateWindow: LATE_WINDOW,
      learnable: learnable(this.feed.fields, taken),
      ...heard,
    }
    return new JobLoop(this.job, this.feed, this.#ports.storage.events, results, options, saved)
  }

  #newJudging(saved?: SavedJudging): Judging {
    return new Judging(this.feed, judgedField(this.job), this.#toRun.rules, this.#ports, saved)
  }
}
