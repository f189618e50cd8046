import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Reject } from '../domain/event.ts'

/** Two files of this size at most, the newer and the older. */
const MOST_BYTES = 32 * 1024 * 1024

/**
 * What a server could not make an event of, as one JSON object a line: `rejects.ndjson` in the state folder, and `rejects.1.ndjson` with
 * those before. Where they cannot be written they are still counted, and the disk that is full has other people to tell.
 */
export class KeptRejects {
  readonly #file: string
  readonly #older: string
  #size: number

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#file = join(folder, 'rejects.ndjson')
    this.#older = join(folder, 'rejects.1.ndjson')
    this.#size = existsSync(this.#file) ? statSync(this.#file).size : 0
  }

  keep(source: string, { reason, from, raw }: Reject): void {
    const line = `${JSON.stringify({ source, from, reason, raw })}\n`
    try {
      if (this.#size + line.length > MOST_BYTES) this.#turn()
      appendFileSync(this.#file, line, { mode: 0o600 })
      this.#size += line.length
    } catch {
      // Counted all the same.
    }
  }

  #turn(): void {
    renameSync(this.#file, this.#older)
    this.#size = 0
  }
}
