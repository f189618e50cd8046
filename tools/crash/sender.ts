import { request } from 'undici'
import { SECOND } from '../../src/domain/time.ts'
import { systemClock } from '../../src/engine/clock.ts'
import type { Rng } from '../../src/scenario/demo-fleet/rng.ts'
import type { Pushed } from './traffic.ts'

export interface SenderOptions {
  /** `http://127.0.0.1:9277` */
  readonly url: string
  /** Documents a second, over the whole of its run. */
  readonly rate: number
  readonly rng: Rng
}

/**
 * A shipper with one connection and an order to keep: a batch is sent until it is answered, and no other before that. What it was told
 * yes to is acknowledged.
 */
export class Sender {
  readonly #documents: readonly Pushed[]
  readonly #options: SenderOptions
  /** Ids of the documents to which the server said yes. */
  readonly acknowledged = new Set<string>()
  readonly refused = new Set<string>()
  /** Requests that got no answer, or one that asks to come again. */
  failures = 0
  #at = 0

  constructor(documents: readonly Pushed[], options: SenderOptions) {
    this.#documents = documents
    this.#options = options
  }

  /** How much of its work is done, from 0 to 1. */
  get progress(): number {
    return this.#documents.length === 0 ? 1 : this.#at / this.#documents.length
  }

  /** Ends when everything is answered. */
  async run(signal: AbortSignal): Promise<void> {
    const { rate, rng } = this.#options
    const began = performance.now()
    while (this.#at < this.#documents.length && !signal.aborted) {
      const batch = this.#documents.slice(this.#at, this.#at + rng.whole(1, Math.max(1, Math.ceil(rate / 4))))
      while (!signal.aborted && !(await this.#send(batch, signal))) await systemClock.sleep(rng.whole(50, 400), signal)
      if (signal.aborted) return
      this.#at += batch.length
      await systemClock.sleep((this.#at / rate) * SECOND - (performance.now() - began), signal)
    }
  }

  /** @returns whether it was answered; an answer that breaks off is none */
  async #send(batch: readonly Pushed[], signal: AbortSignal): Promise<boolean> {
    try {
      const { statusCode, body } = await request(`${this.#options.url}/_bulk`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: batch
          .map(({ id, body }) => `${JSON.stringify({ create: { _index: INDEX, _id: id } })}\n${body}\n`)
          .join(''),
        signal: AbortSignal.any([signal, AbortSignal.timeout(60 * SECOND)]),
      })
      if (statusCode !== 200) {
        await body.dump()
        throw new Error(`answered ${statusCode}`)
      }
      this.#note(batch, (await body.json()) as BulkReply)
      return true
    } catch {
      this.failures++
      return false
    }
  }

  #note(batch: readonly Pushed[], { items }: BulkReply): void {
    if (items.length !== batch.length) throw new Error(`${batch.length} items were answered by ${items.length}`)
    for (const [i, { id }] of batch.entries()) {
      const { status } = Object.values(items[i]!)[0]!
      // 409: it is there already, from a request whose answer was lost.
      if (status < 300 || status === 409) this.acknowledged.add(id)
      else if (status < 500 && status !== 429) this.refused.add(id)
      else throw new Error(`item answered ${status}`)
    }
  }
}

interface BulkReply {
  readonly items: readonly Readonly<Record<string, { readonly status: number }>>[]
}

export const INDEX = 'logs-crash'
