import type { Config } from '../config/schema.ts'
import type { Log } from '../domain/log.ts'
import { type Clock, systemClock } from '../engine/clock.ts'
import { Engine } from '../engine/engine.ts'
import { ExceptionList } from '../engine/exception-list.ts'
import type { JobToRun } from '../engine/job-runner.ts'
import { Outbox } from '../engine/outbox.ts'
import { api } from '../http/api.ts'
import { NO_KEYS, readApiKeys } from '../http/api-keys.ts'
import { elastic } from '../http/elastic.ts'
import { PushSource } from '../http/push-source.ts'
import { Renewal } from '../http/renewal.ts'
import { BODY_LIMITS } from '../http/request-body.ts'
import { servedJob } from '../http/served-job.ts'
import { HttpServer } from '../http/server.ts'
import { sinkOf } from '../sinks/index.ts'
import type { Sink } from '../sinks/sink.ts'
import { SOURCES } from '../sources/index.ts'
import type { LiveSource } from '../sources/live-source.ts'
import { fieldsOfFeed } from '../storage/embedded/kinds.ts'
import { openStorage } from '../storage/index.ts'
import { KeptRejects } from '../storage/kept-rejects.ts'
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
  /** Reads API keys and certificate again; it happens by itself when their files change. */
  renew(): Promise<void>
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
    const rejects = config.storage.engine === 'embedded' ? new KeptRejects(config.storage.path) : undefined
    const engine = new Engine({
      storage,
      jobs,
      clock,
      log,
      addedExceptions: () => exceptions.items,
      ...(rejects && { onReject: (source, reject) => rejects.keep(source, reject) }),
    })
    const { http } = config
    const now = () => clock.now()
    const pushed = new PushSource()
    const running = {
      started: now(),
      health: () => engine.health(),
      historyOf: (jobId: string) => engine.historyOf(jobId),
      sinks: () => outbox.health,
    }
    const resources = [
      api({
        storage,
        exceptions,
        jobs: served,
        now,
        engine: running,
        ...(storage.backup && { backup: (folder: string) => storage.backup!(folder) }),
      }),
      elastic({
        source: pushed,
        now,
        log,
        limits: { ...BODY_LIMITS, bytes: http.max_body },
        ...(http.elastic_version !== undefined && { version: http.elastic_version }),
      }),
    ]
    const keys = http.keys_file === undefined ? NO_KEYS : await readApiKeys(http.keys_file)
    const live = [...(await opened(config.source, sourcesOf)).flat(), ...sources, pushed]
    await outbox.start()
    closing.push(() => outbox.stop())
    await engine.start(live)
    closing.push(() => engine.stop())
    const tls = http.tls_cert_file !== undefined &&
      http.tls_key_file !== undefined && { tls: { cert: http.tls_cert_file, key: http.tls_key_file } }
    const server = await HttpServer.open({
      listen: http.listen,
      socket: http.socket,
      hosts: http.hosts,
      keys,
      resources,
      log,
      ...tls,
    })
    closing.push(() => server.stop())
    const keysFile = http.keys_file !== undefined && { keysFile: http.keys_file }
    const renewal = new Renewal({ server, ...keysFile, ...tls, clock, log })
    renewal.start()
    closing.push(() => renewal.stop())
    return { addresses: server.addresses, engine, storage, renew: () => renewal.renew(), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The sources behind an entry of the settings, which were checked by the catalogue. */
async function sourcesOf({ type, options }: Config['source'][number]): Promise<readonly LiveSource[]> {
  const found = SOURCES.find(({ name }) => name === type)
  if (!found) throw new RangeError(`Cannot open a source of type "${type}": settings are checked before`)
  return found.open(options as never)
}

async function opened<Settings, T>(list: readonly Settings[], open: (settings: Settings) => Promise<T>): Promise<T[]> {
  const all: T[] = []
  for (const settings of list) all.push(await open(settings))
  return all
}
