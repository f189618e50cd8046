import { rename, rm, stat } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { DAY, type DurationMs, type EpochMs, HOUR, MINUTE, type Seq } from '../../domain/time.ts'
import type { Copies } from './copies.ts'
import { type DayFile, type DayFiles, synced } from './day-files.ts'
import { type Duck, numbersOf, quoted, rowsOf } from './duck.ts'
import type { EventAppender } from './event-appender.ts'
import { KeySet } from './key-set.ts'
import type { StoredEvents } from './stored-events.ts'

/** So long after its end a day is sealed: most of what comes late has come by then. */
const SEAL_AFTER: DurationMs = HOUR

/** A sealed day takes in what came late for it once a day. */
const REWRITE_EVERY: DurationMs = DAY

export interface SealLimits {
  /**
   * A day with fewer events stays in the table: a host with wrong clocks, or somebody who makes up dates, must not fill the folder
   * with files.
   */
  readonly fewest: number
  /**
   * A file takes so many events. Of a day that has more, the table keeps the newest, and what is quiet goes to files of its own: sealing takes
   * memory for all that it seals.
   */
  readonly most: number
}
const LIMITS: SealLimits = { fewest: 1_000, most: 2_000_000 }

/** Events are quiet so long after their time: their buckets are closed, and hardly anything asks for them any more. */
const QUIET_AFTER: DurationMs = 20 * MINUTE

/**
 * Rows of a file are sorted by time in steps of this, then by kind, then by place. Longer steps pack better; shorter ones let a
 * question about one bucket, or the evidence of an alert, open less of the file.
 */
const STEP: DurationMs = 15 * MINUTE

/** Rows that are packed, and opened, together. */
const ROW_GROUP = 16_384

/** About so many rows are sorted at once: 100 to 200 MB of documents. */
const PIECE = 32_768

/** Of zstd: a tenth slower than 3, a fifth smaller. */
const LEVEL = 6

export interface SealParts {
  readonly duck: Duck
  readonly days: DayFiles
  readonly copies: Copies
  readonly appender: EventAppender
  readonly stored: StoredEvents
  /** Copies rows to files, while others append and read. */
  readonly connection: DuckDBConnection
}

/** A day in the table, and how many of its events are quiet. */
interface OpenDay {
  readonly day: number
  readonly events: number
  readonly quiet: number
}

/**
 * Moves days that are over into files of their own, as well as most of a busy day before it is over, and what came late for sealed ones
 * into theirs (`time-and-order.md` §9).
 */
export async function sealDays(parts: SealParts, now: EpochMs, limits: Partial<SealLimits> = {}): Promise<void> {
  const { duck, days, copies, connection } = parts
  const { fewest, most } = { ...LIMITS, ...limits }
  const before = days.all
  const last = Math.floor((now - SEAL_AFTER) / DAY) - 1
  const isQuiet = `coalesce(time, clock) < ${now - QUIET_AFTER}`
  const open = await rowsOf<OpenDay>(
    duck,
    connection,
    `SELECT day, count(*)::DOUBLE events, count(*) FILTER (${isQuiet})::DOUBLE quiet FROM events GROUP BY day ORDER BY day`,
  )
  for (const { day, events, quiet } of open) {
    const full = Math.floor(quiet / most)
    for (let i = 0; i < full; i++) await sealFirst(parts, day, now, isQuiet, most)
    const left = events - full * most
    if (day > last || left === 0) continue
    const sealed = days.all.filter((one) => one.day === day)
    const since = now - Math.max(...sealed.map(({ sealed_at }) => sealed_at))
    const fits = sealed.reduce((sum, { events }) => sum + events, left) <= most
    if (sealed.length === 0 || (since >= REWRITE_EVERY && !fits)) {
      if (left >= fewest) await sealRows(parts, day, now, `day = ${day}`)
    } else if (since >= REWRITE_EVERY) await sealRows(parts, day, now, `day = ${day}`, sealed)
  }
  // Until now the keys of what was moved count among those of the table.
  if (days.all !== before) await copies.load(connection)
}

/** Seals so many of the quiet events of a day, the first ones in the sequence. */
async function sealFirst(parts: SealParts, day: number, now: EpochMs, isQuiet: string, most: number): Promise<void> {
  const where = `day = ${day} AND ${isQuiet}`
  const [last] = await rowsOf<{ seq: Seq }>(
    parts.duck,
    parts.connection,
    `SELECT seq::DOUBLE AS seq FROM events WHERE ${where} ORDER BY seq LIMIT 1 OFFSET ${most - 1}`,
  )
  await sealRows(parts, day, now, `${where} AND seq <= ${last!.seq}`)
}

/**
 * Writes rows of a day, and those of its files `before`, to a new file and registers it in the one transaction that deletes the rows from the
 * table; only then the old files go. A crash in between leaves a file that nobody reads, which the next start removes.
 */
async function sealRows(
  parts: SealParts,
  day: number,
  now: EpochMs,
  where: string,
  before: readonly DayFile[] = [],
): Promise<void> {
  const { duck, days, copies, appender, stored, connection } = parts
  const upTo = appender.lastSeq
  const file = days.newName(day, upTo)
  const moved = `${where} AND seq <= ${upTo}`
  const rows = `SELECT seq, clock, time, own_time, kind, doc FROM events WHERE ${moved}`
  await writeFile(parts, day, before.length > 0 ? `${rows} UNION ALL FROM ${days.table(before)}` : rows, file)
  const [facts] = await rowsOf<Omit<DayFile, 'day' | 'file' | 'bytes' | 'sealed_at'>>(
    duck,
    connection,
    `SELECT count(*)::DOUBLE events, min(seq)::DOUBLE first_seq, max(seq)::DOUBLE last_seq, max(clock)::DOUBLE last_clock,
        min(least(time, own_time))::DOUBLE first_time, max(greatest(time, own_time))::DOUBLE last_time
      FROM read_parquet(${quoted(days.path(file))})`,
  )
  const bytes = (await stat(days.path(file))).size
  const sealed: DayFile = { day, file, bytes, sealed_at: now, ...facts! }
  const keys: number[] = []
  for (const one of before) for (const key of await copies.keysOf(connection, one)) keys.push(key)
  const known = keys.length
  for await (const some of numbersOf(duck, connection, `SELECT key::DOUBLE FROM events WHERE ${moved}`))
    keys.push(...some)
  const expected = before.reduce((sum, { events }) => sum + events, keys.length - known)
  if (facts!.events !== expected)
    throw new Error(`Cannot seal day ${day}: its file has ${facts!.events} events, expected ${expected}`)
  await appender.writing.alone(() =>
    stored.reading.alone(async () => {
      await duck.transaction(connection, async () => {
        await appender.rememberLast(connection)
        await days.unregister(connection, before)
        await days.register(duck, connection, sealed, KeySet.of(keys).bytes)
        await connection.run(`DELETE FROM events WHERE ${moved}`)
      })
      days.replace(before, sealed)
      copies.forget(before)
      await copies.hold(connection)
    }),
  )
  for (const { file } of before) await days.remove(file)
}

/**
 * Sorts the rows in pieces, each a file of its own, and puts these together: sorting a day of documents at once takes more memory
 * than there is.
 */
async function writeFile(
  { duck, days, connection }: SealParts,
  day: number,
  rows: string,
  file: string,
): Promise<void> {
  const step = `(time - ${day * DAY}) // ${STEP}`
  const path = days.path(file)
  const unfinished = `${path}.unfinished`
  const pieces: string[] = []
  const copy = (from: string, to: string, how: string) =>
    rowsOf(
      duck,
      connection,
      `COPY (FROM ${from}) TO ${quoted(to)} (FORMAT parquet, ROW_GROUP_SIZE ${ROW_GROUP}, ${how})`,
    )
  try {
    for (const where of await piecesOf(duck, connection, day, rows)) {
      pieces.push(`${path}.${pieces.length}.unfinished`)
      await copy(`(${rows}) WHERE ${where} ORDER BY ${step}, kind, seq`, pieces.at(-1)!, 'COMPRESSION lz4')
    }
    const sorted = `read_parquet([${pieces.map(quoted).join()}])`
    await copy(sorted, unfinished, `PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL ${LEVEL}`)
  } finally {
    for (const piece of pieces) await rm(piece, { force: true })
  }
  await synced(unfinished)
  await rename(unfinished, path)
  await synced(days.folder)
}

/** Conditions that cut rows into pieces of about `PIECE`: along the steps of time, and a crowded step by place. */
async function piecesOf(duck: Duck, connection: DuckDBConnection, day: number, rows: string): Promise<string[]> {
  const start = day * DAY
  const steps = await rowsOf<{ step: number | null; events: number; first: Seq; last: Seq }>(
    duck,
    connection,
    `SELECT ((time - ${start}) // ${STEP})::DOUBLE AS step, count(*)::DOUBLE AS events, min(seq)::DOUBLE AS first, max(seq)::DOUBLE AS last
      FROM (${rows}) GROUP BY 1 ORDER BY 1 NULLS LAST`,
  )
  const pieces: string[] = []
  let [from, events] = [steps[0]!.step, 0]
  for (const [i, step] of steps.entries()) {
    events += step.events
    const next = steps[i + 1]?.step ?? null
    if (next !== null && events + steps[i + 1]!.events <= PIECE) continue
    const times =
      from === null ? 'time IS NULL' : `time >= ${start + from * STEP} AND time < ${start + (step.step! + 1) * STEP}`
    if (events <= PIECE) pieces.push(times)
    else {
      const size = Math.ceil(((step.last - step.first + 1) * PIECE) / events)
      for (let seq = step.first; seq <= step.last; seq += size)
        pieces.push(`${times} AND seq >= ${seq} AND seq < ${seq + size}`)
    }
    from = next
    events = 0
  }
  return pieces
}

export interface Retention {
  /** Days of events and results to keep; all if not said. */
  readonly days?: number
  /** Bytes of all files together; the oldest days go first. The newest days, which are in the table, always stay. */
  readonly bytes?: number
}

/** Drops what is older than it is to be kept, by its time and by when it came, and the oldest days beyond the bytes to keep. */
export async function dropOld(parts: SealParts, now: EpochMs, keep: Retention): Promise<void> {
  const { duck, days, copies, appender, stored, connection } = parts
  const before = keep.days === undefined ? Number.NEGATIVE_INFINITY : Math.floor(now / DAY - keep.days)
  const isOld = (one: DayFile) => one.day < before && (one.last_clock ?? 0) < before * DAY
  const old = new Set(days.all.filter(isOld))
  let total = await bytesOf(parts)
  for (const one of days.all) {
    if (!old.has(one) && total <= (keep.bytes ?? Number.POSITIVE_INFINITY)) continue
    old.add(one)
    total -= one.bytes
  }
  if (old.size === 0 && before === Number.NEGATIVE_INFINITY) return
  await appender.writing.alone(() =>
    stored.reading.alone(async () => {
      await duck.transaction(connection, async () => {
        await appender.rememberLast(connection)
        await days.unregister(connection, [...old])
        if (before > Number.NEGATIVE_INFINITY)
          await connection.run(`DELETE FROM events WHERE day < ${before} AND coalesce(clock, 0) < ${before * DAY}`)
        const left = days.all.filter((one) => !old.has(one)).map(({ first_seq }) => first_seq)
        const first = `least((SELECT min(seq) FROM events), ${[Number.MAX_SAFE_INTEGER, ...left].join()})`
        await connection.run(`DELETE FROM revisions WHERE new_seq < ${first}`)
      })
      days.replace([...old])
      copies.forget([...old])
      await copies.load(connection)
    }),
  )
  for (const { file } of old) await days.remove(file)
}

async function bytesOf({ duck, days }: SealParts): Promise<number> {
  const sealed = days.all.reduce((sum, { bytes }) => sum + bytes, 0)
  const size = async (path: string) => (await stat(path).catch(() => undefined))?.size ?? 0
  return sealed + (await size(duck.path)) + (await size(`${duck.path}.wal`))
}
