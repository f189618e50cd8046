/** Values that a line of the log carries beside its message; dotted ECS names where there are any. */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * Where the program tells what it does. The message is constant, what varies is a field: `log.info('Bucket closed', { job_id, records })`.
 * `error`: data was lost or a person must act · `warn`: degraded, nothing lost · `info`: start, stop, one line a bucket or run ·
 * `debug`: for whoever is hunting. Never a line an event.
 */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** Tells nobody. */
export const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} }
