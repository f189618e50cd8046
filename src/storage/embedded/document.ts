import type { EcsEvent } from '../../domain/event.ts'
import { CLOCK } from '../../domain/stamps.ts'
import { type EpochMs, isoTime } from '../../domain/time.ts'

/**
 * Documents are kept as JSON without what the columns beside them say: the event's time in front and the engine's clock at the end,
 * where they stand in the form in which we write times. These two would take a quarter of the bytes.
 */

/** @param time the event's own, NaN if it has none; `clock` likewise */
export function packDocument(event: EcsEvent, time: EpochMs, clock: EpochMs): string {
  const doc = JSON.stringify(event)
  const front = Number.isNaN(time) ? '' : `"@timestamp":"${isoTime(time)}"`
  const end = Number.isNaN(clock) ? '' : `"${CLOCK}":"${isoTime(clock)}"`
  let [from, to] = [1, doc.length - 1]
  if (doc.startsWith(front, from)) from += front.length
  if (doc.endsWith(end, to)) to -= end.length
  if (doc[from] === ',') from++
  if (to > from && doc[to - 1] === ',') to--
  return `{${doc.slice(from, to)}}`
}

/** A packed document with the times beside it, as `DOCUMENT` selects them. */
export interface PackedDocument {
  readonly doc: string
  readonly own: EpochMs | null
  readonly clock: EpochMs | null
}

/** SQL for the columns of a `PackedDocument`. */
export const DOCUMENT = 'doc, coalesce(own_time, time)::DOUBLE AS own, clock::DOUBLE AS clock'

/** What was packed, as it was. */
export function documentOf({ doc, own, clock }: PackedDocument): EcsEvent {
  const event: EcsEvent = JSON.parse(doc)
  const lacksTime = own !== null && !Object.hasOwn(event, '@timestamp')
  const lacksClock = clock !== null && !Object.hasOwn(event, CLOCK)
  if (!lacksTime && !lacksClock) return event
  return {
    ...(lacksTime && { '@timestamp': isoTime(own) }),
    ...event,
    ...(lacksClock && { [CLOCK]: isoTime(clock) }),
  }
}
