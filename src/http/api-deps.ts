import type { Datafeed } from '../datafeed/datafeed.ts'
import type { Job } from '../domain/job.ts'
import type { EpochMs, Score } from '../domain/time.ts'
import type { EngineHealth } from '../engine/engine.ts'
import type { ExceptionList } from '../engine/exception-list.ts'
import type { SinkHealth } from '../engine/sink-loop.ts'
import type { Storage } from '../storage/storage.ts'
import type { History } from '../triage/history.ts'

/** A job as the API tells of it. */
export interface ServedJob {
  readonly job: Job
  readonly feed: Datafeed
  /** The lowest score that one of its rules alerts from; null while all of them are switched off. */
  readonly threshold: Score | null
  /** Its alerts are kept, and nobody is told of them. */
  readonly quiet?: boolean
}

/** What the resources of the API answer from: the storage, and the engine where one runs. */
export interface ApiDeps {
  readonly storage: Storage
  readonly exceptions: ExceptionList
  /** The default job first. */
  readonly jobs: readonly ServedJob[]
  readonly now: () => EpochMs
  /** Without it nobody takes events in, and answers are from the storage alone. */
  readonly engine?: RunningEngine
}

export interface RunningEngine {
  readonly started: EpochMs
  /** Our name among the servers that share the jobs of a cluster; none where a server is alone. */
  readonly server?: string
  health(): EngineHealth
  /** What a job remembers of the values that it saw. */
  historyOf(jobId: string): History | undefined
  sinks(): readonly SinkHealth[]
}
