import { closeSync, openSync, writeSync } from 'node:fs'
import { AppError } from '../domain/error.ts'
import type { Reject } from '../domain/event.ts'
import { CHOOSE_PLACE, reasonOf } from '../sources/unreadable.ts'

export interface RejectCount {
  readonly reason: string
  count: number
  /** The first of them. */
  readonly sample: string
  readonly path: string
}

/** Characters that wait to be written. */
const BATCH = 256 * 1024

/** Counts rejects by reason, and keeps them all in a file if one is named, one JSON object a line. */
export class Rejects {
  readonly #counts = new Map<string, RejectCount>()
  readonly #path: string | undefined
  readonly #file: number | undefined
  #waiting = ''
  total = 0

  /** @throws AppError OUTPUT_UNWRITABLE, as `add` and `close` do */
  constructor(path?: string) {
    this.#path = path
    this.#file = path === undefined ? undefined : this.#try(() => openSync(path, 'w'))
  }

  add(path: string, { reason, from, raw }: Reject): void {
    this.total++
    const known = this.#counts.get(reason)
    if (known) known.count++
    else this.#counts.set(reason, { reason, count: 1, sample: raw.slice(0, 400), path })
    if (this.#file === undefined) return
    this.#waiting += `${JSON.stringify({ path, from, reason, raw })}\n`
    if (this.#waiting.length >= BATCH) this.#write()
  }

  /** Most frequent first. */
  counts(): RejectCount[] {
    return [...this.#counts.values()].sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1))
  }

  close(): void {
    const file = this.#file
    if (file === undefined) return
    this.#write()
    closeSync(file)
  }

  /** At once: rejects are told while a chunk is read, when nobody can wait for a stream. */
  #write(): void {
    const bytes = Buffer.from(this.#waiting)
    this.#waiting = ''
    this.#try(() => {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#file!, bytes, done)
    })
  }

  #try<T>(write: () => T): T {
    try {
      return write()
    } catch (cause) {
      throw unwritable(this.#path!, cause)
    }
  }
}

export function unwritable(path: string, cause: unknown): AppError {
  return new AppError({
    message: `Cannot write "${path}": ${reasonOf(cause)}`,
    code: 'OUTPUT_UNWRITABLE',
    hint: CHOOSE_PLACE,
    cause,
  })
}
