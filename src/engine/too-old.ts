import { bucketTimeOf } from '../datafeed/observe.ts'
import { bucketOf, LATE_WINDOW } from '../domain/bucket.ts'
import type { EpochMs } from '../domain/time.ts'
import { ALL } from '../query/ast.ts'
import type { Reading, Storage } from '../storage/storage.ts'
import { feedOf, type JobToRun } from './job-to-run.ts'
import { Snapshots } from './snapshots.ts'
import { modelVersion } from './unlearning.ts'

/** Events that a job is given too late to learn from. */
export interface TooOld {
  readonly job_id: string
  readonly events: number
  /** Start of the oldest bucket that it still learns from. */
  readonly learnsFrom: EpochMs
}

/**
 * What came in after `before` and lies before everything that a job still looks at: before its beginning, or out of the late window
 * of buckets that were over by then (`time-and-order.md` §3). Jobs without such events are left out.
 */
export async function tooOldSince(storage: Storage, jobs: readonly JobToRun[], before: Reading): Promise<TooOld[]> {
  const last = await storage.events.last()
  const found: TooOld[] = []
  for (const toRun of jobs) {
    const feed = feedOf(toRun)
    const closed = bucketOf(before.clock - feed.queryDelay, feed.bucketSpan).start
    const learnsFrom = Math.max(await beganAt(storage, toRun), closed - LATE_WINDOW)
    const counts = await storage.events.counts(feed, { from: 0, to: learnsFrom }, last?.seq ?? 0, before.seq)
    const events = [...counts.values()].reduce((sum, count) => sum + count, 0)
    if (events > 0) found.push({ job_id: toRun.job.job_id, events, learnsFrom })
  }
  return found
}

/** With what a job began; one that has not begun yet will do so with the first event that there is. */
async function beganAt({ state, events }: Storage, toRun: JobToRun): Promise<EpochMs> {
  const { job } = toRun
  const { fields, bucketSpan } = feedOf(toRun)
  const snapshot = await new Snapshots(state, job.job_id, fields, modelVersion(job, fields)).newest()
  if (snapshot) return snapshot.loop.began
  const [first] = (await events.scan(ALL, { after: 0, limit: 1 })).items
  return first ? bucketOf(bucketTimeOf(first.doc), bucketSpan).start : Number.NEGATIVE_INFINITY
}
