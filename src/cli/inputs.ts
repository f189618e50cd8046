import { createReadStream } from 'node:fs'
import { hostname } from 'node:os'
import { AppError } from '../domain/error.ts'
import type { Format } from '../formats/format.ts'
import { FORMATS } from '../formats/index.ts'
import { findFiles, type Unreadable } from '../sources/find-files.ts'
import type { ByteSource } from '../sources/source.ts'
import { SpooledInput } from '../sources/spool.ts'

export interface InputChoice {
  readonly host?: string
  readonly noSpool?: boolean
}

/**
 * The sources behind the paths of a command line; `-` is standard input.
 *
 * @throws AppError INPUT_MISSING, INPUT_NONE when nothing is left to read
 */
export async function sourcesOf(
  paths: readonly string[],
  stdin: AsyncIterable<Buffer>,
  { host, noSpool = false }: InputChoice,
): Promise<{ sources: ByteSource[]; unreadable: Unreadable[] }> {
  const files = paths.filter((path) => path !== '-')
  const found = await findFiles(files, host)
  const sources: ByteSource[] = [...found.sources]
  const streamHost = host ?? hostname()
  for (const path of found.streams) sources.push(new SpooledInput(chunksOf(path), { host: streamHost, path, noSpool }))
  if (paths.includes('-')) sources.push(new SpooledInput(stdin, { host: streamHost, noSpool }))
  if (sources.length === 0) {
    const [first] = found.unreadable
    throw new AppError({
      message: first
        ? `Cannot read "${first.path}": ${first.reason}`
        : `Cannot find a file to read in ${paths.map((path) => `"${path}"`).join(', ')}`,
      code: 'INPUT_NONE',
      hint: first
        ? 'Audit logs belong to root: run with sudo, or add yourself to the group that may read them (often adm).'
        : 'Name an audit.log, NDJSON of ECS documents, a folder of them, or - for standard input.',
    })
  }
  return { sources, unreadable: found.unreadable }
}

export const UNKNOWN = 'it is neither an audit log nor ECS documents in JSON, one a line'
export const UNKNOWN_HINT = `If it is one all the same, say which: ${FORMATS.map(({ name }) => `--format ${name}`).join(' or ')}.`

/** Opened when the first chunk is asked for: opening a pipe waits for its writer. */
async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  yield* createReadStream(path)
}

/** @throws AppError FORMAT_UNKNOWN */
export function formatNamed(name: string): Format {
  const format = FORMATS.find((one) => one.name === name)
  if (format) return format
  throw new AppError({
    message: `Cannot use format "${name}": it is not known`,
    code: 'FORMAT_UNKNOWN',
    hint: `To read: ${FORMATS.map((one) => one.name).join(', ')}. To write (scan): table, json, csv.`,
  })
}
