import type { EcsEvent } from './event.ts'
import { text, values } from './field.ts'
import { hashText, numbersKey, textKey } from './key.ts'
import { type EpochMs, parseTime } from './time.ts'

export { hashBytes, hashText, textKey } from './key.ts'

/**
 * Which host, and which event (`time-and-order.md` §4). An event that comes twice has the same key both times, whichever
 * source brought it, so that a copy can be told from a second event.
 */

/** All fields that this file looks at; an event that holds them and no others gets the same answers. */
export const IDENTITY_FIELDS: readonly string[] = [
  '_id',
  '_index',
  '@timestamp',
  'auditd.message_type',
  'auditd.sequence',
  'event.dataset',
  'event.id',
  'event.module',
  'event.sequence',
  'host.id',
  'host.name',
  'node',
]

/** The host of an event: `host.id`, else `host.name`, else ''. */
export function hostOf(event: EcsEvent): string {
  return text(event, 'host.id') || text(event, 'host.name') || ''
}

/**
 * The event with a `host.name`: where it is missing, `host.id` takes its place, else the `node` of an audit record, else
 * `fallback` (what the user or the source says). The same object when nothing is missing or nothing is known.
 */
export function completeHost(event: EcsEvent, fallback?: string): EcsEvent {
  if (text(event, 'host.name')) return event
  const name = text(event, 'host.id') || text(event, 'node') || fallback
  if (!name) return event
  const host = Object.hasOwn(event, 'host') ? event.host : {}
  if (typeof host !== 'object' || host === null || Array.isArray(host)) return { ...event, 'host.name': name }
  return { ...withoutDottedName(event), host: { ...host, name } }
}

function withoutDottedName(event: EcsEvent): EcsEvent {
  if (!Object.hasOwn(event, 'host.name')) return event
  const { 'host.name': _empty, ...rest } = event
  return rest
}

/** Whether an event was made from Linux audit records, so that its sequence is a serial of the kernel. */
export function isAuditEvent(event: EcsEvent): boolean {
  return (
    text(event, 'event.module') === 'auditd' ||
    /^auditd(?:_manager)?(?:\.|$)/.test(text(event, 'event.dataset') ?? '') ||
    text(event, 'auditd.sequence') !== undefined ||
    text(event, 'auditd.message_type') !== undefined
  )
}

/**
 * Key of an audit event. Serials start again at boot, so the time is part of it. `hostHash` is `hashText(hostOf(event))`; NaN
 * if the time or the serial is.
 */
export function auditKey(hostHash: number, time: EpochMs, serial: number): number {
  return numbersKey(hostHash, time, serial)
}

/**
 * Key of any event, 53 bits (for the odds of a collision see `key.ts`). Audit events: host, time and serial. Others: `_index`
 * and `_id`, else `event.id`, else the place in the file that it was read from.
 *
 * @param place the file, told by a fingerprint of its content, and the byte at which the event begins
 */
export function eventKeyOf(event: EcsEvent, place: { readonly fingerprint: string; readonly offset: number }): number {
  return ownKeyOf(event) ?? textKey(`${place.fingerprint}\0${place.offset}`)
}

/** The key that an event carries within itself; undefined where only its place can tell it from another. */
export function ownKeyOf(event: EcsEvent): number | undefined {
  if (isAuditEvent(event)) {
    const key = auditKey(hashText(hostOf(event)), parseTime(values(event, '@timestamp')[0]), serialOf(event))
    if (!Number.isNaN(key)) return key
  }
  const id = text(event, '_id')
  if (id !== undefined) return textKey(`${text(event, '_index') ?? ''}\0${id}`)
  const eventId = text(event, 'event.id')
  return eventId === undefined ? undefined : textKey(eventId)
}

/** What an event is told by, in full: as `ownKeyOf`, for stores with more events than 53 bits tell apart. */
export function ownIdentityOf(event: EcsEvent): readonly (string | number)[] | undefined {
  const time = parseTime(values(event, '@timestamp')[0])
  const serial = isAuditEvent(event) ? serialOf(event) : Number.NaN
  if (!Number.isNaN(time + serial)) return ['audit', hostOf(event), time, serial]
  const id = text(event, '_id')
  if (id !== undefined) return ['document', text(event, '_index') ?? '', id]
  const eventId = text(event, 'event.id')
  return eventId === undefined ? undefined : ['event', eventId]
}

/** What a sender sends again is the same event, though whoever passes it on stamps it anew: the event without `event.ingested`. */
export function withoutIngested(event: EcsEvent): EcsEvent {
  const { 'event.ingested': _dotted, ...rest } = event
  if (typeof rest.event !== 'object' || rest.event === null || Array.isArray(rest.event)) return rest
  const { ingested: _nested, ...inner } = rest.event as EcsEvent
  return { ...rest, event: inner }
}

/** A serial as its source writes it, a number or digits; NaN if there is none. */
function serialOf(event: EcsEvent): number {
  const serial = text(event, 'event.sequence') ?? text(event, 'auditd.sequence') ?? ''
  return /^\d{1,15}$/.test(serial) ? Number(serial) : Number.NaN
}
