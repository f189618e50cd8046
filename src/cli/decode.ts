import { AppError } from '../domain/error.ts'
import type { EcsEvent } from '../domain/event.ts'
import { eventKeyOf } from '../domain/identity.ts'
import { counted } from '../domain/words.ts'
import type { DecodeSink, Format } from '../formats/format.ts'
import { recognise } from '../formats/index.ts'
import { LineBlocks } from '../formats/lines.ts'
import { jsonLine } from '../report/json-line.ts'
import type { ByteSource } from '../sources/source.ts'
import { EXIT } from './failure.ts'
import { formatNamed, sourcesOf, UNKNOWN, UNKNOWN_HINT } from './inputs.ts'
import { Rejects } from './rejects.ts'
import { type Io, Terminal } from './terminal.ts'

export interface DecodeOptions {
  readonly format?: string
  readonly host?: string
  readonly rejects?: string
  readonly quiet?: boolean
}

/** Events held back where a later line may complete them: more than any decoder remembers. */
const REVISABLE = 2000

/** `oddsock decode`: every input as ECS documents, one JSON object a line. Rejects are counted on standard error. */
export async function decode(paths: readonly string[], options: DecodeOptions, io: Io): Promise<number> {
  const terminal = new Terminal(io, { quiet: options.quiet ?? false })
  const format = options.format === undefined ? undefined : formatNamed(options.format)
  const { sources, unreadable } = await sourcesOf(paths.length > 0 ? paths : ['-'], io.stdin, {
    noSpool: true,
    ...(options.host && { host: options.host }),
  })
  const rejects = new Rejects(options.rejects)
  for (const { path, reason } of unreadable) terminal.error(`Cannot read "${path}": ${reason}`)
  let events = 0
  const unknown: ByteSource[] = []
  for (const source of sources) {
    const told = await decodeSource(source, format, rejects, terminal)
    if (told === undefined) {
      unknown.push(source)
      if (sources.length > 1) terminal.error(`Skipped "${source.name}": ${UNKNOWN}`)
    } else events += told
    for (const problem of source.problems) terminal.error(problem)
  }
  rejects.close()
  for (const { reason, count } of rejects.counts()) terminal.note(`${counted(count, 'piece')} rejected: ${reason}`)
  if (unknown.length === sources.length)
    throw new AppError({
      message: `Cannot decode "${unknown[0]!.name}": ${UNKNOWN}`,
      code: 'INPUT_UNKNOWN',
      hint: UNKNOWN_HINT,
    })
  if (events === 0 && rejects.total === 0) terminal.note('Nothing to decode: the input is empty')
  return unreadable.length > 0 || sources.some((source) => source.problems.length > 0) ? EXIT.surroundings : EXIT.fine
}

/** Prints the events of one input and counts them; undefined if it is of no format that we know. */
async function decodeSource(
  source: ByteSource,
  chosen: Format | undefined,
  rejects: Rejects,
  terminal: Terminal,
): Promise<number | undefined> {
  let events: EventLines | undefined
  let lines: LineBlocks | undefined
  for await (const chunk of source.read()) {
    if (!lines) {
      const format = chosen ?? recognise(chunk)
      if (!format) return undefined
      events = new EventLines(format.revises ?? false, source.name, rejects)
      lines = new LineBlocks(format.decoder({ host: source.host }, events), (reject) => events!.reject(reject))
    }
    lines.push(chunk)
    await events!.print(terminal)
  }
  lines?.end()
  await events?.print(terminal, true)
  return events?.count ?? 0
}

/** Events on their way to the output, in the order in which they were first told; of revisions only the last is printed. */
class EventLines implements DecodeSink {
  count = 0
  readonly #revises: boolean
  readonly #input: string
  readonly #rejects: Rejects
  readonly #waiting = new Map<number, EcsEvent>()

  constructor(revises: boolean, input: string, rejects: Rejects) {
    this.#revises = revises
    this.#input = input
    this.#rejects = rejects
  }

  event(event: EcsEvent, from: number): void {
    const key = this.#revises ? eventKeyOf(event, { fingerprint: this.#input, offset: from }) : this.count
    if (!this.#waiting.has(key)) this.count++
    this.#waiting.set(key, event)
  }

  reject(reject: Parameters<DecodeSink['reject']>[0]): void {
    this.#rejects.add(this.#input, reject)
  }

  /** Prints what no later line can complete; at the end, all. */
  async print(terminal: Terminal, ended = false): Promise<void> {
    const kept = this.#revises && !ended ? REVISABLE : 0
    const ready: string[] = []
    for (const [key, event] of this.#waiting) {
      if (this.#waiting.size <= kept) break
      this.#waiting.delete(key)
      ready.push(jsonLine(event))
    }
    if (ready.length > 0) await terminal.out(ready.join('\n'))
  }
}
