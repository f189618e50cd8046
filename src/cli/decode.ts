import { AppError } from '../domain/error.ts'
import type { Format } from '../formats/format.ts'
import { recognise } from '../formats/index.ts'
import { LineBlocks } from '../formats/lines.ts'
import type { ByteSource } from '../sources/source.ts'
import { EXIT } from './failure.ts'
import { formatNamed, sourcesOf } from './inputs.ts'
import { Rejects } from './rejects.ts'
import { type Io, Terminal } from './terminal.ts'

export interface DecodeOptions {
  readonly format?: string
  readonly host?: string
  readonly rejects?: string
  readonly quiet?: boolean
}

/** Events held back while standard output is busy. */
const BATCH = 1000

/** `oddsock decode`: every input as ECS documents, one JSON object a line. Rejects are counted on standard error. */
export async function decode(paths: readonly string[], options: DecodeOptions, io: Io): Promise<number> {
  const terminal = new Terminal(io, { quiet: options.quiet ?? false })
  const rejects = new Rejects(options.rejects)
  const format = options.format === undefined ? undefined : formatNamed(options.format)
  const { sources, unreadable } = await sourcesOf(paths.length > 0 ? paths : ['-'], {
    noSpool: true,
    ...(options.host && { host: options.host }),
  })
  for (const { path, reason } of unreadable) terminal.error(`Cannot read "${path}": ${reason}`)
  let events = 0
  for (const source of sources) {
    events += await decodeSource(source, format, rejects, terminal)
    for (const problem of source.problems) terminal.error(problem)
  }
  await rejects.close()
  for (const { reason, count } of rejects.counts()) terminal.note(`${count} rejected: ${reason}`)
  if (events === 0 && rejects.total === 0) terminal.note('Nothing to decode: the input is empty')
  return unreadable.length > 0 || sources.some((source) => source.problems.length > 0) ? EXIT.surroundings : EXIT.fine
}

async function decodeSource(
  source: ByteSource,
  chosen: Format | undefined,
  rejects: Rejects,
  terminal: Terminal,
): Promise<number> {
  const ready: string[] = []
  let events = 0
  let lines: LineBlocks | undefined
  const sink = {
    event(event: unknown) {
      events++
      ready.push(JSON.stringify(event))
    },
    reject: (reject: Parameters<Rejects['add']>[1]) => rejects.add(source.name, reject),
  }
  const flush = async () => {
    if (ready.length > 0) await terminal.out(ready.splice(0).join('\n'))
  }
  for await (const chunk of source.read()) {
    if (!lines) {
      const format = chosen ?? recognise(chunk)
      if (!format)
        throw new AppError({
          message: `Cannot decode "${source.name}": it is neither an audit log nor NDJSON of ECS documents`,
          code: 'INPUT_UNKNOWN',
          hint: 'If it is one all the same, say which with --format.',
        })
      lines = new LineBlocks(format.decoder({ host: source.host }, sink), sink.reject)
    }
    lines.push(chunk)
    if (ready.length >= BATCH) await flush()
  }
  lines?.end()
  await flush()
  return events
}
