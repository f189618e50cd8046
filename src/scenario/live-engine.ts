import { deriveFields } from '../domain/derive.ts'
import type { EcsEvent } from '../domain/event.ts'
import { values } from '../domain/field.ts'
import { SILENT } from '../domain/log.ts'
import { type EpochMs, parseTime } from '../domain/time.ts'
import { FakeClock } from '../engine/clock.ts'
import { Cursors } from '../engine/cursors.ts'
import { EngineClock } from '../engine/engine-clock.ts'
import { Ingest } from '../engine/ingest.ts'
import { JobRunner } from '../engine/job-runner.ts'
import type { RuleAndExceptions } from '../engine/judging.ts'
import { Ticks } from '../engine/ticks.ts'
import type { Storage } from '../storage/storage.ts'
import type { CastJob } from './cast.ts'

/**
 * The parts of a server, driven by hand: each event that is taken is committed, and everything that it makes due is done before the
 * next. The time of day is `event.ingested`, as for a sender that is never late.
 */
export class LiveEngine {
  readonly #storage: Storage
  readonly #time = new FakeClock(Number.NEGATIVE_INFINITY)
  readonly #clock = new EngineClock()
  readonly #ingest: Ingest
  readonly #runner: JobRunner

  constructor(castJob: CastJob, rules: readonly RuleAndExceptions[], storage: Storage) {
    this.#storage = storage
    const ticks = new Ticks(storage.state)
    const timeOfDay = () => this.#time.now()
    this.#runner = new JobRunner({ ...castJob, rules }, { storage, ticks, timeOfDay, log: SILENT })
    this.#ingest = new Ingest({
      events: storage.events,
      cursors: new Cursors(storage.state),
      clock: this.#time,
      engineClock: this.#clock,
      log: SILENT,
      onCommitted: () => {},
    })
  }

  /** Takes up where the last life has stopped. */
  async start(): Promise<void> {
    const last = await this.#storage.events.last()
    if (last) this.#clock.ingested(last.clock, last.clock)
    await this.#runner.start()
    await this.#runner.advance(this.#clock.now)
  }

  /** One event as it comes in; a copy of one that is stored changes nothing. */
  async take(event: EcsEvent): Promise<void> {
    this.#time.set(parseTime(values(event, 'event.ingested')[0]))
    await this.#ingest.take({ source: 'story', events: [deriveFields(event)], clock: 'receipt' })
    await this.#runner.advance(this.#clock.now)
  }

  /** What the open buckets say, as provisional alerts. */
  async trial(): Promise<void> {
    const last = await this.#storage.events.last()
    if (last) await this.#runner.trial(this.#clock.now, last.seq)
  }

  /** Stops in order, so that the next start has nothing to do again. */
  async stop(): Promise<void> {
    await this.#ingest.close()
    await this.#runner.save()
  }

  /** Nothing more comes: what is open closes, as at the end of a scan. */
  async finish(lastEvent: EpochMs): Promise<void> {
    await this.#runner.finish(lastEvent)
  }
}
