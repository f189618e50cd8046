import { fileTail } from './file-tail.ts'
import type { SourceType } from './source-type.ts'
import { stdin } from './stdin.ts'
import { syslog } from './syslog.ts'

/** All kinds of sources but `_bulk`, which is part of the server. What `open` is given has gone through the schema of the same kind. */
export const SOURCES: readonly SourceType<unknown>[] = [fileTail, stdin, syslog]
