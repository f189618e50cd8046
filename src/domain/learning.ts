import { DAY, type DurationMs } from './time.ts'

/** How long `novelty` takes to know a fleet: a week holds each weekday once. */
export const LEARNING: DurationMs = 7 * DAY
/** A fleet alerts of nothing for so long: what is found is for the review list. A host so young teaches no shapes, and does not leap. */
export const SETTLING: DurationMs = 3 * DAY
