import { DAY, type DurationMs, type EpochMs } from '../../domain/time.ts'
import type { Dsl } from './compile-query.ts'
import type { Connection } from './connection.ts'
import { UNDATED } from './events.ts'
import { deleteIndices } from './indices.ts'
import { refresh, search } from './journal.ts'

/**
 * How long our own events and results stay in the cluster. Whole indices go, the oldest first: that costs the cluster nothing, and can be
 * done to those that are closed to writers. Alerts, what people said, and state are small and stay, as in the embedded store.
 */

export interface Retention {
  /** Events and results to keep, by when events came and by the buckets of results; a day at least, all if not said. */
  readonly time?: DurationMs
  /** Bytes on the disks of the cluster, every copy counted; the oldest indices go first. */
  readonly bytes?: number
}

/** An index of ours, and what is in it. */
export interface OwnIndex {
  readonly name: string
  readonly bytes: number
  /** The newest time that a document of it has, and its last place; none where it is empty. */
  readonly newest?: EpochMs
  readonly lastSeq?: number
}

/** The end of a name: the part, which is a day or a word, and the term. */
const ENDING = /-(?<part>[^-]+)-(?<term>\d{6})$/

/** Drops what is older than it is to be kept, and the oldest beyond the bytes to keep. */
export async function prune(connection: Connection, prefix: string, keep: Retention, now: EpochMs): Promise<void> {
  if (keep.time === undefined && keep.bytes === undefined) return
  const journals = ['events', 'results'].map((name) => `${prefix}-${name}-*`)
  const others = ['state', 'alerts', 'journals', 'outbox-*'].map((name) => `${prefix}-${name}`)
  // First the names: what is made after that was not there to be looked at, and stays.
  const bytes = await bytesOf(connection, [...journals, ...others])
  const held = await holdingsOf(connection, journals)
  const own = [...bytes].filter(([name]) => journals.some((pattern) => name.startsWith(pattern.slice(0, -1))))
  const indices = own.map(([name, bytes]) => ({ name, bytes, ...held.get(name) }))
  const total = [...bytes.values()].reduce((sum, each) => sum + each, 0)
  await deleteIndices(connection, toDrop(indices, total, keep, now))
}

/** The names of what is to go. Of each journal two indices stay: the one that is written to, and the one with its last place. */
export function toDrop(indices: readonly OwnIndex[], total: number, keep: Retention, now: EpochMs): string[] {
  const stay = new Set([
    ...newestOfEach(indices, ({ name }) => writtenOrder(name)),
    ...newestOfEach(indices, ({ lastSeq = 0 }) => lastSeq),
  ])
  const before = now - Math.max(keep.time ?? Number.POSITIVE_INFINITY, DAY)
  const dropped: string[] = []
  let left = total
  for (const { name, bytes, newest } of [...indices].sort((a, b) => newestTime(a) - newestTime(b))) {
    // Nothing tells when undated events came.
    if (stay.has(name) || partOf(name) === UNDATED) continue
    const isOld = (newest ?? Number.NEGATIVE_INFINITY) < before
    if (!isOld && left <= (keep.bytes ?? Number.POSITIVE_INFINITY)) continue
    dropped.push(name)
    left -= bytes
  }
  return dropped
}

function newestTime({ newest = Number.NEGATIVE_INFINITY }: OwnIndex): EpochMs {
  return newest
}

/** The name of the index of each journal of which this is highest. */
function newestOfEach<T extends string | number>(indices: readonly OwnIndex[], of: (one: OwnIndex) => T): string[] {
  const found = new Map<string, OwnIndex>()
  for (const one of indices) {
    const journal = one.name.replace(ENDING, '')
    const known = found.get(journal)
    if (!known || of(one) > of(known)) found.set(journal, one)
  }
  return [...found.values()].map(({ name }) => name)
}

function partOf(name: string): string | undefined {
  return name.match(ENDING)?.groups?.part
}

/** Writers write to the newest part of their term; words that are no day come before days. */
function writtenOrder(name: string): string {
  const { term = '', part = '' } = name.match(ENDING)?.groups ?? {}
  return `${term} ${/^\d/.test(part) ? part : ''}`
}

/** The bytes of each index, by name. */
async function bytesOf(connection: Connection, patterns: readonly string[]): Promise<Map<string, number>> {
  const query = {
    ignore_unavailable: true,
    allow_no_indices: true,
    filter_path: 'indices.*.total.store.size_in_bytes',
  }
  const path = `/${patterns.join()}/_stats/store`
  const { body } = await connection.request<{ indices?: Record<string, Stats> }>('GET', path, { query })
  return new Map(Object.entries(body.indices ?? {}).map(([name, { total }]) => [name, total.store.size_in_bytes]))
}

interface Stats {
  readonly total: { readonly store: { readonly size_in_bytes: number } }
}

/** The newest time and the last place in each index, by name; without those that are empty. */
async function holdingsOf(connection: Connection, patterns: readonly string[]) {
  await refresh(connection, patterns.join())
  const aggs: Dsl = {
    clock: { max: { field: 'journal.clock' } },
    bucket: { max: { field: 'journal.bucket_time' } },
    seq: { max: { field: 'journal.seq' } },
  }
  const body = { size: 0, aggs: { indices: { terms: { field: '_index', size: MOST_INDICES }, aggs } } }
  const reply = await search(connection, patterns.join(), body)
  const { buckets = [] } = (reply.aggregations?.indices ?? {}) as { buckets?: readonly Held[] }
  return new Map(
    buckets.map(({ key, clock, bucket, seq }) => {
      // An event is as old as its arrival: what time it claims may be false.
      const newest = clock.value ?? bucket.value
      return [key, { ...(newest !== null && { newest }), ...(seq.value !== null && { lastSeq: seq.value }) }] as const
    }),
  )
}

/** A cluster has not so many indices of ours: with the figures of each it would answer with more than it may (65,535 buckets). */
const MOST_INDICES = 10_000

interface Held {
  readonly key: string
  readonly clock: { readonly value: number | null }
  readonly bucket: { readonly value: number | null }
  readonly seq: { readonly value: number | null }
}
