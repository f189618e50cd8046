import type { EpochMs } from '../../domain/time.ts'
import type { Share, Storage } from '../storage.ts'
import { OpenSearchAlerts } from './alerts.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { Documents } from './documents.ts'
import { OpenSearchEvents } from './events.ts'
import { IndexEvents, type IndexEventsOptions } from './index-events.ts'
import { createIndex } from './indices.ts'
import { Journal } from './journal.ts'
import { OpenSearchResults } from './results.ts'
import { prune, type Retention } from './retention.ts'
import { ALERT_FIELDS, EVENT_FIELDS, mappingOf, RESULT_FIELDS } from './schema.ts'
import { SharedResults } from './shared-results.ts'
import { OpenSearchState } from './state.ts'

export interface OpenSearchOptions extends ConnectionOptions {
  /** What the names of all our indices begin with: `oddsock` unless said. */
  readonly prefix?: string
  /** Copies of each shard beside the first; 1 unless said, so that a node may be lost. */
  readonly replicas?: number
  /** Shards of a day of events. */
  readonly shards?: number
  /** Fields to search and group by in the cluster, beside the usual ones. */
  readonly fields?: readonly string[]
  /** Whose results these are: one writer, one journal. Without it, where events are read from `reads`, several servers share. */
  readonly journal?: string
  /** Indices of others to read events from, instead of our own. */
  readonly reads?: IndexEventsOptions
  /** What to keep of our own events and results; all if not said. */
  readonly keep?: Retention
}

/** Everything in a cluster. Opening makes what indices are missing, and needs the cluster to answer. */
export async function openOpenSearch(
  options: OpenSearchOptions,
): Promise<Storage & { readonly connection: Connection }> {
  const { store, dropOld } = await open(options)
  // Where servers share the store, the one that holds the lease of it drops what is old.
  if (store.shares) return store
  return {
    ...store,
    async tend(now) {
      await store.tend!(now)
      await dropOld(now)
    },
  }
}

async function open(options: OpenSearchOptions) {
  const { prefix = 'oddsock', replicas = 1, shards = 1, fields = [], journal = 'all', keep = {} } = options
  const connection = await Connection.open(options)
  const settings = { number_of_shards: 1, number_of_replicas: replicas }
  await createIndex(connection, `${prefix}-state`, mappingOf([]), settings)
  await createIndex(connection, `${prefix}-alerts`, mappingOf(ALERT_FIELDS), settings)
  await createIndex(connection, `${prefix}-journals`, mappingOf([]), settings)
  const state = new OpenSearchState(new Documents(`${prefix}-state`, connection), connection)
  const ours = new OpenSearchState(new Documents(`${prefix}-journals`, connection), connection)
  await state.finishRemoval()
  const eventFields = [...new Set([...EVENT_FIELDS, ...fields])]
  const eventSettings = { number_of_shards: shards, number_of_replicas: replicas, refresh_interval: '30s' }
  const resultsOf = (name: string) =>
    new Journal(`${prefix}-results-${name}`, connection, ours, mappingOf(RESULT_FIELDS), settings)
  const journals = {
    events: new Journal(`${prefix}-events`, connection, ours, mappingOf(eventFields), eventSettings),
    results: resultsOf(journal),
    outbox: new Journal(`${prefix}-outbox`, connection, ours, mappingOf([]), settings),
  }
  const isShared = options.reads !== undefined && options.journal === undefined
  const own = new OpenSearchEvents(journals.events, eventFields)
  const theirs = options.reads && new IndexEvents(connection, ours, options.reads)
  const resultStore = (its: Journal) => new OpenSearchResults(its, ours, keep.time)
  const store: Storage & { readonly connection: Connection } = {
    connection,
    state,
    events: theirs ?? own,
    ...(theirs && { unjoinedLines: () => theirs.unjoinedLines() }),
    results: isShared ? new SharedResults((jobId) => resultStore(resultsOf(jobId))) : resultStore(journals.results),
    ...(isShared && { shares: (work: string) => openShare({ ...options, journal: work }) }),
    alerts: new OpenSearchAlerts(new Documents(`${prefix}-alerts`, connection), journals.outbox, connection, ours),
    trouble: () => connection.trouble,
    tend: () => state.tidy(),
    async close() {
      for (const each of Object.values(journals)) await each.close()
      await connection.close()
    },
  }
  const dropOld = (now: EpochMs) => journals.events.pause(() => prune(connection, prefix, keep, now))
  return { store, dropOld }
}

async function openShare(options: OpenSearchOptions): Promise<Share> {
  const { store, dropOld } = await open(options)
  return { ...store, dropOld, abandon: () => store.connection.close() }
}
