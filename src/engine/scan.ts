import type { Row } from '../datafeed/observe.ts'
import { DAY, type EpochMs } from '../domain/time.ts'
import { Activity } from './activity.ts'
import type { Input } from './input.ts'
import type { JobLoop } from './job-loop.ts'
import { Merge } from './merge.ts'
import { SequenceClock } from './sequence-clock.ts'
import type { Profile } from './sighting-queue.ts'

/** What an event is to a scan: its host, and its row for each datafeed that admits it. One object for all events that share these. */
export interface ScanProfile extends Profile {
  readonly hostName: string
  readonly rows: readonly (Row | undefined)[]
  /** Whether any of them is one. */
  readonly admitted: boolean
  /** What it is as a landmark (`datafeed/landmarks.ts`). */
  readonly landmark: Row | undefined
}

/** The store of a scan, as far as the walk needs it: `storage/files/` fulfils it. */
export interface FoldingStore {
  readonly seq: number
  isNew(id: number, clock: EpochMs): boolean
  add(rows: ScanProfile['rows'], time: EpochMs, eventTime: EpochMs, input: number, from: number, to: number): void
  noteLandmark(row: Row, time: EpochMs, eventTime: EpochMs): void
}

export interface Walk {
  /** Events, copies left out. */
  events: number
  /** Events that at least one datafeed admitted. */
  matched: number
  /** Events more than a day ahead of the clock, scored in its bucket (`time-and-order.md` §2). */
  setAside: number
  /** Times of the first and the last event, those set aside left out; NaN when there was none. */
  first: EpochMs
  last: EpochMs
  /** By `Profile.host`. */
  readonly hosts: HostWalk[]
}

export interface HostWalk {
  readonly name: string
  first: EpochMs
  last: EpochMs
  events: number
  readonly activity: Activity
}

/**
 * Walks the sequence of a scan once: merges the inputs, moves the clock, folds events into the store, and lets each job close its
 * buckets at the very event that makes them due.
 */
export async function walk(
  inputs: readonly Input<ScanProfile>[],
  store: FoldingStore,
  jobs: readonly JobLoop[],
  until: EpochMs = Number.POSITIVE_INFINITY,
): Promise<Walk> {
  const clock = new SequenceClock()
  const merge = new Merge(inputs)
  const seen: Walk = { events: 0, matched: 0, setAside: 0, first: Number.NaN, last: Number.NaN, hosts: [] }
  const hostSpan = Math.min(...jobs.map(({ feed }) => feed.bucketSpan))
  let due = Number.NEGATIVE_INFINITY
  await merge.start()
  while (await merge.fill()) {
    while (merge.advance()) {
      const { queue, index: input } = merge.input
      const i = merge.index
      if (queue.times[i]! >= until || !store.isNew(queue.ids[i]!, clock.now)) continue
      merge.input.events++
      const profile = queue.profiles[i]!
      if (queue.byIngest[i]) clock.ingested(queue.clocks[i]!)
      else clock.event(profile.host, queue.clocks[i]!)
      const eventTime = queue.times[i]!
      const ahead = eventTime > clock.now + DAY
      const time = ahead ? clock.now : eventTime
      count(seen, profile, time, ahead, hostSpan)
      if (profile.landmark !== undefined) store.noteLandmark(profile.landmark, time, eventTime)
      if (profile.admitted) {
        seen.matched++
        store.add(profile.rows, time, eventTime, input, queue.froms[i]!, queue.tos[i]!)
      }
      if (clock.now >= due) {
        due = Number.POSITIVE_INFINITY
        for (const job of jobs) {
          if (Number.isNaN(job.due)) job.begin(time)
          await job.step(clock.now, store.seq)
          due = Math.min(due, job.due)
        }
      }
    }
  }
  for (const job of jobs) await job.finish(seen.last, store.seq)
  return seen
}

function count(seen: Walk, { host, hostName }: ScanProfile, time: EpochMs, ahead: boolean, span: number): void {
  seen.events++
  if (ahead) {
    seen.setAside++
    return
  }
  if (!(time >= seen.first)) seen.first = time
  if (!(time <= seen.last)) seen.last = time
  let at = seen.hosts[host]
  if (at === undefined)
    at = seen.hosts[host] = { name: hostName, first: time, last: time, events: 0, activity: new Activity(span) }
  at.events++
  if (time < at.first) at.first = time
  if (time > at.last) at.last = time
  at.activity.note(time)
}
