import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RunningServer, startServer } from '../app/serve.ts'
import { loadJob } from '../config/content.ts'
import { type FlagSetting, loadConfig } from '../config/load.ts'
import { openLog } from '../config/log.ts'
import type { Config } from '../config/schema.ts'
import type { JobToRun } from '../engine/job-runner.ts'
import { DemoPlay } from '../scenario/demo-play.ts'
import { SINKS } from '../sinks/index.ts'
import { TailedLog } from '../sources/tailed-log.ts'
import { AlertTeller } from './alert-teller.ts'
import { EXIT } from './failure.ts'
import { rulesFor } from './rules-for.ts'
import { type Io, Terminal } from './terminal.ts'

export interface ServeOptions {
  readonly config?: string
  readonly state?: string
  readonly listen?: readonly string[]
  readonly demo?: true
  readonly seed: number
}

/** `oddsock serve`: runs until it is told to stop; a second signal ends it at once. */
export async function serve(options: ServeOptions, io: Io): Promise<number> {
  const demo = options.demo ? await Demo.begin(options.seed) : undefined
  const config = configOf(options, io, demo)
  const log = openLog(config.log, io.stderr)
  const terminal = new Terminal(io)
  const stopped = untilStopped()
  let server: RunningServer | undefined
  try {
    server = await startServer({
      config,
      jobs: await jobsOf(config),
      log,
      sources: demo ? await demo.sources() : [],
      sinks: io.stdout.isTTY || demo ? [new AlertTeller(terminal)] : [],
    })
    log.info('Listening', { addresses: server.addresses })
    terminal.note(`oddsock is running: ${server.addresses[0]} has the report; Ctrl-C stops it`)
    void demo?.play(server, stopped.signal)
    await stopped.promise
    log.info('Stopping')
    await server.stop()
    server = undefined
    log.info('Stopped')
    return EXIT.fine
  } finally {
    await server?.stop()
    await demo?.end()
  }
}

function configOf(options: ServeOptions, io: Io, demo?: Demo): Config {
  const flags: FlagSetting[] = []
  const state = demo?.state ?? options.state
  if (state !== undefined) flags.push({ flag: '--state', setting: 'storage.path', value: state })
  if (options.listen !== undefined) flags.push({ flag: '--listen', setting: 'http.listen', value: options.listen })
  if (demo) flags.push({ flag: '--demo', setting: 'source', value: [] })
  const file = options.config
  return loadConfig({ env: io.env, flags, catalogues: { sources: [], sinks: SINKS }, ...(file && { file }) }).config
}

/** The jobs of the settings, each with the rules that judge it. */
async function jobsOf(config: Config): Promise<JobToRun[]> {
  const jobs: JobToRun[] = []
  for (const id of config.jobs) {
    const loaded = await loadJob(id)
    const { rules, exceptions } = await rulesFor(loaded, config.rules)
    jobs.push({ ...loaded, rules: rules.map((rule) => ({ rule, exceptions })) })
  }
  return jobs
}

/** Resolves at the first signal to stop; after it the usual way of a second one is free again. */
function untilStopped(): { readonly promise: Promise<void>; readonly signal: AbortSignal } {
  const stopping = new AbortController()
  const signals = ['SIGINT', 'SIGTERM'] as const
  // Other commands end at once; this one has something to finish.
  process.removeAllListeners('SIGINT')
  const promise = new Promise<void>((resolve) => {
    for (const signal of signals)
      process.once(signal, () => {
        for (const name of signals) process.on(name, () => process.exit(EXIT.interrupted))
        stopping.abort()
        resolve()
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
