import { compileDatafeed, type Datafeed } from '../datafeed/datafeed.ts'
import { bucketTimeOf, SET_ASIDE_AT, timeOf } from '../datafeed/observe.ts'
import type { Alert } from '../domain/alert.ts'
import type { AnomalyResult } from '../domain/anomaly-record.ts'
import { deriveFields } from '../domain/derive.ts'
import type { EcsEvent } from '../domain/event.ts'
import { values } from '../domain/field.ts'
import { DAY, type EpochMs, isoTime, parseTime, type Seq } from '../domain/time.ts'
import type { AlertDraft } from '../engine/alert-drafts.ts'
import { type Decision, Decisions } from '../engine/decisions.ts'
import { JobLoop, type ScoredBucket } from '../engine/job-loop.ts'
import { Judging, type RuleAndExceptions } from '../engine/judging.ts'
import { SequenceClock } from '../engine/sequence-clock.ts'
import { ALL, type Query } from '../query/ast.ts'
import { fieldsOfExceptions } from '../rules/exceptions.ts'
import { MemoryResults } from '../storage/memory/results.ts'
import type { Page, ResultJournal, SeqRange, Storage } from '../storage/storage.ts'
import { alertDocument } from '../triage/alert-document.ts'
import { evidenceOf, placesToShow } from '../triage/evidence.ts'
import type { CastJob } from './cast.ts'

/** So far behind its bucket an event is still scored (`time-and-order.md` §3). */
const LATE_WINDOW = 8 * DAY
const PAGE = 500

/**
 * An engine that can die at any moment: events, decisions, results and alerts are in the storage, and a new engine on the same
 * storage goes on where the old one was. Events are given one by one, each with `event.ingested`.
 */
export class LiveEngine {
  readonly #judging: Judging
  readonly #storage: Storage
  readonly #feed: Datafeed
  readonly #loop: JobLoop
  readonly #clock = new SequenceClock()
  readonly #decisions: Decisions
  /** Drafts as they were last stored, by the id of their alert. */
  readonly #written = new Map<string, AlertDraft>()
  #began: EpochMs = Number.NaN
  #seq: Seq = 0

  /** @param beforeJudging called when results are stored and no rule has seen them: a good moment to die */
  constructor(
    { job, datafeed, profile }: CastJob,
    rules: readonly RuleAndExceptions[],
    storage: Storage,
    beforeJudging: (now: EpochMs) => void = () => {},
  ) {
    const extraFields = fieldsOfExceptions(rules.flatMap(({ exceptions }) => exceptions))
    this.#storage = storage
    this.#feed = compileDatafeed(job, datafeed, { extraFields, ...(profile && { profile }) })
    this.#judging = new Judging(this.#feed, job.analysis_config.detectors[0]?.by_field_name ?? 'process.name', rules)
    this.#decisions = new Decisions(storage.state, job.job_id)
    this.#loop = new JobLoop(job, this.#feed, storage.events, new ResultsOfOneLife(storage.results), {
      lateWindow: LATE_WINDOW,
      onScored: (scored) => {
        beforeJudging(scored.now)
        return this.#judge(scored)
      },
      onRenormalized: async (records, now) => {
        this.#judging.renormalized(records, now)
        await this.#writeAlerts()
      },
    })
  }

  /** Carries out again what was decided, then takes up the events that came after that. */
  async start(): Promise<void> {
    for (const decision of await this.#decisions.stored()) await this.#carryOut(decision)
    let page = await this.#storage.events.scan(ALL, { after: this.#seq, limit: PAGE })
    while (page.items.length > 0) {
      for (const { seq, doc } of page.items) await this.#meet(doc, seq)
      page = await this.#storage.events.scan(ALL, { after: page.next, limit: PAGE })
    }
  }

  /** One event as it comes in; a copy of one that is stored changes nothing. */
  async take(event: EcsEvent): Promise<void> {
    const clock = Math.max(this.#clock.now, ingestedAt(event))
    const derived = deriveFields(event)
    const complete = timeOf(event) > clock + DAY ? { ...derived, [SET_ASIDE_AT]: isoTime(clock) } : derived
    const seq = await this.#storage.events.append([complete])
    if (seq > this.#seq) await this.#meet(complete, seq)
  }

  /** Nothing more comes: what is open closes, as at the end of a scan. */
  async finish(lastEvent: EpochMs): Promise<void> {
    await this.#loop.finish(lastEvent, this.#seq)
  }

  async #meet(event: EcsEvent, seq: Seq): Promise<void> {
    this.#seq = seq
    this.#clock.ingested(ingestedAt(event))
    if (Number.isNaN(this.#began)) this.#began = bucketTimeOf(event)
    if (this.#loop.due > this.#clock.now) return
    const decision = { now: this.#clock.now, upTo: seq, began: this.#began }
    await this.#decisions.decide(decision)
    await this.#carryOut(decision)
  }

  async #carryOut({ now, upTo, began }: Decision): Promise<void> {
    this.#clock.ingested(now)
    this.#seq = Math.max(this.#seq, upTo)
    this.#began = began
    if (Number.isNaN(this.#loop.due)) this.#loop.begin(began)
    await this.#loop.step(now, upTo)
  }

  async #judge(scored: ScoredBucket): Promise<void> {
    this.#judging.scored(scored)
    await this.#writeAlerts()
  }

  /** Stores every alert as it is known now. An alert has one id however often it is made. */
  async #writeAlerts(): Promise<void> {
    const { alerts } = this.#storage
    for (const draft of this.#judging.drafts.inOrder()) {
      if (this.#written.get(draft.finding.alertId) === draft) continue
      this.#written.set(draft.finding.alertId, draft)
      const alert = await this.#alertOf(draft)
      if ((await alerts.create(alert)) === 'created') continue
      const known = await alerts.get(draft.finding.alertId)
      if (known && JSON.stringify(known.doc) !== JSON.stringify(alert)) await alerts.update(alert, known.version)
    }
  }

  async #alertOf({ finding, record, rows, acquaintance, now }: AlertDraft): Promise<Alert> {
    const events = await this.#storage.events.read(placesToShow(rows))
    const evidence = evidenceOf(
      rows,
      this.#feed.fields,
      events.filter((event) => event !== undefined),
    )
    return alertDocument({ ...finding, record }, evidence, acquaintance, now)
  }
}

/**
 * Results go to the storage; what is read again is only what this engine has written. The storage may be ahead of an engine that
 * carries out old decisions again, and then it would judge records that do not exist yet.
 */
class ResultsOfOneLife implements ResultJournal {
  readonly #stored: ResultJournal
  readonly #mine = new MemoryResults()

  constructor(stored: ResultJournal) {
    this.#stored = stored
  }

  async append(results: readonly AnomalyResult[]): Promise<Seq> {
    await this.#mine.append(results)
    return this.#stored.append(results)
  }

  scan(query: Query, range: SeqRange): Promise<Page<AnomalyResult>> {
    return this.#mine.scan(query, range)
  }

  newest(jobId: string, from: EpochMs): Promise<readonly AnomalyResult[]> {
    return this.#mine.newest(jobId, from)
  }
}

function ingestedAt(event: EcsEvent): EpochMs {
  return parseTime(values(event, 'event.ingested')[0])
}
