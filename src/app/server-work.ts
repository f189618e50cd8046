import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { ExceptionItem } from '../domain/exception.ts'
import type { Log } from '../domain/log.ts'
import type { Clock } from '../engine/clock.ts'
import type { Engine } from '../engine/engine.ts'
import type { JobToRun } from '../engine/job-to-run.ts'
import { Outbox } from '../engine/outbox.ts'
import { SharedWork } from '../engine/shared-work.ts'
import type { RunningEngine } from '../http/api-deps.ts'
import type { Sink } from '../sinks/sink.ts'
import type { LiveSource } from '../sources/live-source.ts'
import type { Storage } from '../storage/storage.ts'

/** What a server does besides answering: told to whoever asks, and begun when the doors are open. */
export interface ServerWork {
  readonly told: Omit<RunningEngine, 'started'>
  /** @param closing takes what is to be ended, the last first */
  start(live: readonly LiveSource[], closing: (() => Promise<void>)[]): Promise<void>
}

export interface WorkParts {
  readonly engine: Engine
  readonly storage: Storage
  readonly jobs: readonly JobToRun[]
  readonly openSinks: () => Promise<readonly Sink[]>
  readonly clock: Clock
  readonly log: Log
  readonly addedExceptions: () => readonly ExceptionItem[]
}

/** All of it: one engine takes events in and does every job. */
export async function alone({ engine, storage, openSinks, clock, log }: WorkParts): Promise<ServerWork> {
  const outbox = new Outbox(await openSinks(), { ...storage, clock, log, random: Math.random })
  return {
    told: {
      health: () => engine.health(),
      historyOf: (jobId) => engine.historyOf(jobId),
      sinks: () => outbox.health,
    },
    async start(live, closing) {
      await outbox.start()
      closing.push(() => outbox.stop())
      await engine.start(live)
      closing.push(() => engine.stop())
    },
  }
}

/** A share of it: this server takes jobs that no other has, and the engine of its own only follows the clock. */
export async function shared(
  parts: WorkParts & { readonly shares: NonNullable<Storage['shares']> },
): Promise<ServerWork> {
  const { engine, openSinks } = parts
  // A sink that cannot be opened ends the start, though its turn may come later or never.
  for (const sink of await openSinks()) await sink.close()
  const holder = `${hostname()}-${randomUUID().slice(0, 8)}`
  const work = new SharedWork({ ...parts, sinks: openSinks, holder })
  return {
    told: {
      server: holder,
      health() {
        const own = engine.health()
        return { ...own, jobs: work.jobs, problems: [...own.problems, ...work.problems] }
      },
      historyOf: (jobId) => work.historyOf(jobId),
      sinks: () => work.sinks,
    },
    async start(live, closing) {
      await engine.start(live)
      closing.push(() => engine.stop())
      work.start()
      closing.push(() => work.stop())
    },
  }
}
