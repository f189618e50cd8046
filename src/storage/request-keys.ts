import { isOurs } from '../domain/derive.ts'
import type { EcsEvent } from '../domain/event.ts'
import { eventKeyOf } from '../domain/identity.ts'
import { REVISION } from '../domain/stamps.ts'

/**
 * Keys of the events that came in one request, in their order (`time-and-order.md` §4). What carries no identity is known by its
 * content and by how often that came before in the same request.
 */
export function requestKeys(events: readonly EcsEvent[]): number[] {
  const occurrences = new Map<string, number>()
  return events.map((event) => {
    let content: string | undefined
    const place = {
      get fingerprint() {
        content ??= contentOf(event)
        return content
      },
      get offset() {
        content ??= contentOf(event)
        const occurrence = (occurrences.get(content) ?? 0) + 1
        occurrences.set(content, occurrence)
        return occurrence
      },
    }
    return eventKeyOf(event, place)
  })
}

/** How many audit records our joiner put into the event; undefined for an event from elsewhere. */
export function revisionOf(event: EcsEvent): number | undefined {
  const revision = Object.hasOwn(event, REVISION) ? event[REVISION] : undefined
  return typeof revision === 'number' ? revision : undefined
}

/** What a sender sends again is the same event, though whoever passes it on stamps it anew, and so do we. */
function contentOf(event: EcsEvent): string {
  const rest: [string, unknown][] = []
  for (const [key, value] of Object.entries(event)) {
    if (key === 'event.ingested' || isOurs(key)) continue
    rest.push([key, key === 'event' ? withoutIngested(value) : value])
  }
  return JSON.stringify(rest)
}

function withoutIngested(event: unknown): unknown {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return event
  const { ingested: _, ...rest } = event as EcsEvent
  return rest
}
