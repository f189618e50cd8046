import { hostname } from 'node:os'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import * as v from 'valibot'
import { REJECT_BYTES } from '../domain/event.ts'
import { type DurationMs, SECOND } from '../domain/time.ts'
import type { Format, LineReader } from '../formats/format.ts'
import { recognise } from '../formats/index.ts'
import { LineBlocks } from '../formats/lines.ts'
import { EventLines } from './event-lines.ts'
import { fingerprintOf } from './fingerprint.ts'
import { endedBy, HandOver } from './hand-over.ts'
import type { Intake, LiveSource, SourceHealth } from './live-source.ts'
import { formatNamed, formatOption, hostOption } from './source-options.ts'
import type { SourceType } from './source-type.ts'

const options = v.strictObject({ host: hostOption, format: formatOption }, 'host or format')

type Options = v.InferOutput<typeof options>

/** Standard input, so that the audit daemon can start us as its plug-in. */
export const stdin: SourceType<Options> = {
  name: 'stdin',
  summary: 'standard input, also as a plug-in of the audit daemon',
  references: ['https://man7.org/linux/man-pages/man5/auditd-plugins.5.html'],
  options,
  examples: [
    { title: 'as a plug-in of auditd, which writes ENRICHED lines to it', toml: 'source = [{ type = "stdin" }]' },
  ],
  async open({ host, format }) {
    return [new LineInput(process.stdin, { host: host ?? hostname(), ...formatNamed(format) })]
  },
}

export interface LineInputOptions {
  readonly host: string
  readonly format?: Format
}

/** How often events of silent hosts are looked for. */
const SETTLE: DurationMs = 200
/** Who stops us may have written something just before; it is waited for until nothing came for so long … */
const QUIET: DurationMs = 250
/** … but never longer than this. */
const DRAIN: DurationMs = 2 * SECOND

/**
 * A stream of lines that can be read once. The audit daemon sends its plug-ins SIGTERM when it stops and closes their input: so
 * stopping reads what is still there. Under pressure nothing is read; the writer waits.
 */
export class LineInput implements LiveSource {
  readonly name = 'stdin'
  readonly #input: Readable
  readonly #options: LineInputOptions
  #events: EventLines | undefined
  #bytesRead = 0
  #heard: DurationMs = 0
  #stopping = false
  #ended = false
  #failure: string | undefined
  #running: Promise<void> | undefined

  constructor(input: Readable, options: LineInputOptions) {
    this.#input = input
    this.#options = options
  }

  get health(): SourceHealth {
    const ended = this.#ended && !this.#stopping ? 'Standard input has ended: nothing more comes from it' : undefined
    const problem = this.#failure ?? ended
    return { ...(problem !== undefined && { problem }), bytesRead: this.#bytesRead }
  }

  async start(intake: Intake): Promise<void> {
    this.#running = this.#follow(intake)
  }

  async stop(): Promise<void> {
    this.#stopping = true
    const asked = performance.now()
    const isQuiet = () => performance.now() - Math.max(asked, this.#heard) >= QUIET
    while (!this.#ended && !isQuiet() && performance.now() - asked < DRAIN) await setTimeout(QUIET / 5)
    this.#input.destroy()
    await this.#running
  }

  async #follow(intake: Intake): Promise<void> {
    const lines = new LineBlocks(this.#reader(intake), (reject) => intake.reject(this.name, reject))
    const events = () => this.#events?.take() ?? []
    const handOver = new HandOver(intake, { source: this.name, clock: 'event' }, events)
    const settling = setInterval(() => {
      this.#events?.settle(performance.now())
      handOver.flush().catch(() => {})
    }, SETTLE)
    try {
      for await (const chunk of this.#chunks()) {
        lines.push(chunk)
        await handOver.flush()
      }
      lines.end()
      await handOver.flush()
    } catch (error) {
      this.#failure = endedBy('standard input', error)
    } finally {
      this.#ended = true
      clearInterval(settling)
    }
  }

  async *#chunks(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of this.#input) {
        this.#heard = performance.now()
        this.#bytesRead += chunk.length
        yield chunk
      }
    } catch (error) {
      // A stream that is closed before its end says so.
      if (!this.#stopping) throw error
    }
  }

  /** Lines before the first of a known format are rejects. */
  #reader(intake: Intake): LineReader {
    return {
      lines: (block, from, to, at) => {
        this.#events ??= this.#eventsOf(block.subarray(from, to), intake)
        if (this.#events) return this.#events.reader.lines(block, from, to, at)
        for (let start = from; start < to; ) {
          const end = block.indexOf('\n', start) + 1
          const raw = block.toString('utf8', start, Math.min(end, start + REJECT_BYTES))
          if (raw.trim() !== '') intake.reject(this.name, { reason: 'format not known', from: at + start - from, raw })
          start = end
        }
      },
      end: () => this.#events?.reader.end(),
    }
  }

  #eventsOf(head: Buffer, intake: Intake): EventLines | undefined {
    const format = this.#options.format ?? recognise(head)
    const fingerprint = fingerprintOf(head)
    return (
      format &&
      new EventLines({
        format,
        host: this.#options.host,
        placeOf: (offset) => ({ fingerprint, offset }),
        reject: (reject) => intake.reject(this.name, reject),
      })
    )
  }
}
