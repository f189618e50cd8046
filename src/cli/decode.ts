import { AppError } from '../domain/error.ts'
import type { EcsEvent } from '../domain/event.ts'
import { eventKeyOf } from '../domain/identity.ts'
import { counted } from '../domain/words.ts'
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

/** Events held back where a later line may complete them: more than any decoder remembers. */
const REVISABLE = 2000

/** `oddsock decode`: every input as ECS documents, one JSON object a line. Rejects are counted on standard error. */
export async function decode(paths: readonly string[], options: DecodeOptions, io: Io): Promise<number> {
  const terminal = new Terminal(io, { quiet: options.quiet ?? false })
  const rejects = new Rejects(options.rejects)
  const format = options.format === undefined ? undefined : formatNamed(options.format)
  const { sources, unreadable } = await sourcesOf(paths.length > 0 ? paths : ['-'], io.stdin, {
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
  for (const { reason, count } of rejects.counts()) terminal.note(`${counted(count, 'piece')} rejected: ${reason}`)
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
  const revisable = new Map<number, string>()
  let events = 0
  let lines: LineBlocks | undefined
  let revises = false
  const sink = {
    event(event: EcsEvent, from: number) {
      const key = revises ? eventKeyOf(event, { fingerprint: source.name, offset: from }) : events
      if (!revisable.has(key)) events++
      revisable.set(key, JSON.stringify(event))
      if (revises && revisable.size <= REVISABLE) return
      const [first, text] = revisable.entries().next().value!
      revisable.delete(first)
      ready.push(text)
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
          hint: 'If it is one all the same, say which: --format audit-log or --format ecs-json.',
        })
      revises = format.revises ?? false
      lines = new LineBlocks(format.decoder({ host: source.host }, sink), sink.reject)
    }
    lines.push(chunk)
    if (ready.length >= BATCH) await flush()
  }
  lines?.end()
  ready.push(...revisable.values())
  await flush()
  return events
}
