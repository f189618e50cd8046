import { createWriteStream, type WriteStream } from 'node:fs'
import type { Reject } from '../domain/event.ts'

export interface RejectCount {
  readonly reason: string
  count: number
  /** The first of them. */
  readonly sample: string
  readonly path: string
}

/** Counts rejects by reason, and keeps them all in a file if one is named. */
export class Rejects {
  readonly #counts = new Map<string, RejectCount>()
  readonly #file: WriteStream | undefined
  total = 0

  constructor(path?: string) {
    this.#file = path === undefined ? undefined : createWriteStream(path)
  }

  add(path: string, { reason, from, raw }: Reject): void {
    this.total++
    const known = this.#counts.get(reason)
    if (known) known.count++
    else this.#counts.set(reason, { reason, count: 1, sample: raw.slice(0, 400), path })
    this.#file?.write(`${JSON.stringify({ path, from, reason, raw })}\n`)
  }

  /** Most frequent first. */
  counts(): RejectCount[] {
    return [...this.#counts.values()].sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1))
  }

  close(): Promise<void> {
    const file = this.#file
    if (!file) return Promise.resolve()
    return new Promise((resolve, reject) => file.once('error', reject).end(() => resolve()))
  }
}
