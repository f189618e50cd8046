import type { Log } from '../domain/log.ts'
import type { Sink } from '../sinks/sink.ts'
import type { Share, Storage } from '../storage/storage.ts'
import type { History } from '../triage/history.ts'
import type { Clock } from './clock.ts'
import { Engine, type JobHealth } from './engine.ts'
import type { JobToRun } from './job-to-run.ts'
import type { JudgingOptions } from './judging.ts'
import { type Lease, Leases } from './lease.ts'
import { Outbox } from './outbox.ts'
import type { SinkHealth } from './sink-loop.ts'
import { tendLoop } from './tend-loop.ts'
import { type Work, Worker } from './worker.ts'

/** The name of the work that is no job: passing notices on. One server does it, so that nobody is told twice. */
export const SINKS = 'sinks'

/** The name of the work of dropping what is older than it is to be kept. */
export const RETENTION = 'retention'

const JOB = 'job/'

/** The name of the lease of a job. */
export function workOfJob(jobId: string): string {
  return JOB + jobId
}

export interface SharedWorkOptions extends JudgingOptions {
  readonly storage: Storage
  /** Opens what the holder of a lease writes to: `shares` of the storage. */
  readonly shares: NonNullable<Storage['shares']>
  readonly jobs: readonly JobToRun[]
  /** Opens the sinks anew each time that passing on has come to us; who has it closes them. */
  readonly sinks: () => Promise<readonly Sink[]>
  readonly clock: Clock
  readonly log: Log
  /** Our name among the servers: unique among them and among our lives. */
  readonly holder: string
}

/**
 * The jobs, the sinks and the retention of a server that is one of several on a store. Each is done by whoever holds its lease, on a share of the
 * store that is closed at once when the lease is lost.
 */
export class SharedWork {
  readonly holder: string
  readonly #options: SharedWorkOptions
  readonly #worker: Worker
  readonly #engines = new Map<string, Engine>()
  #outbox: Outbox | undefined
  /** Settles when a start of the sinks that is under way has ended. */
  #sinksOpening: Promise<unknown> = Promise.resolve()

  constructor(options: SharedWorkOptions) {
    const { storage, jobs, clock, log, holder } = options
    this.holder = holder
    this.#options = options
    this.#worker = new Worker({
      leases: new Leases({ state: storage.state, clock, holder }),
      clock,
      log,
      // Sinks first: one that is new tells of what comes from then on.
      names: [SINKS, ...jobs.map(({ job }) => workOfJob(job.job_id)), RETENTION],
      start: (lease) => {
        if (lease.name === SINKS) return this.#startSinks()
        return lease.name === RETENTION ? this.#startRetention() : this.#startJob(lease)
      },
    })
  }

  start(): void {
    this.#worker.start()
  }

  /** Gives everything back in good order: other servers go on with it within seconds. */
  stop(): Promise<void> {
    return this.#worker.stop()
  }

  /** Of the jobs that are ours now. */
  get jobs(): readonly JobHealth[] {
    return [...this.#engines.values()].flatMap((engine) => engine.health().jobs)
  }

  /** What is wrong with the jobs that are ours now, for people. */
  get problems(): readonly string[] {
    return [...this.#engines].flatMap(([jobId, engine]) =>
      engine.health().problems.map((problem) => `${jobId}: ${problem}`),
    )
  }

  /** Empty while another server passes notices on. */
  get sinks(): readonly SinkHealth[] {
    return this.#outbox?.health ?? []
  }

  historyOf(jobId: string): History | undefined {
    return this.#engines.get(jobId)?.historyOf(jobId)
  }

  async #startJob({ name }: Lease): Promise<Work> {
    await this.#sinksOpening
    const jobId = name.slice(JOB.length)
    const share = await this.#options.shares(jobId)
    const jobs = this.#options.jobs.filter(({ job }) => job.job_id === jobId)
    const engine = new Engine({ ...this.#options, storage: share, jobs })
    const part = {
      begin: async () => {
        await engine.start()
        this.#engines.set(jobId, engine)
      },
      end: () => {
        this.#engines.delete(jobId)
        return engine.stop()
      },
    }
    return started(share, part, this.#options.log)
  }

  async #startSinks(): Promise<Work> {
    const { shares, clock, log, sinks } = this.#options
    const start = async () => {
      const open = await sinks()
      const share = await shares(SINKS)
      const outbox = new Outbox(open, { ...share, clock, log, random: Math.random })
      const part = {
        begin: async () => {
          await outbox.start()
          this.#outbox = outbox
        },
        end: () => {
          this.#outbox = undefined
          return outbox.stop()
        },
      }
      return started(share, part, log)
    }
    const starting = start()
    this.#sinksOpening = starting.catch(() => {})
    return starting
  }

  async #startRetention(): Promise<Work> {
    const { shares, clock, log } = this.#options
    const share = await shares(RETENTION)
    const stopping = new AbortController()
    const { signal } = stopping
    let tending = Promise.resolve()
    const part = {
      begin: async () => {
        tending = tendLoop(() => share.dropOld(clock.now()), { clock, log, signal })
      },
      end: () => {
        stopping.abort()
        return tending
      },
    }
    return started(share, part, log)
  }
}

interface Part {
  begin(): Promise<void>
  end(): Promise<void>
}

/** Begins a part on its share. What cannot begin leaves nothing open. */
async function started(share: Share, { begin, end }: Part, log: Log): Promise<Work> {
  const drop = async () => {
    await share.abandon()
    // It wishes to save something, and may not any more.
    await end().catch((error) => log.debug('Work ended without saving', { error: String(error) }))
  }
  try {
    await begin()
  } catch (error) {
    await drop()
    throw error
  }
  return {
    drop,
    async stop() {
      await end()
      await share.close()
    },
  }
}
