import { ndjsonFile } from './ndjson-file.ts'
import type { Sink, SinkType } from './sink.ts'
import { webhook } from './webhook.ts'

/** All kinds of sinks. What `open` is given has gone through the schema of the same kind before. */
export const SINKS: readonly SinkType<unknown>[] = [webhook, ndjsonFile]

/**
 * The sink that settings ask for, checked as they are (`config/`).
 *
 * @throws AppError for what only opening can tell: a file that is missing, a secret that is none
 */
export async function sinkOf({ type, name, options }: SinkSettings): Promise<Sink> {
  const found = SINKS.find((sink) => sink.name === type)
  if (!found) throw new RangeError(`Cannot open a sink of type "${type}": settings are checked before`)
  return found.open(name, options)
}

/** As `config/` hands them over. */
export interface SinkSettings {
  readonly type: string
  readonly name: string
  readonly options: unknown
}
