import { castOf } from './cast.ts'
import { eventsOf } from './events.ts'
import type { Outcome } from './outcome.ts'
import { runAsScan } from './run-as-scan.ts'
import { runLive } from './run-live.ts'
import type { Story } from './story.ts'

/**
 * Runs a story: all events that come in before its end go through the engine, and what is still open then closes. A story
 * without a crash goes the way of `oddsock scan`; one with a crash goes through storage, so that something is left.
 *
 * @throws AppError for jobs and rules that cannot be loaded or run, and for a crash that never comes
 */
export async function runStory(story: Story): Promise<Outcome> {
  const cast = await castOf(story)
  const end = story.start + story.run
  const arrivals = eventsOf(story).filter(({ at }) => at < end)
  if (story.crashes.length === 0) return runAsScan(cast, arrivals)
  return runLive(
    cast,
    arrivals,
    story.crashes.map((at) => story.start + at),
  )
}
