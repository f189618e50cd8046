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

/** What is read anew together, and the files that it is in. */
interface Renewable {
  readonly what: string
  readonly files: readonly string[]
  renew(): Promise<void>
  /** How its files looked when last looked at. */
  seen?: string
}

/**
 * Gives a server its API keys and its certificate anew when their files have changed, while it runs. What cannot be read, such as a
 * certificate whose key is not there yet, changes nothing, and is tried again when the files change again.
 */
export class Renewal {
  readonly #clock: Clock
  readonly #log: Log
  readonly #parts: readonly Renewable[]
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined

  constructor({ server, keysFile, tls, clock, log }: RenewalOptions) {
    this.#clock = clock
    this.#log = log
    const parts: Renewable[] = []
    if (keysFile !== undefined)
      parts.push({
        what: 'API keys',
        files: [keysFile],
        renew: async () => server.renew({ keys: await readApiKeys(keysFile) }),
      })
    if (tls)
      parts.push({
        what: 'Certificate',
        files: [tls.cert, tls.key],
        renew: async () => server.renew({ tls: await readTls(tls) }),
      })
    this.#parts = parts
  }

  /** Looks at the files now and then, until `stop`. */
  start(): void {
    if (this.#parts.length > 0) this.#running = this.#watch()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  /** Reads the files, changed or not. One that is damaged keeps nobody from taking a key away by the other. */
  async renew(): Promise<void> {
    for (const part of this.#parts) await this.#renew(part)
  }

  async #renew({ what, renew }: Renewable): Promise<void> {
    try {
      await renew()
      this.#log.info(`${what} read again`)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      this.#log.error(`${what} not renewed: the old hold`, { error: error.message, where: error.where })
    }
  }

  async #watch(): Promise<void> {
    // Before the first sleep, since they may have changed after the server has read them.
    for (const part of this.#parts) part.seen = await looksOf(part.files)
    while (!this.#stopping.signal.aborted) {
      await this.#clock.sleep(LOOK_EVERY, this.#stopping.signal)
      for (const part of this.#parts) {
        const looks = await looksOf(part.files)
        if (this.#stopping.signal.aborted || looks === part.seen) continue
        part.seen = looks
        await this.#renew(part)
      }
    }
  }
}

/** Changes when one of the files does, or another is put in its place. */
async function looksOf(files: readonly string[]): Promise<string> {
  const looks = files.map(async (file) => {
    const found = await stat(file).catch(() => undefined)
    return found ? `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}` : 'none'
  })
  return (await Promise.all(looks)).join()
}
