import { SET_ASIDE_AT, timeOf } from '../datafeed/observe.ts'
import { deriveFields } from '../domain/derive.ts'
import type { EcsEvent } from '../domain/event.ts'
import { CLOCK, REVISION } from '../domain/stamps.ts'
import { DAY, type EpochMs, isoTime } from '../domain/time.ts'

/**
 * The event as it is stored: with its derived fields, the engine's clock (if any reading has counted yet), and, if it lies more than a
 * day ahead of that, the mark that sets it aside. Nothing that a sender brings under `oddsock` is left, but for what our own joiner of audit records has put there.
 */
export function stamped(event: EcsEvent, clock: EpochMs): EcsEvent {
  const derived = deriveFields(event)
  const revision = Object.hasOwn(event, REVISION) ? event[REVISION] : undefined
  return {
    ...derived,
    ...(Number.isFinite(clock) && { [CLOCK]: isoTime(clock) }),
    ...(typeof revision === 'number' && { [REVISION]: revision }),
    ...(Number.isFinite(clock) && timeOf(event) > clock + DAY && { [SET_ASIDE_AT]: isoTime(clock) }),
  }
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
