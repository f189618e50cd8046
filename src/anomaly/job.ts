import type { AnomalyRecord, AnomalyResult } from '../domain/anomaly-record.ts'
import { type BucketSpan, LATE_WINDOW } from '../domain/bucket.ts'
import type { Job } from '../domain/job.ts'
import { isNovelty } from '../domain/novelty-fields.ts'
import type { Observation } from '../domain/observation.ts'
import { type DurationMs, type EpochMs, HOUR, parseDuration } from '../domain/time.ts'
import type { FilterLists } from './custom-rules.ts'
import { type CompiledDetector, columnOf, compileDetectors } from './detector.ts'
import type { DetectorFunction, Finding, Seen, Undo } from './functions/function.ts'
import type { BucketOutcome, JobModel, OpenBucket } from './job-model.ts'
import { type Group, groupsOf, type InfluencerField, influencesOf, inOrder, type Leaf, partitionsOf } from './leaf.ts'
import { Normalizers } from './normalizers.ts'
import { NoveltyJob, type NoveltyOptions } from './novelty/job.ts'
import { RecentResults, revise, unite } from './recent-results.ts'
import { renormalized } from './renormalize.ts'
import { type ResultContext, recordId, resultsOf } from './results.ts'
import { openSnapshot, SNAPSHOT_VERSION, type Snapshot } from './snapshot.ts'
import { growTree } from './tree.ts'

export interface JobOptions
  extends Pick<NoveltyOptions, 'alertThreshold' | 'alertBudget' | 'campaignBoost' | 'entryLimit' | 'exceptedAt'> {
  /** What happens to late rows; `drop` is what Elastic does. */
  readonly late?: 'score' | 'drop'
  /** How far behind the newest bucket a late one is still scored. */
  readonly lateWindow?: DurationMs
  readonly filters?: FilterLists
  /** At most so many records, and so many influencers, in a bucket. */
  readonly resultLimit?: number
}

const DEFAULTS: Required<Omit<JobOptions, keyof NoveltyOptions | 'lateWindow'>> & { readonly lateWindow: DurationMs } =
  { late: 'score', lateWindow: LATE_WINDOW, filters: new Map(), resultLimit: 500 }
const PRUNE_EVERY: DurationMs = 3 * HOUR
const RENORMALIZE_EVERY_BUCKETS = 24

/**
 * A job that has seen nothing yet.
 *
 * @param fields names of the values of an observation, in order; all fields of detectors and influencers must be there
 * @throws AppError when the job asks for what we cannot run, see `compileDetectors`
 */
export function startJob(job: Job, fields: readonly string[], options: JobOptions = {}): JobModel {
  return isNovelty(job) ? new NoveltyJob(job, fields, options) : new RunningJob(job, fields, options)
}

/** A job that goes on from what `save` gave. @throws AppError SNAPSHOT_UNREADABLE */
export function loadJob(job: Job, fields: readonly string[], saved: unknown, options: JobOptions = {}): JobModel {
  if (isNovelty(job)) return new NoveltyJob(job, fields, options, saved)
  const span = parseDuration(job.analysis_config.bucket_span)
  return new RunningJob(job, fields, options, openSnapshot(saved, job.job_id, span))
}

interface Partition {
  /** The first bucket that was seen whole. What was before is neither learned nor scored. */
  readonly start: EpochMs
  readonly state: unknown
}

class RunningJob implements JobModel {
  readonly #jobId: string
  /** 0 where late rows are dropped. */
  readonly #lateWindow: DurationMs
  readonly #resultLimit: number
  readonly #bucketSpan: DurationMs
  readonly #influencers: readonly InfluencerField[]
  readonly #detectors: readonly { readonly detector: CompiledDetector; readonly partitions: Map<string, Partition> }[]
  #normalizers: Normalizers
  readonly #recent: RecentResults
  /** The end of the newest bucket. */
  #at: EpochMs | undefined
  /** Where the first whole bucket began. */
  #started: EpochMs | undefined
  #bucketsSinceRenormalization = 0

  constructor(job: Job, fields: readonly string[], options: JobOptions, snapshot?: Snapshot) {
    this.#jobId = job.job_id
    const { late, lateWindow, filters, resultLimit } = { ...DEFAULTS, ...options }
    this.#lateWindow = late === 'drop' ? 0 : lateWindow
    this.#resultLimit = resultLimit
    this.#bucketSpan = parseDuration(job.analysis_config.bucket_span)
    this.#influencers = (job.analysis_config.influencers ?? []).map((field) => ({
      field,
      column: columnOf(field, fields),
    }))
    this.#detectors = compileDetectors(job, fields, filters).map((detector) => ({
      detector,
      partitions: restorePartitions(detector, this.#bucketSpan, snapshot),
    }))
    this.#normalizers = Normalizers.load(this.#bucketSpan, snapshot?.normalizers ?? [])
    this.#recent = new RecentResults(snapshot?.recent)
    this.#at = snapshot?.at ?? undefined
    this.#started = snapshot?.started ?? undefined
    this.#bucketsSinceRenormalization = snapshot?.bucketsSinceRenormalization ?? 0
  }

  close(bucket: BucketSpan, rows: readonly Observation[]): BucketOutcome {
    const before = this.#at
    const outcome = this.#judge(bucket, rows)
    if (rows.length > 0) this.#remember(outcome.results)
    this.#tend(before ?? bucket.start)
    return outcome
  }

  skip(from: EpochMs, to: EpochMs): void {
    const before = this.#at
    if (before === undefined) return
    if (from < before) throw new RangeError(`Cannot skip from ${from}: the bucket until ${before} is closed already`)
    this.#advance(to)
    this.#tend(before)
  }

  trial(open: readonly OpenBucket[]): BucketOutcome[] {
    const kept = { normalizers: this.#normalizers, at: this.#at, started: this.#started }
    const since = this.#bucketsSinceRenormalization
    const undo: Undo[] = []
    this.#normalizers = kept.normalizers.copy()
    try {
      return open.map(({ bucket, rows }) => this.#judge(bucket, rows, undo))
    } finally {
      for (const step of undo.reverse()) step()
      this.#normalizers = kept.normalizers
      this.#at = kept.at
      this.#started = kept.started
      this.#bucketsSinceRenormalization = since
    }
  }

  late(bucket: BucketSpan, rows: readonly Observation[]): BucketOutcome {
    if (this.#at === undefined || bucket.end > this.#at)
      throw new RangeError(`Cannot take rows as late: the bucket from ${bucket.start} is not closed yet`)
    this.#started ??= firstWholeBucket(rows, this.#bucketSpan)
    if (bucket.start < Math.max(this.#started ?? 0, this.#at - this.#lateWindow))
      return { results: [], renormalize: false, unscored: countOf(rows) }
    const { leaves, known, unscored } = this.#learn(inOrder(rows), bucket, (fn, state, seen) =>
      fn.late(state, bucket, seen),
    )
    const tree = leaves.length > 0 ? growTree(leaves, this.#influencers) : undefined
    const renormalize = tree ? this.#normalizers.update(tree) : false
    const fresh = resultsOf(tree, countOf(rows), this.#context(bucket, false))
    const revisions = fresh.map((result) => revise(this.#recent.same(result), result))
    const grown = known.map((group) => this.#withMoreInfluencers(group, bucket))
    const results = [...grown, ...revisions].filter((result) => result !== undefined)
    this.#remember(results)
    return { results, renormalize, unscored }
  }

  renormalize(results: readonly AnomalyResult[]): AnomalyResult[] {
    return results.map((result) => renormalized(result, this.#normalizers)).filter((now, i) => now !== results[i])
  }

  save(): Snapshot {
    return {
      version: SNAPSHOT_VERSION,
      job_id: this.#jobId,
      bucket_span: this.#bucketSpan,
      at: this.#at ?? null,
      started: this.#started ?? null,
      bucketsSinceRenormalization: this.#bucketsSinceRenormalization,
      detectors: this.#detectors.map(({ detector, partitions }) => ({
        key: keyOf(detector),
        partitions: [...partitions].map(([value, { start, state }]) => ({
          value,
          start,
          state: detector.fn.save(state),
        })),
      })),
      normalizers: this.#normalizers.save(),
      recent: this.#recent.save(),
    }
  }

  /** Learns and scores a bucket: the one path of `close` and of `trial`, which hands in a list to undo it by. */
  #judge(bucket: BucketSpan, rows: readonly Observation[], undo?: Undo[]): BucketOutcome {
    if (this.#at !== undefined && bucket.start < this.#at)
      throw new RangeError(`Cannot close the bucket from ${bucket.start}: the one until ${this.#at} is closed already`)
    this.#started ??= firstWholeBucket(rows, this.#bucketSpan)
    this.#advance(bucket.end)
    const { leaves, unscored } = this.#learn(
      inOrder(rows),
      bucket,
      (fn, state, seen) => fn.close(state, bucket, seen, undo),
      undo,
    )
    if (this.#started === undefined || bucket.start < this.#started)
      return { results: [], renormalize: false, unscored }
    const tree = leaves.length > 0 ? growTree(leaves, this.#influencers) : undefined
    const big = tree ? this.#normalizers.update(tree) : false
    const due = tree !== undefined && this.#bucketsSinceRenormalization >= RENORMALIZE_EVERY_BUCKETS
    if (big || due) this.#bucketsSinceRenormalization = 0
    const results = resultsOf(tree, countOf(rows), this.#context(bucket, undo !== undefined))
    return { results, renormalize: big || due, unscored }
  }

  /** Shows rows to the functions, partition by partition. Groups without a finding are `known`: they were scored before. */
  #learn(rows: readonly Observation[], bucket: BucketSpan, ask: Ask, undo?: Undo[]): Learned {
    const leaves: Leaf[] = []
    const known: Group[] = []
    let unscored = 0
    for (const { detector, partitions } of this.#detectors) {
      let outside = 0
      for (const [value, ofPartition] of partitionsOf(detector, rows)) {
        const partition = partitions.get(value) ?? this.#newPartition(detector, partitions, value, ofPartition, undo)
        if (bucket.start < partition.start) {
          outside += countOf(ofPartition)
          continue
        }
        const groups = groupsOf(detector, value, ofPartition)
        const seen = groups.map(({ by, rows }) => ({ by, count: countOf(rows) }))
        for (const [i, finding] of ask(detector.fn, partition.state, seen).entries())
          if (finding) leaves.push(leafOf(groups[i]!, finding, bucket.start))
          else known.push(groups[i]!)
      }
      unscored = Math.max(unscored, outside)
    }
    return { leaves, known, unscored }
  }

  #newPartition(
    detector: CompiledDetector,
    partitions: Map<string, Partition>,
    value: string,
    rows: readonly Observation[],
    undo?: Undo[],
  ): Partition {
    const start = firstWholeBucket(rows, this.#bucketSpan)!
    const partition = { start, state: detector.fn.start(this.#bucketSpan) }
    partitions.set(value, partition)
    undo?.push(() => partitions.delete(value))
    return partition
  }

  /** A late row may add influencers to a record of its bucket, and nothing else: the probability stays. */
  #withMoreInfluencers(group: Group, bucket: BucketSpan): AnomalyRecord | undefined {
    const record = this.#recent.record(bucket.start, recordId(this.#jobId, bucket, group))
    if (!record) return undefined
    const influencers = unite(record.influencers, influencesOf(group, this.#influencers))
    if (influencers === record.influencers) return undefined
    return { ...record, influencers, record_score: this.#normalizers.recordScore(record) }
  }

  #advance(to: EpochMs): void {
    const buckets = this.#at === undefined ? 1 : Math.round((to - this.#at) / this.#bucketSpan)
    this.#normalizers.age(buckets)
    this.#bucketsSinceRenormalization += buckets
    this.#at = to
  }

  /** Forgets what is too old, at fixed times of the data: so a restart or a skip does not show. */
  #tend(before: EpochMs): void {
    const now = Math.floor(this.#at! / PRUNE_EVERY) * PRUNE_EVERY
    if (now <= before) return
    for (const { detector, partitions } of this.#detectors)
      for (const { state } of partitions.values()) detector.fn.prune(state, now, now - this.#lateWindow)
    this.#recent.forget(now - this.#lateWindow)
  }

  #remember(results: readonly AnomalyResult[]): void {
    if (this.#lateWindow > 0) for (const result of results) this.#recent.put(result)
  }

  #context(bucket: BucketSpan, interim: boolean): ResultContext {
    return {
      jobId: this.#jobId,
      bucket,
      influencers: this.#influencers,
      normalizers: this.#normalizers,
      limit: this.#resultLimit,
      interim,
    }
  }
}

type Ask = (fn: DetectorFunction, state: unknown, seen: readonly Seen[]) => readonly (Finding | undefined)[]

interface Learned {
  readonly leaves: readonly Leaf[]
  readonly known: readonly Group[]
  readonly unscored: number
}

function leafOf({ detector, partition, by, rows }: Group, finding: Finding, start: EpochMs): Leaf {
  const { skipResult, skipModelUpdate } = detector.rules({ by, partition, start })
  const probability = skipResult ? 1 : finding.probability
  return { detector, partition, by, rows, finding, probability, counts: !skipModelUpdate }
}

function restorePartitions(
  detector: CompiledDetector,
  bucketSpan: DurationMs,
  snapshot?: Snapshot,
): Map<string, Partition> {
  const saved = snapshot?.detectors.find(({ key }) => key === keyOf(detector))
  return new Map(
    saved?.partitions.map(({ value, start, state }) => [value, { start, state: detector.fn.load(bucketSpan, state) }]),
  )
}

function keyOf({ config, index }: CompiledDetector): string {
  return JSON.stringify([index, config.function, config.by_field_name, config.partition_field_name ?? null])
}

/** Where the first bucket begins that holds nothing from before the first row; undefined without rows. */
function firstWholeBucket(rows: readonly Observation[], bucketSpan: DurationMs): EpochMs | undefined {
  if (rows.length === 0) return undefined
  const first = rows.reduce((least, row) => Math.min(least, row.first), rows[0]!.first)
  return Math.ceil(first / bucketSpan) * bucketSpan
}

function countOf(rows: readonly Observation[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0)
}
