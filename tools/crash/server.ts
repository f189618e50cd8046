import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { request } from 'undici'
import { SECOND } from '../../src/domain/time.ts'
import { systemClock } from '../../src/engine/clock.ts'

export interface ServerOptions {
  /** Program and arguments. */
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** `http://127.0.0.1:9277` */
  readonly url: string
  /** What it writes to stdout and stderr goes here. */
  readonly log: string
}

/** The real server as a process of its own, which may be killed. */
export class Server {
  readonly #options: ServerOptions
  readonly #output: WriteStream
  #child: ChildProcess | undefined

  constructor(options: ServerOptions) {
    this.#options = options
    this.#output = createWriteStream(options.log, { flags: 'a' })
  }

  get url(): string {
    return this.#options.url
  }

  /** The file into which it writes. */
  get log(): string {
    return this.#options.log
  }

  get pid(): number {
    return this.#child?.pid ?? Number.NaN
  }

  get runs(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** @throws Error where it has ended by itself */
  mustRun(): void {
    if (!this.runs) throw new Error(`The server has ended by itself: see ${this.#options.log}`)
  }

  start(): void {
    const [program, ...args] = this.#options.command
    this.#child = spawn(program!, args, {
      env: { ...process.env, ...this.#options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child.stdout?.pipe(this.#output, { end: false })
    this.#child.stderr?.pipe(this.#output, { end: false })
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(name)
  }

  /** As by a power cut, as far as a process can tell. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** In order. @returns exit code and how long it took; a signal's name where it was killed */
  async stop(): Promise<{ readonly code: number | string | null; readonly ms: number }> {
    const began = performance.now()
    const code = await this.#end('SIGTERM')
    return { code, ms: performance.now() - began }
  }

  /** Ends by itself, as a second server on the same store has to. */
  async ended(within: number): Promise<number | string | null> {
    if (!this.runs) return this.#child?.exitCode ?? null
    const ended = once(this.#child!, 'exit').then(([code, signal]) => code ?? signal)
    const late = systemClock.sleep(within).then(() => 'still running')
    return Promise.race([ended, late])
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | string | null> {
    if (!this.runs) return this.#child?.exitCode ?? null
    const exit = once(this.#child!, 'exit')
    this.#child!.kill(signal)
    const [code, by] = await exit
    return code ?? by
  }

  /** JSON from the server; undefined while it does not answer. */
  async get(path: string): Promise<unknown> {
    try {
      const { statusCode, body } = await request(this.#options.url + path, { signal: AbortSignal.timeout(5 * SECOND) })
      const text = await body.text()
      return statusCode === 200 ? JSON.parse(text) : undefined
    } catch {
      return undefined
    }
  }

  /** @throws Error when it is not so within this time */
  async until(what: string, within: number, holds: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + within
    while (!(await holds())) {
      this.mustRun()
      if (performance.now() > end) throw new Error(`Not within ${within / SECOND} s: ${what}; see ${this.#options.log}`)
      await systemClock.sleep(200)
    }
  }
}

/** A port of the loopback that nobody uses at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
