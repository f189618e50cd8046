import type { Config } from '../config/schema.ts'
import type { Log } from '../domain/log.ts'
import type { EpochMs } from '../domain/time.ts'
import { mergedBacklogs, type PastEvent } from '../engine/backlog.ts'
import { systemClock } from '../engine/clock.ts'
import { Cursors } from '../engine/cursors.ts'
import { EngineClock } from '../engine/engine-clock.ts'
import { Ingest } from '../engine/ingest.ts'
import { feedOf, type JobToRun } from '../engine/job-to-run.ts'
import { type TooOld, tooOldSince } from '../engine/too-old.ts'
import type { LiveSource } from '../sources/live-source.ts'
import { openStorage, PATIENCE_OF_COMMANDS } from '../storage/index.ts'

export interface LoadOptions {
  readonly config: Pick<Config, 'storage'>
  /** The jobs of the server, which go through it at its next start. */
  readonly jobs: readonly JobToRun[]
  readonly sources: readonly LiveSource[]
  readonly log: Log
  readonly onProgress?: (events: number) => void
}

export interface Loaded {
  /** Events read, copies of what the store has among them. */
  readonly read: number
  /** Events that the store did not have. */
  readonly added: number
  readonly rejects: ReadonlyMap<string, number>
  /** What is too old for a job that has begun with something newer: kept, and not learned. */
  readonly tooOld: readonly TooOld[]
  /** The clock of the sequence; NaN when nothing was stored. */
  readonly clock: EpochMs
}

const TOGETHER = 5_000

/**
 * Appends the past to a store on which no server runs; jobs go through it when one starts. Several inputs become one sequence by time, as
 * at the start of a server.
 *
 * @throws AppError STORE_IN_USE while a server runs, and others of the storage
 */
export async function loadHistory({ config, jobs, sources, log, onProgress }: LoadOptions): Promise<Loaded> {
  const storage = await openStorage(config.storage, jobs.map(feedOf), { patience: PATIENCE_OF_COMMANDS })
  try {
    const before = await storage.events.last()
    const engineClock = new EngineClock()
    if (before) engineClock.ingested(before.clock, before.clock)
    const cursors = new Cursors(storage.state)
    const ingest = new Ingest({
      events: storage.events,
      cursors,
      clock: systemClock,
      engineClock,
      log,
      onCommitted() {},
    })
    let past: PastEvent[] = []
    const commit = async () => {
      await ingest.takePast(past)
      past = []
      onProgress?.(ingest.figures.events)
    }
    const opened = sources.map((source) => ({ source, cursor: undefined }))
    const sink = { async onCursor() {}, reject: ingest.reject.bind(ingest) }
    for await (const event of mergedBacklogs(opened, sink)) if (past.push(event) === TOGETHER) await commit()
    await commit()
    const after = await storage.events.last()
    return {
      read: ingest.figures.events,
      added: (after?.seq ?? 0) - (before?.seq ?? 0),
      rejects: ingest.rejects,
      tooOld: before ? await tooOldSince(storage, jobs, before) : [],
      clock: after?.clock ?? Number.NaN,
    }
  } finally {
    for (const source of sources) await source.stop()
    await storage.close()
  }
}
