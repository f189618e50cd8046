import type { Datafeed } from '../../datafeed/datafeed.ts'
import type { Place } from '../../domain/event.ts'
import { compareObservations, EVENTS_KEPT, type Observation } from '../../domain/observation.ts'
import { type EpochMs, parseTime } from '../../domain/time.ts'
import type { Dsl } from './compile-query.ts'
import type { SearchReply } from './journal.ts'

/**
 * The rows of a bucket as a composite aggregation: the cluster groups, and only distinct rows travel, a page at a time.
 */

/** Rows of one page. With the hits below each, 1,000 × 20 stay far from the cluster's limit of 65,535 buckets. */
const ROWS_A_PAGE = 1000

/** Where an index keeps what rows are made of. */
export interface RowFields {
  /** The event's own time. */
  readonly time: string
  /** Which field of the index stands for a field of the datafeed. */
  readonly of: (field: string) => string
  /** How the first events of a row are asked for, and how their places are read. */
  readonly hits: Dsl
  readonly placeOf: (hit: HitOfRow) => Place
}

export interface HitOfRow {
  readonly _index: string
  readonly _id: string
  readonly fields?: Readonly<Record<string, readonly unknown[]>>
  readonly sort?: readonly unknown[]
}

interface Page {
  readonly after_key?: Dsl
  readonly buckets: readonly {
    readonly key: Readonly<Record<string, unknown>>
    readonly doc_count: number
    readonly first: { readonly value: EpochMs }
    readonly last: { readonly value: EpochMs }
    readonly events: { readonly hits: { readonly hits: readonly HitOfRow[] } }
  }[]
}

/** The body of the request for the page after `after`. */
export function rowsBody(feed: Datafeed, query: Dsl, fields: RowFields, after?: Dsl): Dsl {
  const sources = feed.fields.map((field, i) => ({
    [`f${i}`]: { terms: { field: fields.of(field), missing_bucket: true } },
  }))
  return {
    size: 0,
    track_total_hits: false,
    query,
    aggs: {
      rows: {
        composite: { size: ROWS_A_PAGE, sources, ...(after && { after }) },
        aggs: {
          first: { min: { field: fields.time } },
          last: { max: { field: fields.time } },
          events: { top_hits: { size: EVENTS_KEPT, _source: false, ...fields.hits } },
        },
      },
    },
  }
}

/** All rows that the query leaves, in no particular order. */
export async function* readRows(
  feed: Datafeed,
  query: Dsl,
  fields: RowFields,
  search: (body: Dsl) => Promise<SearchReply>,
): AsyncGenerator<Observation> {
  let after: Dsl | undefined
  do {
    const { aggregations } = await search(rowsBody(feed, query, fields, after))
    const page = aggregations?.rows as Page | undefined
    for (const { key, doc_count, first, last, events } of page?.buckets ?? [])
      yield {
        values: feed.fields.map((_, i) => (key[`f${i}`] == null ? null : String(key[`f${i}`]))),
        count: doc_count,
        first: first.value,
        last: last.value,
        events: events.hits.hits.map(fields.placeOf),
      }
    after = page?.after_key
  } while (after !== undefined)
}

/** Rows of the same values made one, in the order of rows. `isBefore` is the order of events in the store. */
export function unitedRows(rows: readonly Observation[], order: (a: Place, b: Place) => number): Observation[] {
  const byValues = new Map<string, Observation>()
  for (const row of rows) {
    const key = JSON.stringify(row.values)
    const known = byValues.get(key)
    byValues.set(key, known === undefined ? row : unite(known, row, order))
  }
  return [...byValues.values()].sort(compareObservations)
}

function unite(a: Observation, b: Observation, order: (a: Place, b: Place) => number): Observation {
  return {
    values: a.values,
    count: a.count + b.count,
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
    events: [...a.events, ...b.events].sort(order).slice(0, EVENTS_KEPT),
  }
}

/** Events per bucket as a composite aggregation over a histogram: any number of buckets, none of them empty. */
export function countsBody(query: Dsl, histogram: Dsl, after?: Dsl): Dsl {
  const composite = { size: BUCKETS_A_PAGE, sources: [{ start: histogram }], ...(after && { after }) }
  return { size: 0, track_total_hits: false, query, aggs: { counts: { composite } } }
}

const BUCKETS_A_PAGE = 10_000

export async function readCounts(
  query: Dsl,
  histogram: Dsl,
  search: (body: Dsl) => Promise<SearchReply>,
): Promise<Map<EpochMs, number>> {
  const counts = new Map<EpochMs, number>()
  let after: Dsl | undefined
  do {
    const { aggregations } = await search(countsBody(query, histogram, after))
    const page = aggregations?.counts as
      | { after_key?: { start: unknown }; buckets: { key: { start: unknown }; doc_count: number }[] }
      | undefined
    for (const { key, doc_count } of page?.buckets ?? []) counts.set(parseTime(key.start), doc_count)
    after = page?.after_key && { start: parseTime(page.after_key.start) }
  } while (after !== undefined)
  return counts
}
