import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { type RunningServer, startServer } from '../app/serve.ts'
import { openLog } from '../config/log.ts'
import type { Config } from '../config/schema.ts'
import { DemoPlay } from '../scenario/demo-play.ts'
import { TailedLog } from '../sources/tailed-log.ts'
import { AlertTeller } from './alert-teller.ts'
import { EXIT } from './failure.ts'
import { jobsToRun } from './jobs-to-run.ts'
import { type SettingsOptions, settingsOf } from './settings.ts'
import { tellNotes } from './start-notes.ts'
import { type Io, Terminal } from './terminal.ts'

export interface ServeOptions extends SettingsOptions {
  readonly listen?: readonly string[]
  readonly demo?: true
  readonly seed: number
}

/**
 * A heap may double between two collections: V8 would let it grow fourfold where much is allocated, and a server shares its machine. In
 * per cent.
 */
const HEAP_GROWTH = 100

/** `oddsock serve`: runs until it is told to stop; a second signal ends it at once. */
export async function serve(options: ServeOptions, io: Io): Promise<number> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`)
  const demo = options.demo ? await Demo.begin(options.seed) : undefined
  const config = configOf(options, io, demo)
  const log = openLog(config.log, io.stderr)
  const terminal = new Terminal(io)
  const stopped = untilStopped()
  let server: RunningServer | undefined
  try {
    const { jobs, ...said } = await jobsToRun(config)
    tellNotes(said, terminal)
    server = await startServer({
      config,
      jobs,
      log,
      sources: demo ? await demo.sources() : [],
      sinks: io.stdout.isTTY || demo ? [new AlertTeller(terminal)] : [],
      signal: stopped.signal,
    })
    // Who closes the terminal means to end what runs in it.
    if (!io.stdout.isTTY) process.on('SIGHUP', () => void server?.renew())
    log.info('Listening', { addresses: server.addresses })
    terminal.note(`oddsock is running: ${server.addresses[0]} has the report; Ctrl-C stops it`)
    for (const line of demo?.manual ?? []) terminal.note(line)
    void demo?.play(server, stopped.signal)
    log.info('Stopping', { signal: await stopped.promise })
    await server.stop()
    server = undefined
    log.info('Stopped')
    return EXIT.fine
  } catch (error) {
    // It was told to stop while it still waited for the storage.
    if (stopped.signal.aborted && (error as { code?: string }).code === 'STORAGE_CLOSED') return EXIT.fine
    throw error
  } finally {
    await server?.stop()
    await demo?.end()
  }
}

/** The demo knows nothing but itself: neither this machine's log nor its store. */
function configOf(options: ServeOptions, io: Io, demo?: Demo): Config {
  const flags = [
    ...(options.listen === undefined ? [] : [{ flag: '--listen', setting: 'http.listen', value: options.listen }]),
    ...(demo ? [{ flag: '--demo', setting: 'source', value: [] }] : []),
  ]
  return settingsOf({ ...options, ...(demo && { state: demo.state }) }, io, flags).config
}

/** Resolves at the first signal to stop; after it the usual way of a second one is free again. */
function untilStopped(): { readonly promise: Promise<string>; readonly signal: AbortSignal } {
  const stopping = new AbortController()
  const signals = ['SIGINT', 'SIGTERM'] as const
  // Other commands end at once; this one has something to finish.
  process.removeAllListeners('SIGINT')
  const promise = new Promise<string>((resolve) => {
    for (const signal of signals)
      process.once(signal, () => {
        for (const name of signals) process.on(name, () => process.exit(EXIT.interrupted))
        stopping.abort()
        resolve(signal)
      })
  })
  return { promise, signal: stopping.signal }
}

/** The demo fleet in a folder of its own, which is gone afterwards. */
class Demo {
  readonly #folder: string
  readonly #play: DemoPlay

  private constructor(folder: string, seed: number) {
    this.#folder = folder
    this.#play = new DemoPlay(join(folder, 'logs'), seed, Date.now)
  }

  static async begin(seed: number): Promise<Demo> {
    return new Demo(await mkdtemp(join(tmpdir(), 'oddsock-demo-')), seed)
  }

  get state(): string {
    return join(this.#folder, 'state')
  }

  /** What somebody who looks on should know. */
  get manual(): string[] {
    return [
      'It goes through eight days of a made-up fleet now; its alerts of the last day, and what happens from then on, come here.',
      `In another terminal: oddsock alerts list --state ${this.state}`,
    ]
  }

  async sources(): Promise<TailedLog[]> {
    const paths = await this.#play.writePast()
    return paths.map((path) => new TailedLog(path, { host: path.split('/').at(-2)! }))
  }

  /** Time goes on in the fleet once the server has taken in its past. */
  async play({ engine }: RunningServer, signal: AbortSignal): Promise<void> {
    while (engine.health().state !== 'running' && !signal.aborted) await sleep(200)
    await this.#play.play(signal)
  }

  async end(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}
