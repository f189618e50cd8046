import { AppError } from '../domain/error.ts'
import { type EpochMs, LATEST, parseDuration } from '../domain/time.ts'

/**
 * When something ends that is to hold from now on for a time such as `30d`.
 *
 * @param what it is, for the error: "make an exception"
 * @throws AppError DURATION_UNREADABLE also for what would be over at once, or never end
 */
export function endOf(length: string, now: EpochMs, what: string, instead: string): EpochMs {
  const end = now + parseDuration(length)
  if (end > now && end <= LATEST) return end
  throw new AppError({
    message: `Cannot ${what} for "${length}": it would ${end > now ? 'never end' : 'be over at once'}`,
    code: 'DURATION_UNREADABLE',
    hint: end > now ? instead : 'Write how long it is to hold: 30d, for one.',
  })
}
