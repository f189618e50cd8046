import { SET_ASIDE_AT, timeOf } from '../datafeed/observe.ts'
import type { EcsEvent } from '../domain/event.ts'
import { CLOCK, REVISION } from '../domain/stamps.ts'
import { DAY, type EpochMs, isoTime } from '../domain/time.ts'

/**
 * The event as it is stored: with the engine's clock (if any reading has counted yet), and, if it lies more than a day ahead of that, the
 * mark that sets it aside. Its derived fields it has from whoever made it (`live-source.ts`).
 */
export function stamped(event: EcsEvent, clock: EpochMs): EcsEvent {
  if (!Number.isFinite(clock)) return event
  const now = isoTime(clock)
  return timeOf(event) > clock + DAY ? { ...event, [CLOCK]: now, [SET_ASIDE_AT]: now } : { ...event, [CLOCK]: now }
}

/** Whether the event as it is stored lies so far ahead that it counts for the time at which it came in. */
export function isSetAside(event: EcsEvent): boolean {
  return Object.hasOwn(event, SET_ASIDE_AT)
}

/** Without the marks that are the engine's own matter: as evidence, an event is what its sender told. */
export function unstamped(event: EcsEvent): EcsEvent {
  const { [CLOCK]: _clock, [REVISION]: _revision, ...rest } = event
  return rest
}

/** The event with the time at which it came in, over whatever unreadable value may stand there. */
export function withIngested(event: EcsEvent, time: EpochMs): EcsEvent {
  const ingested = isoTime(time)
  const { 'event.ingested': _unreadable, ...rest } = event
  const nested = Object.hasOwn(rest, 'event') ? rest.event : undefined
  if (typeof nested !== 'object' || nested === null || Array.isArray(nested))
    return { ...rest, 'event.ingested': ingested }
  return { ...rest, event: { ...nested, ingested } }
}
