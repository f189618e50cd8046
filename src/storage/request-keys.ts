import { isOurs } from '../domain/derive.ts'
import type { EcsEvent } from '../domain/event.ts'
import { ownKeyOf, textKey, withoutIngested } from '../domain/identity.ts'
import { REVISION } from '../domain/stamps.ts'

/**
 * Keys of the events that came in one request, in their order (`time-and-order.md` §4). What carries no identity is known by its
 * content, without what its sender and we stamp anew each time, and by how often that came before in the same request.
 */
export function requestKeys(events: readonly EcsEvent[]): number[] {
  const occurrences = new Map<string, number>()
  return events.map((event) => {
    const own = ownKeyOf(event)
    if (own !== undefined) return own
    const content = contentOf(event)
    const occurrence = (occurrences.get(content) ?? 0) + 1
    occurrences.set(content, occurrence)
    return textKey(`${content}\0${occurrence}`)
  })
}

/** What an event without an identity is known by. */
export function contentOf(event: EcsEvent): string {
  return JSON.stringify(Object.entries(withoutIngested(event)).filter(([name]) => !isOurs(name)))
}

/** How many audit records our joiner put into the event; undefined for an event from elsewhere. */
export function revisionOf(event: EcsEvent): number | undefined {
  const revision = Object.hasOwn(event, REVISION) ? event[REVISION] : undefined
  return typeof revision === 'number' ? revision : undefined
}
