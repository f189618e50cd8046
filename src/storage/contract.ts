import type { EcsEvent } from '../domain/event.ts'
import type { AlertStore } from './alert-store.ts'
import { keepsAlertsByVersion } from './contract/alerts-by-version.ts'
import { countsAnyHistoryAsByHand } from './contract/any-history.ts'
import { keepsClockOfArrival } from './contract/clock-of-arrival.ts'
import { keepsEachEventOnce } from './contract/each-event-once.ts'
import { readsEventsBack } from './contract/events-read-back.ts'
import type { OpenEvents } from './contract/history.ts'
import { takesRevisionsOfJoinings } from './contract/joinings-revised.ts'
import { keepsNoticesOfChanges } from './contract/notices-of-changes.ts'
import { givesPagesOfATime } from './contract/pages-of-a-time.ts'
import { keepsResultsByRevision } from './contract/results-by-revision.ts'
import { givesRowsOfABucket } from './contract/rows-of-a-bucket.ts'
import { keepsStateByVersion } from './contract/state-by-version.ts'
import type { StateStore } from './state-store.ts'
import type { EventStore, ResultStore } from './storage.ts'

/**
 * What every storage engine owes. An adapter's test calls these with a way to open a store of its own; expected values come from
 * made-up histories, counted in the plainest way, and never from another engine. One demand, one file of `contract/`.
 */

/** @param runs made-up histories to go through: fewer where each takes seconds */
export function eventReaderContract(name: string, open: OpenEvents, runs = 60): void {
  givesRowsOfABucket(name, open)
  readsEventsBack(name, open)
  givesPagesOfATime(name, open)
  countsAnyHistoryAsByHand(name, open, runs)
}

/** Beyond reading: what a store owes that events are appended to. */
export function eventStoreContract(name: string, open: () => Promise<EventStore>, runs?: number): void {
  const openReader = async () => {
    const reader = await open()
    return { reader, take: (events: readonly EcsEvent[]) => reader.append(events), close: async () => {} }
  }
  eventReaderContract(name, openReader, runs)
  keepsEachEventOnce(name, open)
  takesRevisionsOfJoinings(name, open)
  keepsClockOfArrival(name, open)
}

/** What a store owes the results of jobs. */
export function resultStoreContract(name: string, open: () => Promise<ResultStore>): void {
  keepsResultsByRevision(name, open)
}

/** What a store owes alerts, and the sinks that tell of them. */
export function alertStoreContract(name: string, open: () => Promise<AlertStore>): void {
  keepsAlertsByVersion(name, open)
  keepsNoticesOfChanges(name, open)
}

/** @param runs made-up values to write: fewer where each takes seconds */
export function stateStoreContract(name: string, open: () => Promise<StateStore>, runs = 50): void {
  keepsStateByVersion(name, open, runs)
}
