import type { EcsEvent, Reject } from '../domain/event.ts'
import type { EpochMs } from '../domain/time.ts'
import type { Format } from '../formats/format.ts'
import { LineBlocks } from '../formats/lines.ts'
import type { ByteSource } from '../sources/source.ts'
import { type Profile, SightingQueue } from './sighting-queue.ts'

export interface InputOptions<P> {
  /** `--format`; else the format is told by the head of the input. */
  readonly format?: Format
  readonly recognise: (head: Buffer) => Format | undefined
  readonly fields: readonly string[]
  readonly profile: (event: EcsEvent) => P
  readonly decisive: readonly string[]
  readonly isIdle: (profile: P) => boolean
  readonly strict?: boolean
  /** As in `SightOptions`. */
  readonly kindsKept?: number
  readonly onReject: (input: number, reject: Reject) => void
  readonly onProgress?: (bytes: number) => void
}

/** One source on its way through: opened bytes → lines → sightings in a queue. */
export class Input<P extends Profile> {
  readonly index: number
  readonly source: ByteSource
  readonly queue: SightingQueue<P>
  format: Format | undefined
  bytes = 0
  /** Events taken from it, copies left out. */
  events = 0
  rejects = 0
  /** Not the kind of file that we read; nothing of it was taken. */
  unknown = false
  ended = false
  readonly #options: InputOptions<P>
  #chunks: AsyncIterator<Buffer> | undefined
  #lines: LineBlocks | undefined

  constructor(index: number, source: ByteSource, options: InputOptions<P>) {
    this.index = index
    this.source = source
    this.#options = options
    this.queue = new SightingQueue<P>((reject) => {
      this.rejects++
      options.onReject(index, reject)
    })
  }

  /** Reads on until something can be taken from the queue; false when the input has ended and its queue is empty. */
  async fill(): Promise<boolean> {
    const { queue } = this
    while (queue.head === queue.ready) {
      queue.compact()
      if (this.ended) return false
      this.#chunks ??= this.source.read(this.#options.onProgress)[Symbol.asyncIterator]()
      const { done, value } = await this.#chunks.next()
      if (!done) await this.#take(value)
      else {
        this.ended = true
        this.#lines?.end()
        // What the reader remembers is of no more use, and many inputs may be read one after another.
        this.#lines = undefined
      }
      queue.settle(this.ended)
    }
    return true
  }

  /**
   * The earliest reading of the clock near the beginning of the input, so that the merge knows when to open it. The input is
   * closed again and nothing of it is taken. What cannot be read twice is opened at once.
   */
  async firstClock(): Promise<EpochMs> {
    if (this.source.size === undefined) return Number.NEGATIVE_INFINITY
    const trial = new Input<P>(this.index, this.source, { ...this.#options, onReject: () => {}, onProgress: () => {} })
    await trial.fill()
    await trial.#chunks?.return?.()
    const { clocks, length } = trial.queue
    const readings = clocks.subarray(0, length).filter((clock) => !Number.isNaN(clock))
    return readings.reduce((least, clock) => Math.min(least, clock), Number.POSITIVE_INFINITY)
  }

  async #take(chunk: Buffer): Promise<void> {
    this.bytes += chunk.length
    this.#lines ??= await this.#open(chunk)
    this.#lines?.push(chunk)
  }

  async #open(head: Buffer): Promise<LineBlocks | undefined> {
    if (this.unknown) return undefined
    this.format = this.#options.format ?? this.#options.recognise(head)
    if (!this.format) {
      this.unknown = true
      this.ended = true
      await this.#chunks?.return?.()
      return undefined
    }
    const { fields, profile, decisive, isIdle, strict = false, kindsKept } = this.#options
    const fingerprint = await this.source.fingerprint()
    const reader = this.format.sighter(
      {
        host: this.source.host,
        fingerprint,
        fields,
        profile,
        decisive,
        isIdle,
        strict,
        ...(kindsKept && { kindsKept }),
      },
      this.queue,
    )
    return new LineBlocks(reader, (reject) => this.queue.reject(reject))
  }
}
