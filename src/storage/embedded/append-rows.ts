import type { DuckDBConnection } from '@duckdb/node-api'
import { bucketTimeOf, SET_ASIDE_AT, timeOf } from '../../datafeed/observe.ts'
import type { EcsEvent } from '../../domain/event.ts'
import { CLOCK } from '../../domain/stamps.ts'
import { DAY, type EpochMs, parseTime, type Seq } from '../../domain/time.ts'
import { packDocument } from './document.ts'
import type { DuckApi } from './duck.ts'
import type { Kind } from './kinds.ts'

/** A row of the table `events`; `duck-schema.ts` says what its columns mean. Times are NaN where the event has none. */
export interface EventRow {
  readonly seq: Seq
  readonly clock: EpochMs
  readonly time: EpochMs
  readonly ownTime: EpochMs
  readonly day: number
  readonly key: number
  readonly kind: Kind
  readonly doc: string
}

/** Times of an event, NaN where it has none. */
export interface EventTimes {
  readonly clock: EpochMs
  /** The one that decides its bucket, and its own. */
  readonly time: EpochMs
  readonly own: EpochMs
  /** The day that it is kept with. */
  readonly day: number
}

export function timesOf(event: EcsEvent): EventTimes {
  const clock = Object.hasOwn(event, CLOCK) ? parseTime(event[CLOCK]) : Number.NaN
  const own = timeOf(event)
  const time = Object.hasOwn(event, SET_ASIDE_AT) ? bucketTimeOf(event) : own
  return { clock, time, own, day: Math.floor(((Number.isNaN(time) ? clock : time) || 0) / DAY) }
}

export function rowOfEvent(event: EcsEvent, seq: Seq, key: number, times: EventTimes, kind: Kind): EventRow {
  const { clock, time, own, day } = times
  const ownTime = own === time ? Number.NaN : own
  return { seq, key, clock, time, ownTime, day, kind, doc: packDocument(event, own, clock) }
}

/** So many rows DuckDB takes at once. */
const CHUNK = 2048

/**
 * Hands rows over in the transaction at hand, a chunk at a time: row by row it takes ten times as long. The call is synchronous,
 * some milliseconds for each chunk; the disk is written to by the COMMIT, which is not.
 */
export async function appendRows(api: DuckApi, connection: DuckDBConnection, rows: readonly EventRow[]): Promise<void> {
  const { BIGINT, INTEGER, VARCHAR, DuckDBDataChunk } = api
  const appender = await connection.createAppender('events')
  try {
    for (let from = 0; from < rows.length; from += CHUNK) {
      const some = rows.slice(from, from + CHUNK)
      const chunk = DuckDBDataChunk.create([BIGINT, BIGINT, BIGINT, BIGINT, INTEGER, BIGINT, VARCHAR, VARCHAR])
      chunk.setColumns([
        some.map(({ seq }) => BigInt(seq)),
        some.map(({ clock }) => whole(clock)),
        some.map(({ time }) => whole(time)),
        some.map(({ ownTime }) => whole(ownTime)),
        some.map(({ day }) => day),
        some.map(({ key }) => BigInt(key)),
        some.map(({ kind }) => kind),
        some.map(({ doc }) => doc),
      ])
      appender.appendDataChunk(chunk)
    }
  } finally {
    appender.closeSync()
  }
}

function whole(time: EpochMs): bigint | null {
  return Number.isNaN(time) ? null : BigInt(time)
}
