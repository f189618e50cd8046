import { ndjsonFile } from './ndjson-file.ts'
import type { SinkType } from './sink.ts'
import { webhook } from './webhook.ts'

/** All kinds of sinks. What `open` is given has gone through the schema of the same kind before. */
export const SINKS: readonly SinkType<unknown>[] = [webhook, ndjsonFile]
