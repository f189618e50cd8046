import { stat } from 'node:fs/promises'
import { AppError } from '../domain/error.ts'
import type { Log } from '../domain/log.ts'
import { type DurationMs, SECOND } from '../domain/time.ts'
import type { Clock } from '../engine/clock.ts'
import { readApiKeys } from './api-keys.ts'
import type { HttpServer } from './server.ts'
import { readTls, type TlsFiles } from './tls.ts'

/** How often the files are looked at. */
const LOOK_EVERY: DurationMs = 5 * SECOND

export interface RenewalOptions {
  readonly server: Pick<HttpServer, 'renew'>
  readonly keysFile?: string
  readonly tls?: TlsFiles
  readonly clock: Clock
  readonly log: Log
}

/**
 * Gives a server its API keys and its certificate anew when their files have changed, while it runs. What cannot be read, such as a
 * certificate whose key is not there yet, changes nothing, and is tried again when the files change again.
 */
export class Renewal {
  readonly #options: RenewalOptions
  readonly #files: readonly string[]
  readonly #stopping = new AbortController()
  #seen: string | undefined
  #running: Promise<void> | undefined

  constructor(options: RenewalOptions) {
    this.#options = options
    const { keysFile, tls } = options
    this.#files = [keysFile, tls?.cert, tls?.key].filter((file) => file !== undefined)
  }

  /** Looks at the files now and then, until `stop`. */
  start(): void {
    if (this.#files.length > 0) this.#running = this.#watch()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  /** Reads the files, changed or not. One that is damaged keeps nobody from taking a key away by the other. */
  async renew(): Promise<void> {
    const { server, keysFile, tls } = this.#options
    if (keysFile !== undefined)
      await this.#try('API keys', async () => server.renew({ keys: await readApiKeys(keysFile) }))
    if (tls) await this.#try('Certificate', async () => server.renew({ tls: await readTls(tls) }))
  }

  async #try(what: string, renew: () => Promise<void>): Promise<void> {
    const { log } = this.#options
    try {
      await renew()
      log.info(`${what} renewed`)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      log.error(`${what} not renewed: the old hold`, { error: error.message, where: error.where })
    }
  }

  async #watch(): Promise<void> {
    const { clock } = this.#options
    // Before the first sleep, since they may have changed after the server has read them.
    this.#seen = await this.#looks()
    while (!this.#stopping.signal.aborted) {
      await clock.sleep(LOOK_EVERY, this.#stopping.signal)
      const looks = await this.#looks()
      if (this.#stopping.signal.aborted || looks === this.#seen) continue
      this.#seen = looks
      await this.renew()
    }
  }

  /** Changes when one of the files does, or another is put in its place. */
  async #looks(): Promise<string> {
    const looks = this.#files.map(async (file) => {
      const found = await stat(file).catch(() => undefined)
      return found ? `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}` : 'none'
    })
    return (await Promise.all(looks)).join()
  }
}
