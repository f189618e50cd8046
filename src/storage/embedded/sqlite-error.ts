import { AppError } from '../../domain/error.ts'
import { lockHolder } from './lock-holder.ts'

/** Beginnings of SQLite's codes, and what they mean to somebody who runs a server. */
const KINDS: readonly (readonly [RegExp, (path: string, cause: unknown) => AppError])[] = [
  [/^SQLITE_(BUSY|LOCKED)/, inUse],
  [/^SQLITE_(CORRUPT|NOTADB)/, damaged],
  [/^SQLITE_FULL/, full],
  [/^SQLITE_(IOERR|CANTOPEN|READONLY|PERM|AUTH)/, failed],
]

/** An error of SQLite in our words. Anything else (a constraint, wrong SQL) is a bug of ours and comes back as it is. */
export function sqliteError(path: string, error: unknown): unknown {
  const { code, message } = error as { readonly code?: string; readonly message?: string }
  // Where it cannot open a file, libsql gives the number alone: `ConnectionFailed("Unable to open …: 14")`.
  if (!code && /^ConnectionFailed\(/.test(message ?? '')) return failed(path, error)
  const kind = KINDS.find(([pattern]) => pattern.test(code ?? ''))
  return kind ? kind[1](path, error) : error
}

function inUse(path: string, cause: unknown): AppError {
  const pid = lockHolder(path)
  const who = pid === undefined ? 'another process' : pid === process.pid ? 'this process' : `process ${pid}`
  return new AppError({
    message: `Cannot open "${path}": ${who} has it open`,
    where: path,
    code: 'STORE_IN_USE',
    hint: 'One server at a time can use a state folder. Stop the other one, or give this one a folder of its own.',
    cause,
  })
}

/** What alerts and state are to their reader, when they are gone. */
const LOST =
  'Lost are the alerts with what was decided on them, and what the jobs have learned; the events are in other files. ' +
  'Stop the server and run `oddsock restore` with the last backup. Without one, move the file away: the jobs then learn ' +
  'again from the stored events.'

export function damaged(path: string, cause: unknown): AppError {
  const { message } = cause as { readonly message?: string }
  return new AppError({
    message: `Cannot read "${path}": it is damaged (${message ?? cause})`,
    where: path,
    code: 'STORE_DAMAGED',
    hint: LOST,
    cause,
  })
}

function full(path: string, cause: unknown): AppError {
  return new AppError({
    message: `Cannot write to "${path}": no space is left`,
    where: path,
    code: 'STORE_FULL',
    hint: 'Make room on that disk. Nothing that was confirmed is lost, and writing goes on by itself.',
    cause,
  })
}

export function failed(path: string, cause: unknown): AppError {
  const { message } = cause as { readonly message?: string }
  return new AppError({
    message: `Cannot use "${path}": the file system refuses (${message ?? cause})`,
    where: path,
    code: 'STORE_UNREADABLE',
    hint: 'Look at the permissions of the file and its folder, and at the health of the disk.',
    cause,
  })
}
