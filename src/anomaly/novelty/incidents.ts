import { DAY, type DurationMs, type EpochMs, HOUR } from '../../domain/time.ts'
import { DEFAULT_THRESHOLD, PAGE } from './record-score.ts'

/**
 * From scores to alerts (detection-design §9, v3 §9): one alert an incident. A group is shown when its score reaches the threshold
 * and nothing like it was shown in seven days, or it has become much worse; everything else joins the incident as evidence. One that was shown
 * below the usual threshold, since somebody asked for such, is shown again when it reaches that: whoever asks for more is told no less.
 * Nor may a harmless alert of a busy program cover for a week what deserves a look at once.
 *
 * What an account does on a host within an hour of an alert is one matter too: people log in and do several things, and so do attackers.
 */
export interface Incidents {
  /** By (host, program), and by what the incident is about; what was shown last. */
  places: Map<string, Shown>
  matters: Map<string, Shown>
  /** By (host, user). */
  accounts: Map<string, Shown>
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
  /** Whose it is: (host, user). */
  readonly account: string
  /** The program was met on no other host. */
  readonly firstInFleet: boolean
}

export interface Decision {
  readonly shown: boolean
  /** The incident that the group belongs to; undefined below the threshold and without an open one. */
  readonly incident: string | undefined
}

const MEMORY = 7 * DAY
/** Counted from the alert, so that an account that is never done does not make one alert of everything. */
const SITTING = HOUR
/** A shown incident is shown again when it has grown by so many nats: persistence alone can bring 3 (v3 §9). */
export const GROWTH = 4.5

/** Of what nobody is to hear of: it is no part of an incident either. */
export const UNTOLD: Decision = { shown: false, incident: undefined }

export function newIncidents(): Incidents {
  return { places: new Map(), matters: new Map(), accounts: new Map() }
}

export function decide(incidents: Incidents, candidate: Candidate, threshold: number, growth = GROWTH): Decision {
  const place = recent(incidents.places.get(candidate.place), candidate.at, MEMORY)
  const matter = recent(incidents.matters.get(candidate.matter), candidate.at, MEMORY)
  const account = recent(incidents.accounts.get(candidate.account), candidate.at, SITTING)
  const open = place ?? matter
  const isNews = (shown: Shown | undefined) =>
    shown === undefined ||
    candidate.nats >= shown.nats + growth ||
    (shown.nats < DEFAULT_THRESHOLD && candidate.nats >= DEFAULT_THRESHOLD) ||
    isForThePager(shown, candidate, growth)
  const isTold = candidate.nats >= threshold && isNews(place) && (isNews(matter) || candidate.firstInFleet)
  if (!isTold) return { shown: false, incident: open?.id }
  const shown = isNews(account)
  const id = (shown ? open : account)?.id ?? candidate.id
  const now = { id, at: candidate.at, nats: candidate.nats }
  incidents.places.set(candidate.place, now)
  incidents.matters.set(candidate.matter, now)
  if (shown) incidents.accounts.set(candidate.account, now)
  return { shown, incident: id }
}

/** Of something that was for the daily review: half the growth is enough to ask for a look at once. */
function isForThePager(shown: Shown, { nats }: Candidate, growth: number): boolean {
  return shown.nats < PAGE && nats >= Math.max(PAGE, shown.nats + growth / 2)
}

export function forgetIncidents({ places, matters, accounts }: Incidents, now: EpochMs): void {
  for (const entries of [places, matters, accounts])
    for (const [key, { at }] of entries) if (now - at >= MEMORY) entries.delete(key)
}

function recent(shown: Shown | undefined, now: EpochMs, within: DurationMs): Shown | undefined {
  return shown !== undefined && now - shown.at < within ? shown : undefined
}
