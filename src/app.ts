import type { JobOptions } from './anomaly/job.ts'
import { compileDatafeed, type Datafeed } from './datafeed/datafeed.ts'
import { rowOf } from './datafeed/observe.ts'
import type { ProfileName } from './datafeed/profiles.ts'
import type { Alert } from './domain/alert.ts'
import type { AnomalyRecord } from './domain/anomaly-record.ts'
import type { EcsEvent, Reject } from './domain/event.ts'
import type { ExceptionItem } from './domain/exception.ts'
import { text } from './domain/field.ts'
import { hostOf } from './domain/identity.ts'
import type { DatafeedConfig, Job } from './domain/job.ts'
import type { Observation } from './domain/observation.ts'
import type { Rule } from './domain/rule.ts'
import type { EpochMs } from './domain/time.ts'
import { type AlertDraft, AlertDrafts } from './engine/alert-drafts.ts'
import { Input } from './engine/input.ts'
import { JobLoop, type ScoredBucket } from './engine/job-loop.ts'
import { RuleLoop, rowsOf } from './engine/rule-loop.ts'
import { type ScanProfile, type Walk, walk } from './engine/scan.ts'
import type { Format } from './formats/format.ts'
import { recognise } from './formats/index.ts'
import { fieldsOf } from './query/ast.ts'
import { fieldsOfExceptions } from './rules/exceptions.ts'
import type { ByteSource } from './sources/source.ts'
import { FileEvents, LATE_WINDOW } from './storage/files/file-events.ts'
import { LatestRecords } from './storage/files/latest-records.ts'
import { EventFiles } from './storage/files/read-back.ts'
import { alertDocument } from './triage/alert-document.ts'
import { EVENTS_SHOWN, evidenceOf, placesToShow } from './triage/evidence.ts'
import { History } from './triage/history.ts'

export interface ScanOptions {
  readonly sources: readonly ByteSource[]
  readonly job: Job
  readonly datafeed: DatafeedConfig
  readonly rules: readonly Rule[]
  readonly exceptions?: readonly ExceptionItem[]
  readonly valueLists?: ReadonlyMap<string, readonly string[]>
  readonly profile?: ProfileName
  readonly format?: Format
  readonly strict?: boolean
  /** Events from this time on are left out. */
  readonly until?: EpochMs
  readonly onReject?: (input: number, reject: Reject) => void
  readonly onProgress?: (bytes: number) => void
  /** What the job itself is told besides its definition: a threshold or a budget of alerts. */
  readonly jobOptions?: JobOptions
  /** Each bucket as it was scored, for those who measure. */
  readonly onBucket?: (scored: ScoredBucket) => void
}

/** What a scan has found, and all that a report tells of it. */
export interface ScanOutcome {
  readonly walk: Walk
  readonly inputs: readonly Input<ScanProfile>[]
  readonly feed: Datafeed
  readonly history: History
  /** Records with a score above 0, as they were last written. */
  readonly records: readonly ScoredRecord[]
  readonly drafts: readonly AlertDraft[]
  readonly copies: number
  readonly lateEvents: number
  readonly buckets: number
  readonly warnings: readonly string[]
  /** The alerts with their evidence, which is read now, in the order of their buckets. */
  alerts(): AsyncGenerator<Alert>
}

/** A record with the rows of its bucket that it stands for. */
export interface ScoredRecord {
  readonly record: AnomalyRecord
  readonly rows: readonly Observation[]
}

/** The fields that tell the host of an event, which every scan needs. */
const HOST_FIELDS = ['host.id', 'host.name']

/** Builds the product for one scan and runs it: the same engine as everywhere, over inputs that are read once. */
export async function runScan(options: ScanOptions): Promise<ScanOutcome> {
  const { job, rules, exceptions = [], valueLists = new Map() } = options
  const extraFields = fieldsOfExceptions(exceptions)
  const feed = compileDatafeed(job, options.datafeed, {
    extraFields,
    ...(options.profile && { profile: options.profile }),
  })
  const inputs = openInputs(options, [feed])
  const events = new FileEvents(new EventFiles(inputs), [feed], LATE_WINDOW)
  const history = new History(feed.fields, job.analysis_config.detectors[0]?.by_field_name ?? 'process.name')
  const drafts = new AlertDrafts(history)
  const ruleLoops = rules.map((rule) => new RuleLoop(rule, feed.fields, exceptions, valueLists, drafts))
  const records = new Map<string, ScoredRecord>()

  const judge = (page: readonly ScoredRecord[], now: EpochMs) => {
    for (const scored of page) if (scored.record.initial_record_score > 0) records.set(scored.record.record_id, scored)
    for (const loop of ruleLoops) loop.step(page, now)
  }
  const onScored = (bucketScored: ScoredBucket) => {
    const { bucket, rows, records: scored, now } = bucketScored
    options.onBucket?.(bucketScored)
    const rowsBefore = (record: AnomalyRecord) => records.get(record.record_id)?.rows ?? []
    judge(
      scored.map((record) => ({ record, rows: [...rowsBefore(record), ...rowsOf(record, rows, feed.fields)] })),
      now,
    )
    history.learn(bucket, rows)
  }
  const onRenormalized = (revised: readonly AnomalyRecord[], now: EpochMs) =>
    judge(
      revised.map((record) => ({ record, rows: records.get(record.record_id)?.rows ?? [] })),
      now,
    )
  const jobLoop = new JobLoop(job, feed, events, new LatestRecords(), {
    lateWindow: LATE_WINDOW,
    ...(options.jobOptions && { jobOptions: options.jobOptions }),
    onScored,
    onRenormalized,
    onPassed: (before) => events.forget(feed, before),
  })
  const walked = await walk(inputs, events, [jobLoop], options.until)
  return {
    walk: walked,
    inputs,
    feed,
    history,
    records: [...records.values()],
    drafts: drafts.inOrder(),
    copies: events.copies,
    lateEvents: jobLoop.lateEvents,
    buckets: jobLoop.buckets,
    warnings: ruleLoops.flatMap((loop) => loop.warnings),
    alerts: () => withEvidence(drafts.inOrder(), events, feed),
  }
}

function openInputs(options: ScanOptions, feeds: readonly Datafeed[]): Input<ScanProfile>[] {
  const fields = [...new Set(feeds.flatMap((feed) => [...HOST_FIELDS, ...feed.fields, ...fieldsOf(feed.query)]))]
  const hosts = new Map<string, number>()
  const profile = (event: EcsEvent): ScanProfile => {
    const host = hostOf(event)
    let number = hosts.get(host)
    if (number === undefined) {
      number = hosts.size
      hosts.set(host, number)
    }
    return { host: number, hostName: text(event, 'host.name') ?? host, rows: feeds.map((feed) => rowOf(feed, event)) }
  }
  return options.sources.map(
    (source, index) =>
      new Input(index, source, {
        recognise,
        fields,
        profile,
        decisive: [...HOST_FIELDS, ...feeds.flatMap((feed) => fieldsOf(feed.query))],
        isIdle: ({ rows }) => rows.every((row) => row === undefined),
        strict: options.strict ?? false,
        onReject: options.onReject ?? (() => {}),
        ...(options.format && { format: options.format }),
        ...(options.onProgress && { onProgress: options.onProgress }),
      }),
  )
}

/** So many events are held in memory at once while alerts are written. */
const EVENTS_AT_ONCE = 1000

async function* withEvidence(drafts: readonly AlertDraft[], events: FileEvents, feed: Datafeed): AsyncGenerator<Alert> {
  const step = Math.floor(EVENTS_AT_ONCE / EVENTS_SHOWN)
  for (let start = 0; start < drafts.length; start += step) {
    const batch = drafts.slice(start, start + step)
    const places = batch.map(({ rows }) => placesToShow(rows))
    const found = await events.read(places.flat())
    let next = 0
    for (const [i, draft] of batch.entries()) {
      const mine = found.slice(next, next + places[i]!.length).filter((event) => event !== undefined)
      next += places[i]!.length
      const evidence = evidenceOf(draft.rows, feed.fields, mine)
      yield alertDocument({ ...draft.finding, record: draft.record }, evidence, draft.acquaintance, draft.now)
    }
  }
}
