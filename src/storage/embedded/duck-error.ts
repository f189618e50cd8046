import { AppError, type Problem } from '../../domain/error.ts'

/** What DuckDB says, and what that means to somebody who runs a server. The first that fits holds. */
const KINDS: readonly (readonly [RegExp, (path: string, message: string) => Problem])[] = [
  [/could not set lock/i, inUse],
  [/no space left|disk full|ENOSPC|out of disk|max_temp_directory_size/i, full],
  [/database file with version number|storage version|newer version of DuckDB/i, tooNew],
  [
    /not a valid DuckDB database|corrupt|checksum|deserializ|Error while replaying WAL|not a parquet|parquet|snappy|zstd/i,
    damaged,
  ],
  [/permission denied|read-only file system|cannot open file|could not (?:read|write|open)|IO Error/i, refused],
]

/** An error of DuckDB in our words; anything else (wrong SQL, a constraint) is a bug of ours and comes back as it is. */
export function duckError(path: string, error: unknown): unknown {
  if (error instanceof AppError) return error
  const message = error instanceof Error ? error.message : String(error)
  const kind = KINDS.find(([pattern]) => pattern.test(message))
  return kind ? new AppError({ ...kind[1](path, message), cause: error }) : error
}

/** Whether DuckDB has given up on the database, until that is opened again. */
export function isFatal(error: unknown): boolean {
  const { cause } = error as { readonly cause?: unknown }
  const told = cause instanceof Error ? cause : error
  return told instanceof Error && /FATAL Error|database has been invalidated/.test(told.message)
}

function inUse(path: string, message: string): Problem {
  const pid = /\(PID (\d+)\)/.exec(message)?.[1]
  return {
    message: `Cannot open "${path}": ${pid ? `process ${pid}` : 'another process'} has it open`,
    where: path,
    code: 'STORE_IN_USE',
    hint: 'One server at a time can use a state folder. Stop the other one, or give this one a folder of its own.',
  }
}

function full(path: string): Problem {
  return {
    message: `Cannot write to "${path}": no space is left`,
    where: path,
    code: 'STORE_FULL',
    hint: 'Make room on that disk. Nothing that was confirmed is lost.',
  }
}

function tooNew(path: string): Problem {
  return {
    message: `Cannot open "${path}": it was written by a newer DuckDB than the one of this oddsock`,
    where: path,
    code: 'STORE_TOO_NEW',
    hint: 'Install the version of oddsock that was last used with this folder, or a newer one.',
  }
}

function damaged(path: string, message: string): Problem {
  const file = /[^\s"':]*\.parquet/.exec(message)?.[0] ?? path
  return {
    message: `Cannot read "${file}": it is damaged (${firstLine(message)})`,
    where: file,
    code: 'STORE_DAMAGED',
    hint: file.endsWith('.parquet')
      ? 'Lost are the events of that day; nothing else is touched. Put the file back from the last backup (`oddsock restore`).'
      : 'Lost are the events of the last days that had no file of their own yet, and the scores; alerts are in another file. Restore the last backup (`oddsock restore`).',
  }
}

function refused(path: string, message: string): Problem {
  return {
    message: `Cannot use "${path}": the file system refuses (${firstLine(message)})`,
    where: path,
    code: 'STORE_UNREADABLE',
    hint: 'Look at the permissions of the file and its folder, and at the health of the disk.',
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]!
}
