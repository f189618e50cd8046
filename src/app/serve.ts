import type { Config } from '../config/schema.ts'
import type { Log } from '../domain/log.ts'
import { type Clock, systemClock } from '../engine/clock.ts'
import { Engine } from '../engine/engine.ts'
import { ExceptionList } from '../engine/exception-list.ts'
import type { JobToRun } from '../engine/job-to-run.ts'
import { api } from '../http/api.ts'
import { NO_KEYS, readApiKeys } from '../http/api-keys.ts'
import { elastic } from '../http/elastic.ts'
import { PushSource } from '../http/push-source.ts'
import { Renewal } from '../http/renewal.ts'
import { BODY_LIMITS } from '../http/request-body.ts'
import type { RoutesOptions } from '../http/routes.ts'
import { servedJob } from '../http/served-job.ts'
import { HttpServer } from '../http/server.ts'
import { sinkOf } from '../sinks/index.ts'
import type { Sink } from '../sinks/sink.ts'
import { SOURCES } from '../sources/index.ts'
import type { LiveSource } from '../sources/live-source.ts'
import { openStorage } from '../storage/index.ts'
import { KeptRejects } from '../storage/kept-rejects.ts'
import type { Storage } from '../storage/storage.ts'
import { alone, shared } from './server-work.ts'

export interface ServerOptions {
  readonly config: Config
  readonly jobs: readonly JobToRun[]
  readonly log: Log
  readonly clock?: Clock
  /** Besides those of the settings: what `--demo` plays, for one. */
  readonly sources?: readonly LiveSource[]
  readonly sinks?: readonly Sink[]
  /** Aborted when the start is to end: it may wait for a cluster for long. */
  readonly signal?: AbortSignal
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
  signal,
}: ServerOptions): Promise<RunningServer> {
  const closing: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const close of closing.reverse()) await close()
  }
  try {
    const served = jobs.map(servedJob)
    const storage = await openStorage(
      config.storage,
      served.map(({ feed }) => feed),
      { log, ...(signal && { signal }) },
    )
    closing.push(() => storage.close())
    const exceptions = new ExceptionList(storage.state)
    await exceptions.load()
    const openSinks = async () => [...(await opened(config.sink, sinkOf)), ...moreSinks]
    const rejects = config.storage.engine === 'embedded' ? new KeptRejects(config.storage.path) : undefined
    const addedExceptions = () => exceptions.items
    const pushed = new PushSource()
    const engine = new Engine({
      storage,
      // Where servers share the jobs, each job has an engine of its own, with whoever holds its lease.
      jobs: storage.shares ? [] : jobs,
      clock,
      log,
      addedExceptions,
      ...(rejects && { onReject: (source, reject) => rejects.keep(source, reject) }),
    })
    const parts = { engine, storage, jobs, openSinks, clock, log, addedExceptions }
    const work = storage.shares ? await shared({ ...parts, shares: storage.shares }) : await alone(parts)
    const { http } = config
    const now = () => clock.now()
    const resources = [
      api({
        storage,
        exceptions,
        jobs: served,
        now,
        engine: { started: now(), ...work.told },
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
    const live = [...(await opened(config.source, sourcesOf)).flat(), ...sources, pushed]
    // First of all the doors: who knocks while we start is told so, and a port that is taken ends the start before it does anything.
    const door = await openDoor(http, resources, { clock, log })
    closing.push(() => door.close())
    if (storage.shares) closing.push(followed(exceptions, { clock, log }))
    await work.start(live, closing)
    return { addresses: door.addresses, engine, storage, renew: () => door.renew(), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Keeps the exceptions as other servers make them, until it is called. */
function followed(exceptions: ExceptionList, { clock, log }: { readonly clock: Clock; readonly log: Log }) {
  const stopping = new AbortController()
  const following = exceptions.follow(clock, log, stopping.signal)
  return async () => {
    stopping.abort()
    await following
  }
}

/** Listens, and keeps keys and certificate as fresh as their files. */
async function openDoor(
  http: Config['http'],
  resources: RoutesOptions['resources'],
  { clock, log }: { readonly clock: Clock; readonly log: Log },
) {
  const { keys_file: keysFile, tls_cert_file: cert, tls_key_file: key } = http
  const files = {
    ...(keysFile !== undefined && { keysFile }),
    ...(cert !== undefined && key !== undefined && { tls: { cert, key } }),
  }
  const server = await HttpServer.open({
    listen: http.listen,
    socket: http.socket,
    hosts: http.hosts,
    keys: keysFile === undefined ? NO_KEYS : await readApiKeys(keysFile),
    resources,
    log,
    ...(files.tls && { tls: files.tls }),
  })
  const renewal = new Renewal({ server, ...files, clock, log })
  renewal.start()
  return {
    addresses: server.addresses,
    renew: () => renewal.renew(),
    async close() {
      await renewal.stop()
      await server.stop()
    },
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
