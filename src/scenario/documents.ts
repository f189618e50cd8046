import type { EcsEvent } from '../domain/event.ts'
import type { ByteRange, ByteSource } from '../sources/source.ts'

const CHUNK = 64 * 1024

/** Documents as if they stood in a file of NDJSON. */
export class Documents implements ByteSource {
  readonly name: string
  readonly host: string
  readonly size: number
  readonly problems = []
  readonly #bytes: Buffer

  constructor(name: string, events: readonly EcsEvent[]) {
    this.name = this.host = name
    this.#bytes = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    this.size = this.#bytes.length
  }

  async fingerprint(): Promise<string> {
    return this.name
  }

  async *read(): AsyncGenerator<Buffer> {
    for (let at = 0; at < this.#bytes.length; at += CHUNK) yield this.#bytes.subarray(at, at + CHUNK)
  }

  async *ranges(ranges: readonly ByteRange[]): AsyncGenerator<Buffer> {
    for (const { from, to } of ranges) yield this.#bytes.subarray(from, to)
  }

  async close(): Promise<void> {}
}
