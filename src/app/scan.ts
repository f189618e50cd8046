import type { Datafeed } from '../datafeed/datafeed.ts'
import { ALL_LANDMARKS } from '../datafeed/landmarks.ts'
import { rowOf } from '../datafeed/observe.ts'
import { SharedRows } from '../datafeed/shared-rows.ts'
import type { Alert } from '../domain/alert.ts'
import { LATE_WINDOW } from '../domain/bucket.ts'
import type { EcsEvent, Reject } from '../domain/event.ts'
import { text } from '../domain/field.ts'
import { hostOf } from '../domain/identity.ts'
import type { Job } from '../domain/job.ts'
import type { EpochMs } from '../domain/time.ts'
import type { AlertDraft } from '../engine/alert-drafts.ts'
import { Input } from '../engine/input.ts'
import { JobLoop, type ScoredBucket } from '../engine/job-loop.ts'
import { feedOf, type JobToRun, judgedField, optionsOf } from '../engine/job-to-run.ts'
import { Judging, type ScoredRecord } from '../engine/judging.ts'
import { LookedBack } from '../engine/looked-back.ts'
import { type ScanProfile, type Walk, walk } from '../engine/scan.ts'
import type { Format } from '../formats/format.ts'
import { recognise } from '../formats/index.ts'
import { fieldsOf } from '../query/ast.ts'
import type { ByteSource } from '../sources/source.ts'
import { FileEvents } from '../storage/files/file-events.ts'
import { LatestRecords } from '../storage/files/latest-records.ts'
import { EventFiles } from '../storage/files/read-back.ts'
import { alertDocument } from '../triage/alert-document.ts'
import { EVENTS_SHOWN, evidenceOf, placesToShow } from '../triage/evidence.ts'
import type { History } from '../triage/history.ts'

/** One job of a scan. */
export interface ScanJob extends Omit<JobToRun, 'quiet'> {
  /** Each bucket as it was scored, for those who measure. */
  readonly onBucket?: (scored: ScoredBucket) => void
}

export interface ScanOptions {
  readonly sources: readonly ByteSource[]
  /** They share the reading of the inputs, and nothing else. */
  readonly jobs: readonly ScanJob[]
  readonly valueLists?: ReadonlyMap<string, readonly string[]>
  readonly format?: Format
  readonly strict?: boolean
  /** Events from this time on are left out. */
  readonly until?: EpochMs
  readonly onReject?: (input: number, reject: Reject) => void
  readonly onProgress?: (bytes: number) => void
}

/** What a scan has found, and all that a report tells of it. */
export interface ScanOutcome {
  readonly walk: Walk
  readonly inputs: readonly Input<ScanProfile>[]
  readonly copies: number
  /** Events whose copies could no longer be recognised, for want of room. */
  readonly forgotten: number
  /** Logins, packages, services and the like that made room for newer ones. */
  readonly landmarksLetGo: number
  /** In the order in which they were asked for. */
  readonly jobs: readonly JobOutcome[]
}

/** What one job of a scan has found. */
export interface JobOutcome {
  readonly job: Job
  readonly feed: Datafeed
  readonly history: History
  /** Records with a score above 0, as they were last written. */
  readonly records: readonly ScoredRecord[]
  readonly drafts: readonly AlertDraft[]
  readonly lateEvents: number
  /** Events that came so late that they were not scored. */
  readonly tooLate: number
  /** Alerts that do not tell what happened before them. */
  readonly notLookedBack: number
  readonly buckets: number
  readonly warnings: readonly string[]
  /** The alerts with their evidence, which is read now, in the order of their buckets. */
  alerts(): AsyncGenerator<Alert>
}

/** The fields that tell the host of an event, which every scan needs. */
const HOST_FIELDS = ['host.id', 'host.name']

/** Builds the product for one scan and runs it: the same engine as everywhere, over inputs that are read once. */
export async function runScan(options: ScanOptions): Promise<ScanOutcome> {
  const feeds = options.jobs.map(feedOf)
  const inputs = openInputs(options, feeds)
  const events = new FileEvents(new EventFiles(inputs), feeds, LATE_WINDOW)
  const runs = options.jobs.map((scanJob, i) => startRun(scanJob, feeds[i]!, events, options.valueLists ?? new Map()))
  const walked = await walk(
    inputs,
    events,
    runs.map(({ loop }) => loop),
    options.until,
  )
  return {
    walk: walked,
    inputs,
    copies: events.copies,
    forgotten: events.forgotten,
    landmarksLetGo: events.landmarksLetGo,
    jobs: runs.map((run) => outcomeOf(run, events)),
  }
}

/** A job on its way through a scan. */
interface JobRun {
  readonly loop: JobLoop
  readonly judging: Judging
  /** What happened before each alert, looked up while it is still at hand. */
  readonly before: LookedBack
  tooLate: number
}

function startRun(
  scanJob: ScanJob,
  feed: Datafeed,
  events: FileEvents,
  valueLists: ReadonlyMap<string, readonly string[]>,
): JobRun {
  const { job, rules, onBucket } = scanJob
  const judging = new Judging(feed, judgedField(job), rules, { valueLists })
  const before = new LookedBack(events)
  const loop = new JobLoop(job, feed, events, new LatestRecords(), {
    lateWindow: LATE_WINDOW,
    jobOptions: optionsOf(scanJob, feed.fields, { valueLists }),
    onScored: async (scored) => {
      onBucket?.(scored)
      judging.scored(scored)
      await before.follow(judging.drafts)
    },
    onRenormalized: (records, now) => judging.renormalized(records, now),
    onPassed: (before) => {
      run.tooLate += events.forget(feed, before)
    },
  })
  const run: JobRun = { loop, judging, before, tooLate: 0 }
  return run
}

function outcomeOf({ loop, judging, before, tooLate }: JobRun, events: FileEvents): JobOutcome {
  const { job, feed, lateEvents, buckets } = loop
  const drafts = judging.drafts.inOrder()
  return {
    job,
    feed,
    history: judging.history,
    records: [...judging.records.values()],
    drafts,
    lateEvents,
    tooLate,
    notLookedBack: before.unknown,
    buckets,
    warnings: [...judging.warnings, ...loop.warnings],
    alerts: () => withEvidence(drafts, events, feed, before),
  }
}

/** Kinds of events that the quick readers of all inputs remember together, about a kilobyte each, and of each at the least. */
const KINDS_KEPT = 65_536
const LEAST_KINDS = 1_024

function openInputs(options: ScanOptions, feeds: readonly Datafeed[]): Input<ScanProfile>[] {
  const asked = [...feeds, ALL_LANDMARKS]
  const fields = [...new Set([...HOST_FIELDS, ...asked.flatMap((feed) => [...feed.fields, ...fieldsOf(feed.query)])])]
  const hosts = new Map<string, number>()
  const shared = feeds.map(() => new SharedRows())
  const sharedLandmarks = new SharedRows()
  const profile = (event: EcsEvent): ScanProfile => {
    const host = hostOf(event)
    let number = hosts.get(host)
    if (number === undefined) {
      number = hosts.size
      hosts.set(host, number)
    }
    const rows = feeds.map((feed, i) => {
      const row = rowOf(feed, event)
      return row && shared[i]!.of(row)
    })
    const landmark = rowOf(ALL_LANDMARKS, event)
    const admitted = rows.some((row) => row !== undefined)
    return {
      host: number,
      hostName: text(event, 'host.name') ?? host,
      rows,
      admitted,
      landmark: landmark && sharedLandmarks.of(landmark),
    }
  }
  return options.sources.map(
    (source, index) =>
      new Input(index, source, {
        recognise,
        fields,
        profile,
        decisive: [...HOST_FIELDS, ...asked.flatMap((feed) => fieldsOf(feed.query))],
        isIdle: ({ admitted, landmark }) => !admitted && landmark === undefined,
        strict: options.strict ?? false,
        kindsKept: Math.max(LEAST_KINDS, Math.floor(KINDS_KEPT / options.sources.length)),
        onReject: options.onReject ?? (() => {}),
        ...(options.format && { format: options.format }),
        ...(options.onProgress && { onProgress: options.onProgress }),
      }),
  )
}

/** So many events are held in memory at once while alerts are written. */
const EVENTS_AT_ONCE = 1000

async function* withEvidence(
  drafts: readonly AlertDraft[],
  events: FileEvents,
  feed: Datafeed,
  before: LookedBack,
): AsyncGenerator<Alert> {
  const step = Math.floor(EVENTS_AT_ONCE / EVENTS_SHOWN)
  for (let start = 0; start < drafts.length; start += step) {
    const batch = drafts.slice(start, start + step)
    const places = batch.map(({ rows, record }) => placesToShow(rows, record))
    const found = await events.read(places.flat())
    let next = 0
    for (const [i, draft] of batch.entries()) {
      const mine = found.slice(next, next + places[i]!.length).filter((event) => event !== undefined)
      next += places[i]!.length
      const evidence = evidenceOf(draft.rows, feed.fields, mine)
      const { finding, record, rows, ...known } = draft
      yield alertDocument({ ...finding, record, rows }, evidence, { ...known, before: before.of(draft) })
    }
  }
}
