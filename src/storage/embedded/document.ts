import type { EcsEvent } from '../../domain/event.ts'
import { CLOCK } from '../../domain/stamps.ts'
import { type EpochMs, isoTime } from '../../domain/time.ts'

/**
 * Documents are kept as JSON without what the columns beside them say: the event's time in front and the engine's clock at the end,
 * where they stand in the form in which we write times. These two would take a quarter of the bytes.
 */

/** @param time the event's own, NaN if it has none; `clock` likewise */
export function packDocument(event: EcsEvent, time: EpochMs, clock: EpochMs): string {
  let doc = JSON.stringify(event)
  const front = Number.isNaN(time) ? '' : `"@timestamp":"${isoTime(time)}"`
  if (front !== '' && doc.startsWith(front, 1))
    doc = `{${doc.slice(doc[front.length + 1] === ',' ? front.length + 2 : front.length + 1)}`
  const end = Number.isNaN(clock) ? '' : `"${CLOCK}":"${isoTime(clock)}"}`
  if (end !== '' && doc.endsWith(end)) {
    const upTo = doc.length - end.length
    doc = `${doc.slice(0, doc[upTo - 1] === ',' ? upTo - 1 : upTo)}}`
  }
  return doc
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
