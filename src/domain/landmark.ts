/** What lets somebody in or changes a host, and may explain what came after: a login, an installation, a service that starts. */
export interface Landmark {
  /** ISO 8601; of the last one, where there were several alike. */
  readonly at: string
  readonly action: string
  /** As in ECS `event.category`. */
  readonly category: string
  /** Who did it, by name where the event has one, else as `uid:0`. */
  readonly user?: string
  readonly process?: string
  /** What it was done to: the account that was entered or changed, the unit that was started. */
  readonly name?: string
  readonly source_ip?: string
  /** How often within the span that was looked at. */
  readonly count: number
}

/** What happened on a host in the hour before an alert. */
export interface Before {
  /** The newest first. */
  readonly landmarks: readonly Landmark[]
  /** Whether there are any in the day before. Where not, perhaps nobody records them. */
  readonly inDay: boolean
}

/** So many are told of one alert. */
export const LANDMARKS_TOLD = 10
