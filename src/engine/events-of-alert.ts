import type { Datafeed } from '../datafeed/datafeed.ts'
import { Fold, type Row, rowOf, timeOf } from '../datafeed/observe.ts'
import type { Alert } from '../domain/alert.ts'
import type { EcsEvent } from '../domain/event.ts'
import { text } from '../domain/field.ts'
import type { Observation } from '../domain/observation.ts'
import type { EpochMs, Seq } from '../domain/time.ts'
import { and, equals, or, type Query } from '../query/ast.ts'
import type { EventStore, TimeRange } from '../storage/storage.ts'
import { bucketOfAlert, type Stretch, stretchesOf, subjectOf } from '../triage/stretches.ts'
import { type FieldAndValue, isRowOf, RowFinder, splitOf } from './rows-of-record.ts'
import { unstamped } from './stamp.ts'

/** Where a page of them ended: at this place of the stretch that begins then. */
export interface AlertEventCursor {
  readonly from: EpochMs
  readonly seq: Seq
}

export interface AlertEvents {
  /** By the day or bucket that they count for, then as they came in. More than asked for where several stand at the last place. */
  readonly items: readonly EcsEvent[]
  /** Absent on the last page. */
  readonly next?: AlertEventCursor
  /** Events of the alert's own record that can still be read, those that joined it not counted. */
  readonly kept: number
}

interface Asked {
  readonly limit: number
  readonly after?: AlertEventCursor
}

/** Documents that are held at once, besides those of the answer. */
const PAGE = 500

/**
 * The events that an alert stands for, read from the store: those of the rows of its record on its host, and of what joined it. The
 * store is asked for what it surely knows, and which of these events are meant is found out here by their rows, as when the alert was
 * made. Rows that an exception took out of the alert are among them.
 *
 * @param feed of the alert's job
 */
export async function eventsOfAlert(
  events: EventStore,
  feed: Datafeed,
  alert: Alert,
  { limit, after }: Asked,
): Promise<AlertEvents> {
  const rows = await ownRows(events, feed, alert)
  const own = new Set(rows.map(({ values }) => JSON.stringify(values)))
  const kept = rows.reduce((sum, { count }) => sum + count, 0)
  const items: EcsEvent[] = []
  let last: AlertEventCursor | undefined
  for (const stretch of stretchesOf(alert, feed.bucketSpan)) {
    if (after !== undefined && stretch.to <= after.from) continue
    const tests = stretch.joined.map((subject) => isRowOf(subject, feed.fields))
    const isMeant = (row: Row) => (stretch.own && own.has(row.key)) || tests.some((test) => test(row))
    const query = queryOf(feed, alert, stretch, events)
    const place = after !== undefined && stretch.from <= after.from ? after.seq : 0
    for await (const { seq, row, event } of admitted(events, feed, query, stretch, place)) {
      if (!isMeant(row)) continue
      const here = { from: stretch.from, seq }
      if (last !== undefined && items.length >= limit && !isSame(last, here)) return { items, next: last, kept }
      items.push(unstamped(event))
      last = here
    }
  }
  return { items, kept }
}

/** The rows of the alert's own record on its host, as far as their events are still there. */
async function ownRows(events: EventStore, feed: Datafeed, alert: Alert): Promise<readonly Observation[]> {
  const bucket = bucketOfAlert(alert, feed.bucketSpan)
  if (Number.isNaN(bucket.start)) return []
  const query = ownQuery(feed, alert, events)
  const rows: Observation[] = []
  if (events.capabilities.movesByItself) {
    // To look at a bucket there is to note how far it was seen, and that is the job's alone.
    const fold = new Fold()
    for await (const { seq, row, event } of admitted(events, feed, query, { from: bucket.start, to: bucket.end }, 0))
      fold.add(row, timeOf(event), 0, seq, seq + 1)
    rows.push(...fold.observations())
  } else {
    const upTo = (await events.last())?.seq ?? 0
    for await (const row of events.observe({ ...feed, query }, bucket, upTo)) rows.push(row)
  }
  const host = text(alert, 'host.name')
  const column = feed.fields.indexOf('host.name')
  const found = new RowFinder(rows, feed.fields).rowsOf(subjectOf(alert))
  return host === undefined ? found : found.filter(({ values }) => values[column] === host)
}

/** Events of a range of time with their rows, a page at a time. */
async function* admitted(
  events: EventStore,
  feed: Datafeed,
  query: Query,
  within: TimeRange,
  after: Seq,
): AsyncGenerator<{ readonly seq: Seq; readonly row: Row; readonly event: EcsEvent }> {
  for (let place = after; ; ) {
    const { items, next } = await events.scan(query, { after: place, limit: PAGE, within })
    for (const { seq, doc } of items) {
      const row = rowOf(feed, doc)
      if (row) yield { seq, row, event: doc }
    }
    if (items.length < PAGE) return
    place = next
  }
}

/** What a store can say of a stretch: events that the datafeed admits, narrowed to those that any of its rows may have. */
function queryOf(feed: Datafeed, alert: Alert, { own, joined }: Stretch, events: EventStore): Query {
  const subjects = joined.map((subject) => and(feed.query, ...narrowed(splitOf(subject), events)))
  return or(...(own ? [ownQuery(feed, alert, events)] : []), ...subjects)
}

function ownQuery(feed: Datafeed, alert: Alert, events: EventStore): Query {
  const host = text(alert, 'host.name')
  const split: FieldAndValue[] = [
    ...(host === undefined ? [] : [['host.name', host] as const]),
    ...splitOf(subjectOf(alert)),
  ]
  return and(feed.query, ...narrowed(split, events))
}

/**
 * Conditions that an event with these values meets; more events may. A row's value may be that of several values, or of none, and what
 * we derive stands in our own stores alone. Events of others have their host under the names that `completeHost` takes it from, and
 * long texts of theirs cannot be searched.
 */
function narrowed(split: readonly FieldAndValue[], { capabilities }: EventStore): Query[] {
  const plain = split.filter(([, value]) => value !== '' && !value.includes(','))
  if (!capabilities.movesByItself) return plain.map(([field, value]) => equals(field, value))
  return plain
    .filter(([field]) => field === 'host.name')
    .map(([, host]) => or(...['host.name', 'host.id', 'node'].map((field) => equals(field, host))))
}

function isSame(a: AlertEventCursor, b: AlertEventCursor): boolean {
  return a.from === b.from && a.seq === b.seq
}
