import type { Datafeed } from '../../datafeed/datafeed.ts'
import { DAY, type EpochMs, type Seq } from '../../domain/time.ts'
import type { StateStore } from '../state-store.ts'

/** How many events a bucket had when it was observed up to a place. */
interface Note {
  readonly upTo: Seq
  readonly count: number
}

/** So long counts of a bucket are remembered: longer than late events are asked for. */
const KEPT = 10

/**
 * What was seen of each bucket of an index that others write to. An event can become visible after others that were taken in later;
 * only that there are more than were seen tells of it.
 */
export class Observed {
  readonly #state: StateStore
  /** By job and day, then by start of the bucket; oldest note first. */
  readonly #days = new Map<string, Map<EpochMs, Note[]>>()
  readonly #unsaved = new Set<string>()
  /** Notes since the last `save`, which a second look replaces. */
  readonly #loose = new Set<Note>()

  constructor(state: StateStore) {
    this.#state = state
  }

  async note(feed: Datafeed, start: EpochMs, upTo: Seq, count: number): Promise<void> {
    const day = await this.#dayOf(feed, start)
    const notes = (day.get(start) ?? []).filter((note) => note.upTo !== upTo && !this.#loose.has(note))
    const note = { upTo, count }
    day.set(
      start,
      [...notes, note].sort((a, b) => a.upTo - b.upTo),
    )
    this.#loose.add(note)
    this.#unsaved.add(keyOf(feed, start))
  }

  /** The count at the last look at places up to `upTo`; 0 where there was none. */
  async count(feed: Datafeed, start: EpochMs, upTo: Seq): Promise<number> {
    const notes = (await this.#dayOf(feed, start)).get(start) ?? []
    return notes.findLast((note) => note.upTo <= upTo)?.count ?? 0
  }

  /** Stores what was noted, and lets go what is `KEPT` days older than `now`. */
  async save(feed: Datafeed, now: EpochMs): Promise<void> {
    for (const key of this.#unsaved) {
      const doc = [...this.#days.get(key)!]
      const known = await this.#state.get(key)
      await this.#state.put(key, doc, known?.version ?? 0)
    }
    this.#unsaved.clear()
    this.#loose.clear()
    const oldest = keyOf(feed, now - KEPT * DAY)
    const old = [...this.#days.keys()].filter((key) => key.startsWith(prefixOf(feed)) && key < oldest)
    await this.#state.remove(old)
    for (const key of old) this.#days.delete(key)
  }

  async #dayOf(feed: Datafeed, start: EpochMs): Promise<Map<EpochMs, Note[]>> {
    const key = keyOf(feed, start)
    const known = this.#days.get(key)
    if (known) return known
    const day = new Map(((await this.#state.get(key))?.doc ?? []) as [EpochMs, Note[]][])
    this.#days.set(key, day)
    return day
  }
}

function prefixOf(feed: Datafeed): string {
  return `observed/${feed.job_id}/`
}

function keyOf(feed: Datafeed, start: EpochMs): string {
  return prefixOf(feed) + String(Math.floor(start / DAY)).padStart(9, '0')
}
