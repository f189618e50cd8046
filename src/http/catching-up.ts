import { isoTime } from '../domain/time.ts'
import { moment } from '../domain/words.ts'
import type { EngineHealth } from '../engine/engine.ts'
import type { ServedJob } from './api-deps.ts'

/** How far a server is that goes through history: the slowest job is at `at`, and events are there up to `of`. ISO 8601. */
export interface CatchingUp {
  readonly at: string
  readonly of: string
}

/** A job that keeps up has its open bucket and those that wait for late events behind the clock, and no more. */
const FEW_BUCKETS = 4

/** Nothing while all jobs keep up, or before there is anything to go through. */
export function catchingUp({ state, clock, jobs }: EngineHealth, served: readonly ServedJob[]): CatchingUp | undefined {
  const isBehind = ({ job_id, openFrom }: EngineHealth['jobs'][number]) => {
    const feed = served.find(({ job }) => job.job_id === job_id)?.feed
    return feed !== undefined && clock - openFrom > FEW_BUCKETS * feed.bucketSpan + feed.queryDelay
  }
  const behind = jobs.filter((job) => (state === 'catching up' ? !Number.isNaN(job.openFrom) : isBehind(job)))
  if (behind.length === 0 || !Number.isFinite(clock)) return undefined
  return { at: isoTime(Math.min(...behind.map(({ openFrom }) => openFrom))), of: isoTime(clock) }
}

/** @example progressOf({ at: '2026-11-14T03:00:00.000Z', of: '2026-11-24T12:15:00.000Z' }) // '2026-11-14 03:00 UTC of 2026-11-24 12:15 UTC' */
export function progressOf({ at, of }: CatchingUp): string {
  return `${moment(Date.parse(at))} of ${moment(Date.parse(of))}`
}

/** What a reader of alerts should know meanwhile. */
export function catchingUpSentence(history: CatchingUp): string {
  return `Catching up: ${progressOf(history)}. What happened later is still to be judged.`
}
