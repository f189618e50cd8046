import { compileDatafeed, type Datafeed } from '../../datafeed/datafeed.ts'
import { deriveFields } from '../../domain/derive.ts'
import type { EcsEvent } from '../../domain/event.ts'
import { text } from '../../domain/field.ts'
import type { Observation } from '../../domain/observation.ts'
import { type EpochMs, isoTime, MINUTE, type Seq } from '../../domain/time.ts'
import type { EventReader } from '../storage.ts'

/** The made-up histories that every event store is asked about, and the datafeeds that look at them. */

export const START: EpochMs = Date.UTC(2026, 0, 6)
export const SPAN = 15 * MINUTE

/** The datafeed of these tests: network events, by host, user, destination and process name. */
export const FEED = compileDatafeed(
  {
    job_id: 'contract',
    analysis_config: { bucket_span: '15m', detectors: [{ function: 'rare', by_field_name: 'process.name' }] },
  },
  { query: { term: { 'event.category': 'network' } } },
  { profile: 'elastic-exact' },
)
/** A second job on the same events, with longer buckets and another field. */
export const OTHER_FEED = compileDatafeed(
  {
    job_id: 'other',
    analysis_config: { bucket_span: '1h', detectors: [{ function: 'rare', by_field_name: 'event.action' }] },
  },
  {},
  { profile: 'elastic-exact' },
)

/** An event of a made-up history. `id` is its identity; what is left out is missing in the event. */
export interface Sight {
  readonly id: string
  /** Minutes after the start. */
  readonly minute: number
  readonly host: string
  readonly name?: string | readonly string[] | undefined
  readonly user?: string | undefined
  readonly category?: string
}

/** The event of a sight, as it is stored: with the fields that are derived at ingest. */
export function eventOf({ id, minute, host, name, user, category = 'network' }: Sight): EcsEvent {
  return deriveFields({
    '@timestamp': isoTime(START + minute * MINUTE),
    event: { id, category, action: category === 'network' ? 'connected-to' : 'executed' },
    host: { name: host },
    ...(name !== undefined && { process: { name } }),
    ...(user !== undefined && { user: { name: user } }),
  })
}

/** A store that takes in batches one after another, as it does in life. `take` answers the place of its last event. */
export interface OpenReader {
  readonly reader: EventReader
  take(events: readonly EcsEvent[]): Promise<Seq>
  close(): Promise<void>
}

/**
 * @param open a new store for these datafeeds that will be given these batches, in this order; those that keep their events
 *   elsewhere need to know them beforehand
 */
export type OpenEvents = (batches: readonly (readonly EcsEvent[])[], feeds: readonly Datafeed[]) => Promise<OpenReader>

/** Looks at a new store that took in these batches; `seqs` are the places of the last event of each. */
export async function withHistory(
  open: OpenEvents,
  batches: readonly (readonly Sight[])[],
  look: (opened: OpenReader, seqs: readonly Seq[]) => Promise<void>,
): Promise<void> {
  const events = batches.map((batch) => batch.map(eventOf))
  const opened = await open(events, [FEED, OTHER_FEED])
  try {
    const seqs: Seq[] = []
    for (const batch of events) seqs.push(await opened.take(batch))
    await look(opened, seqs)
  } finally {
    await opened.close()
  }
}

/** What the first job sees of its bucket of this number. */
export const rowsAt = async ({ reader }: OpenReader, bucket: number, upTo: Seq): Promise<readonly Observation[]> =>
  collect(reader.observe(FEED, bucketAt(bucket), upTo))

/** All of time. */
export const EVERYTHING = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

/** The bucket of this number since the start, of the first job. */
export function bucketAt(index: number) {
  return { start: START + index * SPAN, end: START + (index + 1) * SPAN }
}

/** Counts of the buckets of these numbers, as `counts` answers them. */
export function countsOf(buckets: readonly number[], counts: readonly number[]): Map<EpochMs, number> {
  return new Map(buckets.map((bucket, i) => [bucketAt(bucket).start, counts[i]!]))
}

/** The identity of an event, `none` where there was none to read. */
export function idOf(event: EcsEvent | undefined): string {
  return event === undefined ? 'none' : text(event, 'event.id')!
}

/** The process name of a row of the first job. */
export function nameOf(row: Observation): string | null | undefined {
  return row.values[FEED.fields.indexOf('process.name')]
}

/** All that comes. */
export async function collect<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
