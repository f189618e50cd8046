import { Agent, type Dispatcher } from 'undici'
import { SECOND } from '../../src/domain/time.ts'
import type { Sent } from './traffic.ts'

const CONNECTIONS = 4

/** Sends batches side by side, as the shippers of a fleet do, and waits while all of its connections are busy. */
export class Pump {
  readonly #url: string
  readonly #agent: Dispatcher = new Agent({ connections: CONNECTIONS })
  readonly #busy = new Set<Promise<void>>()
  answered = 0
  failures = 0

  constructor(url: string) {
    this.#url = url
  }

  async send(batch: readonly Sent[]): Promise<void> {
    if (batch.length === 0) return
    while (this.#busy.size >= CONNECTIONS) await Promise.race(this.#busy)
    const sending = this.#post(batch).finally(() => this.#busy.delete(sending))
    this.#busy.add(sending)
  }

  /** Everything is answered. */
  async drain(): Promise<void> {
    await Promise.all(this.#busy)
  }

  async #post(batch: readonly Sent[]): Promise<void> {
    const action = '{"create":{"_index":"logs-soak"}}\n'
    try {
      const { statusCode, body } = await this.#agent.request({
        origin: this.#url,
        path: '/_bulk',
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: batch.map(({ body }) => `${action}${body}\n`).join(''),
        headersTimeout: 120 * SECOND,
      })
      const reply = (await body.json()) as { errors?: boolean }
      if (statusCode !== 200 || reply.errors) throw new Error(`answered ${statusCode}: ${JSON.stringify(reply)}`)
      this.answered += batch.length
    } catch (error) {
      if (this.failures++ === 0) console.error('A batch has failed:', error)
    }
  }
}
