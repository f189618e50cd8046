import { DAY, type EpochMs } from '../../domain/time.ts'
import { DEFAULT_THRESHOLD } from './record-score.ts'

/**
 * From scores to alerts (detection-design §9, v3 §9): one alert an incident. A group is shown when its score reaches the threshold
 * and nothing like it was shown in seven days, or it has become much worse; everything else joins the incident as evidence. One that was shown
 * below the usual threshold, since somebody asked for such, is shown again when it reaches that: whoever asks for more is told no less.
 */
export interface Incidents {
  /** By (host, program), and by what the incident is about; what was shown last. */
  places: Map<string, Shown>
  matters: Map<string, Shown>
}

export interface Shown {
  readonly id: string
  readonly at: EpochMs
  readonly nats: number
}

export interface Candidate {
  /** Id that a new incident would have. */
  readonly id: string
  readonly at: EpochMs
  readonly nats: number
  /** The place of it: (host, program). */
  readonly place: string
  /** What it is about: (program, range, port) or (program, user). */
  readonly matter: string
  /** The program was met on no other host. */
  readonly firstInFleet: boolean
}

export interface Decision {
  readonly shown: boolean
  /** The incident that the group belongs to; undefined below the threshold and without an open one. */
  readonly incident: string | undefined
}

const MEMORY = 7 * DAY
/** A shown incident is shown again when it has grown by so many nats: persistence alone can bring 3 (v3 §9). */
export const GROWTH = 4.5

export function newIncidents(): Incidents {
  return { places: new Map(), matters: new Map() }
}

export function decide(incidents: Incidents, candidate: Candidate, threshold: number, growth = GROWTH): Decision {
  const place = recent(incidents.places.get(candidate.place), candidate.at)
  const matter = recent(incidents.matters.get(candidate.matter), candidate.at)
  const open = place ?? matter
  const grown = (shown: Shown | undefined) =>
    shown === undefined ||
    candidate.nats >= shown.nats + growth ||
    (shown.nats < DEFAULT_THRESHOLD && candidate.nats >= DEFAULT_THRESHOLD)
  const shown = candidate.nats >= threshold && grown(place) && (grown(matter) || candidate.firstInFleet)
  if (!shown) return { shown, incident: open?.id }
  const now = { id: open?.id ?? candidate.id, at: candidate.at, nats: candidate.nats }
  incidents.places.set(candidate.place, now)
  incidents.matters.set(candidate.matter, now)
  return { shown, incident: now.id }
}

export function forgetIncidents({ places, matters }: Incidents, now: EpochMs): void {
  for (const entries of [places, matters])
    for (const [key, { at }] of entries) if (now - at >= MEMORY) entries.delete(key)
}

function recent(shown: Shown | undefined, now: EpochMs): Shown | undefined {
  return shown !== undefined && now - shown.at < MEMORY ? shown : undefined
}
