import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { DAY, type EpochMs, type Seq } from '../../domain/time.ts'
import { Copies } from './copies.ts'
import { DayFiles } from './day-files.ts'
import { Duck, type DuckOptions, quoted, rowsOf } from './duck.ts'
import { copyDuck } from './duck-copy.ts'
import { DATABASE, DAYS } from './duck-files.ts'
import { about, migrateDuck, setAbout } from './duck-schema.ts'
import { EVENTS_LAST, EventAppender, type Position } from './event-appender.ts'
import { DuckEvents } from './events.ts'
import { KIND_FIELDS, Kinds } from './kinds.ts'
import { type DuckStore, Reopening } from './reopening.ts'
import { DuckResults, RESULTS_SEQ } from './results.ts'
import { dropOld, type Retention, type SealLimits, type SealParts, sealDays } from './seal.ts'
import { StoredEvents } from './stored-events.ts'

export interface DuckStoreOptions extends DuckOptions {
  /** The version of this program, which a store that it wrote needs from then on. */
  readonly program?: string
  /** Fields that datafeeds of this server ask for, `fieldsOfFeed`: events from now on are counted by these too. */
  readonly fields?: readonly string[]
  /** What to keep; all if not said. */
  readonly keep?: Retention
  /** Others than the usual ones; for tests. */
  readonly sealing?: Partial<SealLimits>
  readonly keysHeld?: number
}

/**
 * Opens the embedded store of events and results in a folder, which is made where it is missing.
 *
 * @throws AppError STORE_IN_USE · STORE_TOO_NEW · STORE_DAMAGED · STORE_FULL · STORE_UNREADABLE
 */
export function openDuckStore(dir: string, options: DuckStoreOptions = {}): Promise<DuckStore> {
  return Reopening.open(() => openOnce(dir, options))
}

async function openOnce(dir: string, options: DuckStoreOptions): Promise<DuckStore> {
  await mkdir(dir, { recursive: true })
  const duck = await Duck.open(join(dir, DATABASE), options)
  try {
    return await put(duck, join(dir, DAYS), options)
  } catch (error) {
    duck.close()
    throw error
  }
}

async function put(duck: Duck, folder: string, options: DuckStoreOptions): Promise<DuckStore> {
  const [writer, tender, scores] = [await duck.connect(), await duck.connect(), await duck.connect()]
  await migrateDuck(duck, writer, options.program ?? '0')
  const days = new DayFiles(folder)
  await days.load(duck, writer)
  const copies = new Copies(duck, days, options.keysHeld)
  await copies.load(writer)
  const kinds = await openKinds(duck, writer, options.fields ?? [])
  const appender = new EventAppender(duck, writer, copies, kinds, await positionOf(duck, writer, days))
  const stored = new StoredEvents(duck, days)
  const results = new DuckResults(duck, scores, await lastResult(duck, writer))
  const id = await idOf(duck, writer)
  const parts: SealParts = { duck, days, copies, appender, stored, connection: tender }
  return {
    id,
    events: new DuckEvents(appender, stored, kinds),
    results,
    async tend(now) {
      await sealDays(parts, now, options.sealing)
      await dropOld(parts, now, options.keep ?? {})
      if (options.keep?.days !== undefined) await results.forget(now - options.keep.days * DAY)
    },
    copyTo: (dir) =>
      copyDuck({ duck, days, still: (task) => appender.writing.alone(() => results.writing.alone(task)) }, dir),
    async close() {
      await appender.writing.alone(() => results.writing.alone(async () => {}))
      await stored.reading.alone(async () => {})
      duck.close()
    },
  }
}

async function idOf(duck: Duck, connection: DuckDBConnection): Promise<string> {
  const known = await about(duck, connection, 'store_id')
  const id = known ?? randomUUID()
  if (known === undefined) await setAbout(connection, 'store_id', id)
  return id
}

/** The lists of fields that kinds were made with; those asked for now become one of them. */
async function openKinds(duck: Duck, connection: DuckDBConnection, asked: readonly string[]): Promise<Kinds> {
  const fields = JSON.stringify([...new Set([...KIND_FIELDS, ...asked])].sort())
  const stored = await rowsOf<{ id: number; fields: string }>(duck, connection, 'SELECT * FROM field_lists ORDER BY id')
  const known = stored.find((list) => list.fields === fields)
  const current = known ?? { id: stored.length + 1, fields }
  if (!known) await rowsOf(duck, connection, `INSERT INTO field_lists VALUES (${current.id}, ${quoted(fields)})`)
  const lists = [...stored, current].map(({ id, fields }) => [id, JSON.parse(fields) as string[]] as const)
  return new Kinds(new Map(lists), current.id)
}

/** Where the sequence has come to: the newest row of the table, or what was said when rows last left it. */
async function positionOf(duck: Duck, connection: DuckDBConnection, days: DayFiles): Promise<Position> {
  const [table] = await rowsOf<{ seq: Seq | null; clock: EpochMs | null; latest: EpochMs | null; revised: number }>(
    duck,
    connection,
    `SELECT max(seq)::DOUBLE AS seq, arg_max_null(clock, seq)::DOUBLE clock, max(clock)::DOUBLE latest,
      (SELECT count(*) FROM revisions)::DOUBLE revised FROM events`,
  )
  const said = JSON.parse((await about(duck, connection, EVENTS_LAST)) ?? '{"seq":0}') as typeof table
  const newest = (table!.seq ?? 0) > said!.seq! ? table! : said!
  const clocks = [table!.latest, said!.clock, ...days.all.map((one) => one.last_clock)]
  return {
    last: newest.seq === 0 ? undefined : { seq: newest.seq!, clock: newest.clock ?? Number.NaN },
    latestClock: Math.max(...clocks.map((clock) => clock ?? Number.NEGATIVE_INFINITY)),
    revised: table!.revised,
  }
}

async function lastResult(duck: Duck, connection: DuckDBConnection): Promise<Seq> {
  const [row] = await rowsOf<{ seq: Seq | null }>(duck, connection, 'SELECT max(seq)::DOUBLE AS seq FROM results')
  return Math.max(row!.seq ?? 0, Number((await about(duck, connection, RESULTS_SEQ)) ?? 0))
}
