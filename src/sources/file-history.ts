import type { Reject } from '../domain/event.ts'
import type { Format } from '../formats/format.ts'
import { recognise } from '../formats/index.ts'
import { LineBlocks } from '../formats/lines.ts'
import { EventLines } from './event-lines.ts'
import type { Arrivals, LiveSource } from './live-source.ts'
import type { ByteSource } from './source.ts'

/** A file, or a chain of rotated ones, as a source that is all past: read once from the beginning to the end. */
export class FileHistory implements LiveSource {
  readonly name: string
  readonly #source: ByteSource
  readonly #format: Format | undefined
  #bytesRead = 0
  /** Not a kind of file that we read; nothing of it was taken. */
  unknown = false

  constructor(source: ByteSource, format?: Format) {
    this.name = `history:${source.name}`
    this.#source = source
    this.#format = format
  }

  get health() {
    const [problem] = this.#source.problems
    return { bytesRead: this.#bytesRead, ...(problem !== undefined && { problem }) }
  }

  async *backlog(_cursor: unknown, reject: (reject: Reject) => void = () => {}): AsyncGenerator<Arrivals> {
    const fingerprint = await this.#source.fingerprint()
    let events: EventLines | undefined
    let lines: LineBlocks | undefined
    for await (const chunk of this.#source.read((bytes) => {
      this.#bytesRead += bytes
    })) {
      if (!lines) {
        const format = this.#format ?? recognise(chunk)
        if (!format) {
          this.unknown = true
          return
        }
        const placeOf = (place: number) => this.#source.placeOf?.(place) ?? { fingerprint, offset: place }
        events = new EventLines({ format, host: this.#source.host, placeOf, reject })
        lines = new LineBlocks(events.reader, reject)
      }
      lines.push(chunk)
      yield this.#arrivals(events!)
    }
    lines?.end()
    if (events) yield this.#arrivals(events)
  }

  /** A past has no present. */
  async start(): Promise<void> {}

  async stop(): Promise<void> {
    await this.#source.close()
  }

  #arrivals(events: EventLines): Arrivals {
    return { source: this.name, events: events.take(), clock: 'event' }
  }
}
