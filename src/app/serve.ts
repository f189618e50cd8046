import type { Config } from '../config/schema.ts'
import { compileDatafeed } from '../datafeed/datafeed.ts'
import type { Log } from '../domain/log.ts'
import { type Clock, systemClock } from '../engine/clock.ts'
import { Engine } from '../engine/engine.ts'
import { ExceptionList } from '../engine/exception-list.ts'
import type { JobToRun } from '../engine/job-runner.ts'
import { Outbox } from '../engine/outbox.ts'
import { api } from '../http/api.ts'
import type { ServedJob } from '../http/api-deps.ts'
import { NO_KEYS, readApiKeys } from '../http/api-keys.ts'
import { elastic } from '../http/elastic.ts'
import { PushSource } from '../http/push-source.ts'
import { HttpServer } from '../http/server.ts'
import { fieldsOfExceptions } from '../rules/exceptions.ts'
import { sinkOf } from '../sinks/index.ts'
import type { Sink } from '../sinks/sink.ts'
import type { LiveSource } from '../sources/live-source.ts'
import { fieldsOfFeed } from '../storage/embedded/kinds.ts'
import { openStorage } from '../storage/index.ts'
import type { Storage } from '../storage/storage.ts'

export interface ServerOptions {
  readonly config: Config
  readonly jobs: readonly JobToRun[]
  readonly log: Log
  readonly clock?: Clock
  /** Besides those of the settings: what `--demo` plays, for one. */
  readonly sources?: readonly LiveSource[]
  readonly sinks?: readonly Sink[]
}

/** A server that runs. */
export interface RunningServer {
  /** Where it can be called. */
  readonly addresses: readonly string[]
  readonly engine: Engine
  readonly storage: Storage
  /** Everything taken in is committed, every job saved, nothing is left open. */
  stop(): Promise<void>
}

/**
 * Builds the product that goes on: storage, engine, sources, sinks and listeners, in the order in which each needs the one before.
 * What fails on the way closes what was opened.
 *
 * @throws AppError of the storage, the keys, the listeners, a sink or a source
 */
export async function startServer({
  config,
  jobs,
  log,
  clock = systemClock,
  sources = [],
  sinks: moreSinks = [],
}: ServerOptions): Promise<RunningServer> {
  const closing: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const close of closing.reverse()) await close()
  }
  try {
    const served = jobs.map(servedJob)
    const fields = [...new Set(served.flatMap(({ feed }) => fieldsOfFeed(feed)))]
    const storage = await openStorage(config.storage, fields)
    closing.push(() => storage.close())
    const exceptions = new ExceptionList(storage.state)
    await exceptions.load()
    const sinks = [...(await opened(config.sink, sinkOf)), ...moreSinks]
    const outbox = new Outbox(sinks, { ...storage, clock, log, random: Math.random })
    const engine = new Engine({ storage, jobs, clock, log, addedExceptions: () => exceptions.items })
    const { http } = config
    const now = () => clock.now()
    const pushed = new PushSource()
    const running = { started: now(), health: () => engine.health(), sinks: () => outbox.health }
    const resources = [
      api({ storage, exceptions, jobs: served, now, engine: running }),
      elastic({ source: pushed, now, log }),
    ]
    const keys = http.keys_file === undefined ? NO_KEYS : await readApiKeys(http.keys_file)
    const live = [...sources, pushed]
    await outbox.start()
    closing.push(() => outbox.stop())
    await engine.start(live)
    closing.push(() => engine.stop())
    const server = await HttpServer.open({
      listen: http.listen,
      socket: http.socket,
      hosts: http.hosts,
      keys,
      resources,
      log,
      ...(http.tls_cert_file !== undefined &&
        http.tls_key_file !== undefined && { tls: { cert: http.tls_cert_file, key: http.tls_key_file } }),
    })
    closing.push(() => server.stop())
    return { addresses: server.addresses, engine, storage, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function servedJob({ job, datafeed, profile, rules }: JobToRun): ServedJob {
  const extraFields = fieldsOfExceptions(rules.flatMap(({ exceptions }) => exceptions))
  const feed = compileDatafeed(job, datafeed, { extraFields, ...(profile && { profile }) })
  const thresholds = rules.flatMap(({ rule }) => rule.anomaly_threshold ?? [])
  return { job, feed, threshold: Math.min(...thresholds, 100) }
}

async function opened<Settings, T>(list: readonly Settings[], open: (settings: Settings) => Promise<T>): Promise<T[]> {
  const all: T[] = []
  for (const settings of list) all.push(await open(settings))
  return all
}
