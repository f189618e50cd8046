import { startJob } from '../anomaly/job.ts'
import { withoutMalice } from '../anomaly/novelty/unlearn.ts'
import { bucketTimeOf } from '../datafeed/observe.ts'
import { type BucketSpan, LATE_WINDOW } from '../domain/bucket.ts'
import type { Expected, Malicious, TakenFeedback } from '../domain/feedback.ts'
import { text } from '../domain/field.ts'
import type { Job } from '../domain/job.ts'
import type { Observation } from '../domain/observation.ts'
import type { Expectation } from '../domain/scope.ts'
import { CLOCK } from '../domain/stamps.ts'
import { DAY, type EpochMs, parseTime } from '../domain/time.ts'
import { ALL } from '../query/ast.ts'
import type { EventStore, ResultJournal, Storage } from '../storage/storage.ts'
import { type Decision, Decisions } from './decisions.ts'
import type { JobLoop, SavedLoop } from './job-loop.ts'
import { type Snapshot, Snapshots, versionIn } from './snapshots.ts'

/**
 * Un-learning is a replay (`time-and-order.md` §10): from a snapshot that has seen none of the malicious events, over the decisions
 * since then, with what people have said at its places, and without these events.
 */

/** Where a replay begins; without a snapshot, with the job itself. */
export interface Beginning {
  readonly snapshot: Snapshot | undefined
}

/** Looks for the newest beginning before all of this; undefined where the snapshots, or the events since then, are gone. */
export async function beginningBefore(
  { state, events }: Pick<Storage, 'state' | 'events'>,
  job: Job,
  fields: readonly string[],
  found: readonly Malicious[],
): Promise<Beginning | undefined> {
  for await (const snapshot of new Snapshots(state, job.job_id, fields, modelVersion(job, fields)).newestFirst()) {
    const left = new Set(snapshot.feedback.map(({ id }) => id))
    // One that was left out already when this was saved is not in it.
    if (found.every(({ id, from }) => left.has(id) || snapshot.loop.next <= from))
      return (await areThere(events, snapshot.loop.next)) ? { snapshot } : undefined
  }
  const oldest = await new Decisions(state, job.job_id).oldest()
  if (oldest?.number !== 0 || !(await areThere(events, oldest.decision.began))) return undefined
  return { snapshot: undefined }
}

/** What a model of this job writes into its snapshots now: those of other versions cannot be read. */
export function modelVersion(job: Job, fields: readonly string[]): number | undefined {
  return versionIn(startJob(job, fields).save())
}

/** Whether no event that a replay from this bucket on looks at was dropped. Old days go first, by their time and by when they came. */
async function areThere(events: EventStore, from: EpochMs): Promise<boolean> {
  const [first] = (await events.scan(ALL, { after: 0, limit: 1 })).items
  if (first === undefined) return false
  const kept = Math.max(bucketTimeOf(first.doc), parseTime(text(first.doc, CLOCK)) || Number.NEGATIVE_INFINITY)
  return first.seq === 1 || kept <= from - LATE_WINDOW - DAY
}

/**
 * Goes through the decisions up to where `until` was taken in.
 *
 * @param newLoop a loop that leaves out what `learnable` leaves out, and stores its results in the journal it is given
 * @returns the model as it would be; undefined when `signal` was aborted meanwhile
 */
export async function replay(
  { snapshot }: Beginning,
  decisions: readonly Decision[],
  until: Malicious,
  newLoop: (saved: SavedLoop | undefined, results: ResultJournal) => JobLoop,
  signal?: AbortSignal,
): Promise<unknown> {
  const loop = newLoop(snapshot?.loop, NOWHERE)
  const said = decisions.map(({ feedback }) => feedback)
  const lastMalicious = (alert: string) => said.findLastIndex((one) => one?.says === 'malicious' && one.alert === alert)
  for (const [i, { now, upTo, began, feedback }] of decisions.entries()) {
    if (signal?.aborted) return undefined
    if (feedback?.id === until.id) break
    if (Number.isNaN(loop.due)) loop.begin(began)
    if (feedback === undefined) await loop.step(now, upTo)
    // Who later calls the alert malicious takes back that it was expected.
    else if (feedback.says === 'expected' && lastMalicious(feedback.alert) < i)
      loop.model.expect?.(expectationOf(feedback))
  }
  return loop.model.save()
}

/** What was told of these buckets stays told: a replay makes a model and nothing else. */
const NOWHERE: ResultJournal = {
  append: async () => 0,
  scan: async (_query, { after }) => ({ items: [], next: after }),
  newest: async () => [],
}

export function expectationOf({ alert, scope, until }: Expected): Expectation {
  return { id: alert, ...scope, until }
}

/** The rows of a bucket that a model may learn from, for a job to which this was said. */
export function learnable(fields: readonly string[], taken: readonly TakenFeedback[]) {
  return (bucket: BucketSpan, rows: readonly Observation[]): readonly Observation[] => {
    const found = taken.flatMap((one) => {
      if (one.says !== 'malicious' || !(bucket.start < one.openFrom)) return []
      return one.scopes.map((scope) => ({ ...scope, from: one.from }))
    })
    return found.length === 0 ? rows : withoutMalice(rows, fields, found)
  }
}
