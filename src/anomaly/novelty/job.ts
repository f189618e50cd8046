import type { AnomalyRecord, AnomalyResult } from '../../domain/anomaly-record.ts'
import type { BucketSpan } from '../../domain/bucket.ts'
import type { Job } from '../../domain/job.ts'
import { NOVELTY } from '../../domain/novelty-fields.ts'
import { compareObservations, type Observation } from '../../domain/observation.ts'
import { DAY, type DurationMs, type EpochMs, parseDuration } from '../../domain/time.ts'
import type { BucketOutcome, JobModel, OpenBucket } from '../job-model.ts'
import { enter } from './enter.ts'
import { Columns, type Group, groupsOf } from './group.ts'
import { decide, forgetIncidents } from './incidents.ts'
import { judge } from './judge.ts'
import { learn } from './learn.ts'
import { candidateOf, recordOf } from './record.ts'
import { DEFAULT_THRESHOLD } from './record-score.ts'
import { packed, unpacked } from './snapshot.ts'
import { newState, type State } from './state.ts'
import { showsNames, userNames } from './users.ts'

const VERSION = 1
/** Groups below are no finding: neither records nor incidents. */
const FLOOR = 2
/** Nothing is shown, or remembered as shown, before the fleet has been watched for so long: until then there is a review list. */
export const SHOWN_FROM: DurationMs = 6 * DAY

/** Whether a job is of the function `novelty`, which is a whole job: it has one detector and no other function beside it. */
export function isNovelty({ analysis_config: { detectors } }: Job): boolean {
  return detectors.length === 1 && detectors[0]!.function === NOVELTY
}

interface Saved {
  readonly version: number
  readonly job_id: string
  readonly state: unknown
  readonly recent: unknown
  readonly at: EpochMs
}

/**
 * The function `novelty`: our own job (detection-design.md and -v3). It judges every group of a bucket against what it knew
 * before, decides whether that is an alert, and only then learns.
 */
export class NoveltyJob implements JobModel {
  readonly #job: Job
  readonly #fields: readonly string[]
  readonly #columns: Columns
  readonly #span: DurationMs
  #state: State
  #at: EpochMs

  constructor(job: Job, fields: readonly string[], saved?: unknown) {
    this.#job = job
    this.#fields = fields
    this.#columns = new Columns(fields)
    this.#span = parseDuration(job.analysis_config.bucket_span)
    this.#state = saved === undefined ? newState() : (unpacked((saved as Saved).state) as State)
    this.#at = saved === undefined ? Number.NEGATIVE_INFINITY : (saved as Saved).at
  }

  close(bucket: BucketSpan, rows: readonly Observation[]): BucketOutcome {
    this.#at = bucket.end
    return this.#take(bucket, rows)
  }

  late(bucket: BucketSpan, rows: readonly Observation[]): BucketOutcome {
    return this.#take(bucket, rows)
  }

  skip(_from: EpochMs, to: EpochMs): void {
    this.#at = to
  }

  trial(open: readonly OpenBucket[]): BucketOutcome[] {
    const copy = new NoveltyJob(this.#job, this.#fields, this.save())
    return open.map(({ bucket, rows }) => copy.close(bucket, rows))
  }

  renormalize(_results: readonly AnomalyResult[]): AnomalyResult[] {
    return []
  }

  save(): Saved {
    return { version: VERSION, job_id: this.#job.job_id, state: packed(this.#state), recent: null, at: this.#at }
  }

  #take(bucket: BucketSpan, rows: readonly Observation[]): BucketOutcome {
    const state = this.#state
    const sorted = [...rows].sort(compareObservations)
    this.#learnNames(sorted)
    const seen = Math.floor(bucket.start / this.#span)
    const records: AnomalyRecord[] = []
    for (const group of groupsOf(sorted, this.#columns, userNames(state))) {
      const record = this.#score(bucket, group, seen)
      if (record) records.push(record)
    }
    forgetIncidents(state.incidents, bucket.start)
    return { results: records, renormalize: false, unscored: 0 }
  }

  #score(bucket: BucketSpan, group: Group, seen: number): AnomalyRecord | undefined {
    const state = this.#state
    const scene = enter(state, group, seen)
    const judgement = judge(scene)
    let record: AnomalyRecord | undefined
    if (judgement.nats >= FLOOR) {
      const candidate = candidateOf(this.#job.job_id, scene, judgement)
      const learning = group.first - state.start! < SHOWN_FROM
      const decision = learning
        ? undefined
        : decide(state.incidents, candidate, +(process.env.SHOW ?? DEFAULT_THRESHOLD), +(process.env.GROWTH ?? 4.5))
      record = recordOf(this.#job.job_id, bucket, scene, judgement, candidate, decision)
    }
    learn(scene, judgement, seen, +(process.env.CENS ?? DEFAULT_THRESHOLD))
    return record
  }

  #learnNames(rows: readonly Observation[]): void {
    for (const row of rows) {
      const host = this.#state.hosts.get(this.#columns.value(row, 'host.name'))
      if (host !== undefined && !host.namesUsers)
        host.namesUsers = showsNames(this.#columns.value(row, 'user.name'), this.#columns.value(row, 'user.id'))
    }
  }
}
