/**
 * Marks that the engine puts on an event when it comes in, as dotted keys of the document. They are ours alone: whatever a sender
 * brings under `oddsock` is dropped before (`derive.ts`).
 */

/** The engine's clock once this event was in, ISO 8601 (`time-and-order.md` §1). From one event to the next it never goes back. */
export const CLOCK = 'oddsock.clock'

/**
 * How many audit records were joined to this event. The joiner may find stragglers and tell the event again with more of them; one
 * with as many or fewer is a copy.
 */
export const REVISION = 'oddsock.revision'
