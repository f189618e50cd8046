import type { AnomalyRecord, AnomalyResult } from '../../domain/anomaly-record.ts'
import { type BucketSpan, LATE_WINDOW } from '../../domain/bucket.ts'
import { AppError } from '../../domain/error.ts'
import type { Job } from '../../domain/job.ts'
import { LEARNING, SETTLING } from '../../domain/learning.ts'
import { compareObservations, type Observation } from '../../domain/observation.ts'
import type { Expectation } from '../../domain/scope.ts'
import { DAY, type DurationMs, type EpochMs, isoTime, parseDuration, type Score } from '../../domain/time.ts'
import type { BucketOutcome, JobModel, OpenBucket } from '../job-model.ts'
import { entriesIn, entriesOf, forget, warningsOf } from './bounds.ts'
import { thresholdFor } from './budget.ts'
import { forgetCampaigns, join } from './campaigns.ts'
import { counterfactuals } from './counterfactuals.ts'
import { enter } from './enter.ts'
import { expect, expectationFor, forgetExpectations } from './expectations.ts'
import { Columns, FactsOfRows } from './facts.ts'
import { type Group, groupsOf } from './group.ts'
import { decide, forgetIncidents, newIncidents, UNTOLD } from './incidents.ts'
import type { Judgement } from './judge.ts'
import { FLOOR, judge } from './judge.ts'
import { learn } from './learn.ts'
import { boundRows, forgetRows, newRows } from './presence.ts'
import { candidateOf, recordOf, type Said, type Told } from './record.ts'
import { DEFAULT_THRESHOLD, natsOf } from './record-score.ts'
import type { Scene } from './scene.ts'
import { branchOf, newState, type SavedState, type State, savedState } from './state.ts'
import { TrialScope } from './trial-scope.ts'
import { showsNames, userNames } from './users.ts'

export interface NoveltyOptions {
  /** An alert needs a `record_score` of this; 50 unless said. */
  readonly alertThreshold?: Score
  /** So many alerts a day per 40 hosts, in place of a threshold. */
  readonly alertBudget?: number
  /** Whether findings of one account make each other worse (`campaigns.ts`). */
  readonly campaignBoost?: boolean
  /** Whether exceptions keep the rules from a finding of these rows: then nobody hears of it, and the next one like it is no repetition. */
  readonly exceptedAt?: (now: EpochMs) => (rows: readonly Observation[]) => boolean
  readonly lateWindow?: DurationMs
  /** At most so many entries are remembered. */
  readonly entryLimit?: number
  /** At most so many rows of closed buckets are remembered, at 8 bytes: late events of older buckets are counted and not scored. */
  readonly rowLimit?: number
}

const DEFAULTS = {
  campaignBoost: false,
  exceptedAt: () => () => false,
  lateWindow: LATE_WINDOW,
  entryLimit: entriesIn(100 * 2 ** 20),
  rowLimit: 8_000_000,
} as const
/** Grows when a snapshot can no longer be read as before. */
const VERSION = 6
/** A host that has shown nothing for so long counts no more for the budget. */
const SEEN_LATELY: DurationMs = 7 * DAY

interface Saved {
  readonly version: number
  readonly job_id: string
  readonly at: EpochMs | null
  readonly state: SavedState
}

/**
 * The function `novelty`: our own job (detection-design.md and -v3). It judges every group of a bucket against what it knew
 * before, decides whether that is an alert, and only then learns. Scores never change afterwards, so nothing is renormalised.
 */
export class NoveltyJob implements JobModel {
  readonly #job: Job
  readonly #options: NoveltyOptions & typeof DEFAULTS
  readonly #facts: FactsOfRows
  readonly #span: DurationMs
  #state: State
  readonly #trialScope: TrialScope
  /** The end of the newest bucket. */
  #at: EpochMs | undefined

  /** @throws AppError SNAPSHOT_UNREADABLE when `saved` is of another version or job */
  constructor(job: Job, fields: readonly string[], options: NoveltyOptions = {}, saved?: unknown) {
    this.#job = job
    this.#options = { ...DEFAULTS, ...options } as NoveltyOptions & typeof DEFAULTS
    const columns = new Columns(fields)
    this.#facts = new FactsOfRows(columns)
    this.#trialScope = new TrialScope(columns)
    this.#span = parseDuration(job.analysis_config.bucket_span)
    const snapshot = saved === undefined ? undefined : openSaved(saved, job.job_id)
    this.#state = newState(snapshot?.state)
    this.#at = snapshot?.at ?? undefined
  }

  close(bucket: BucketSpan, rows: readonly Observation[]): BucketOutcome {
    const before = this.#at ?? bucket.end
    this.#enterBucket(bucket)
    this.#forget(before)
    return this.#take(bucket, rows)
  }

  late(bucket: BucketSpan, rows: readonly Observation[]): BucketOutcome {
    if (this.#at === undefined || bucket.end > this.#at)
      throw new RangeError(`Cannot take rows as late: the bucket from ${bucket.start} is not closed yet`)
    if (bucket.start < Math.max(this.#at - this.#options.lateWindow, this.#state.presence.from))
      return { results: [], renormalize: false, unscored: rows.reduce((sum, { count }) => sum + count, 0) }
    return this.#take(bucket, rows)
  }

  skip(from: EpochMs, to: EpochMs): void {
    if (this.#at === undefined) return
    if (from < this.#at)
      throw new RangeError(`Cannot skip from ${from}: the bucket until ${this.#at} is closed already`)
    const before = this.#at
    this.#advance(to)
    this.#forget(before)
  }

  /** Tried on the model itself, with what may have changed, and undone. Nothing is forgotten for it, even if a day ends. */
  trial(open: readonly OpenBucket[]): BucketOutcome[] {
    const before = { state: this.#state, at: this.#at }
    const { branch, undo } = branchOf(before.state)
    this.#state = branch
    try {
      const outcomes = open.map((one) => {
        this.#enterBucket(one.bucket)
        return this.#take(one.bucket, this.#trialScope.rowsOf(one))
      })
      this.#trialScope.tried(
        open,
        outcomes.map(({ results }) => results),
      )
      return outcomes
    } finally {
      undo()
      this.#state = before.state
      this.#at = before.at
    }
  }

  /** Somebody says that something is expected: from now on it is no alert, and counts as usual. */
  expect(expectation: Expectation): void {
    expect(this.#state, expectation)
  }

  renormalize(_results: readonly AnomalyResult[]): AnomalyResult[] {
    return []
  }

  save(): Saved {
    return { version: VERSION, job_id: this.#job.job_id, at: this.#at ?? null, state: savedState(this.#state) }
  }

  /** What is remembered, in the unit of `entryLimit`. */
  get entries(): number {
    return entriesOf(this.#state)
  }

  /** Entries remembered are at most `entryLimit` when a day ends. */
  get warnings(): string[] {
    const { from } = this.#state.presence
    const lateFrom = this.#at === undefined ? 0 : this.#at - this.#options.lateWindow
    return [
      ...warningsOf(this.#state),
      ...(from > lateFrom
        ? [`Too much to tell late events apart: those from before ${isoTime(from)} are not scored.`]
        : []),
    ]
  }

  #take(bucket: BucketSpan, all: readonly Observation[]): BucketOutcome {
    const sorted = [...all].sort(compareObservations)
    const rows = newRows(this.#state.presence, bucket.start, sorted, this.#facts)
    boundRows(this.#state.presence, this.#options.rowLimit)
    this.#learnNames(rows)
    const groups = groupsOf(rows, this.#facts, userNames(this.#state), this.#state.names)
    const isExcepted = this.#options.exceptedAt(bucket.end)
    const results = groups.flatMap((group) => this.#score(bucket, group, isExcepted) ?? [])
    return { results, renormalize: false, unscored: 0 }
  }

  #score(
    bucket: BucketSpan,
    group: Group,
    isExcepted: (rows: readonly Observation[]) => boolean,
  ): AnomalyRecord | undefined {
    const seen = Math.floor(bucket.start / this.#span)
    const scene = enter(this.#state, group, seen)
    const judgement = judge(scene)
    const expected = expectationFor(this.#state, group)?.id
    const record =
      judgement.nats >= FLOOR
        ? this.#tell(bucket, scene, judgement, { expected, excepted: isExcepted(group.rows) })
        : undefined
    const suspect = expected === undefined && !this.#isTooEarly(group.first) && judgement.nats >= DEFAULT_THRESHOLD
    learn(scene, judgement, seen, suspect)
    return record && this.#revised(record)
  }

  /** The record of a finding, with what becomes of it: a new alert, part of one, or neither. */
  #tell(bucket: BucketSpan, scene: Scene, judgement: Judgement, { expected, excepted }: Said): AnomalyRecord {
    const { campaigns, incidents, budget } = this.#state
    const { group } = scene
    const candidate = candidateOf(this.#job.job_id, scene, judgement)
    const account = JSON.stringify([group.host, group.user])
    const campaign = join(campaigns, account, group.program, candidate.nats, candidate.at, candidate.id)
    const boost = this.#options.campaignBoost ? campaign.boost : 0
    const isQuiet = expected !== undefined || excepted
    const told: Told = { candidate: { ...candidate, nats: candidate.nats + boost }, boost, campaign }
    if (this.#options.alertBudget !== undefined && !isQuiet)
      budget.threshold = thresholdFor(budget, this.#options.alertBudget, told.candidate, {
        since: this.#state.start!,
        settled: this.#state.start! + LEARNING,
        hosts: () => hostsSince(this.#state, Math.floor((candidate.at - SEEN_LATELY) / this.#span)),
      })
    const learning = this.#isTooEarly(candidate.at)
    const alertFrom = isQuiet || learning ? Number.POSITIVE_INFINITY : this.#alertFrom()
    const decision = excepted ? UNTOLD : decide(incidents, told.candidate, alertFrom)
    if (decision.shown) budget.shown.push(candidate.at)
    const unless = decision.shown ? counterfactuals(scene, judgement, alertFrom - boost) : []
    return recordOf(this.#job.job_id, bucket, scene, judgement, told, decision, {
      expected,
      excepted,
      learning,
      unless,
    })
  }

  /** Nats that make an alert. They decide what is told and nothing else: a score is the same whatever was asked for. */
  #alertFrom(): number {
    const { alertThreshold, alertBudget } = this.#options
    if (alertBudget !== undefined) return this.#state.budget.threshold
    return alertThreshold === undefined ? DEFAULT_THRESHOLD : natsOf(alertThreshold)
  }

  /**
   * In its first three days a fleet has no alerts. Later a short history needs no threshold of its own: the priors of all rates keep
   * scores low while little was seen.
   */
  #isTooEarly(at: EpochMs): boolean {
    return at - this.#state.start! < SETTLING
  }

  /** A row that came late adds to a group that was scored: the record keeps its id and first score, and only ever grows. */
  #revised(record: AnomalyRecord): AnomalyRecord | undefined {
    const { recent } = this.#state
    const before = recent.get(record.record_id)
    if (before !== undefined && before.score >= record.record_score) return undefined
    const initial = before?.initial ?? record.record_score
    recent.set(record.record_id, { at: record.timestamp, initial, score: record.record_score })
    return before === undefined ? record : { ...record, initial_record_score: initial }
  }

  #enterBucket({ start, end }: BucketSpan): void {
    if (this.#at !== undefined && start < this.#at)
      throw new RangeError(`Cannot close the bucket from ${start}: the one until ${this.#at} is closed already`)
    this.#advance(end)
  }

  #advance(to: EpochMs): void {
    const before = this.#at ?? to
    this.#at = to
    const { start, incidents } = this.#state
    const learned = start === null ? Number.POSITIVE_INFINITY : start + LEARNING
    // What was shown while learning and goes on is told once more: until then nobody had to look.
    if (before < learned && to >= learned) Object.assign(incidents, newIncidents())
  }

  /** Forgets at fixed times of the data, so that neither a restart nor a skip shows: when a day has ended since `before`. */
  #forget(before: EpochMs): void {
    const to = Math.floor(this.#at! / DAY) * DAY
    const state = this.#state
    if (to <= before) return
    const old = to - this.#options.lateWindow
    forgetRows(state.presence, old)
    for (const [id, { at }] of state.recent) if (at < old) state.recent.delete(id)
    forgetIncidents(state.incidents, to)
    forgetCampaigns(state.campaigns, to)
    forgetExpectations(state, to)
    forget(state, Math.floor(to / this.#span), this.#span, this.#options.entryLimit)
  }

  #learnNames(rows: readonly Observation[]): void {
    const { entries, names } = this.#state
    for (const row of rows) {
      const { host: name, userName, userId } = this.#facts.of(row)
      const host = entries.hosts.get(names.find(name))
      if (host !== undefined && !host.namesUsers) host.namesUsers = showsNames(userName, userId)
    }
  }
}

/** @param seen a bucket, counted since 1970 */
function hostsSince({ entries }: State, seen: number): number {
  let count = 0
  for (const host of entries.hosts.rows()) if (host.seen >= seen) count++
  return count
}

function openSaved(saved: unknown, jobId: string): Saved {
  const snapshot = (typeof saved === 'object' && saved !== null ? saved : {}) as Partial<Saved>
  if (snapshot.version === VERSION && snapshot.job_id === jobId) return snapshot as Saved
  throw new AppError({
    message: `Cannot restore job "${jobId}": the snapshot is of version "${snapshot.version}" and job "${snapshot.job_id}", expected version "${VERSION}" and this job`,
    code: 'SNAPSHOT_UNREADABLE',
    hint: 'Run the job from the stored events again, without this snapshot.',
  })
}
