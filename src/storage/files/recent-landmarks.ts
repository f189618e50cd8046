import { Fold, type Row } from '../../datafeed/observe.ts'
import type { BucketSpan } from '../../domain/bucket.ts'
import type { Observation } from '../../domain/observation.ts'
import type { EpochMs } from '../../domain/time.ts'

const KEPT_OF_A_HOST = 1024
const HOSTS_KEPT = 1024

/** The newest landmarks of a host in a ring. */
interface Recent {
  readonly rows: Row[]
  readonly times: EpochMs[]
  /** Their own, which lie elsewhere for events that were set aside. */
  readonly eventTimes: EpochMs[]
  /** How many there were. */
  seen: number
  /** The latest time among those that made room. */
  gone: EpochMs
}

/**
 * The newest landmarks of each host, for alerts of buckets that have just closed: nobody asks for older ones. A busy scan lets go what
 * is too much, and knows where.
 */
export class RecentLandmarks {
  readonly #hosts = new Map<string | null, Recent>()
  readonly #kept: number
  readonly #hostsKept: number
  /** Landmarks that made room for newer ones. */
  letGo = 0
  /** The latest time among those of hosts that made room for others. */
  #gone: EpochMs = Number.NEGATIVE_INFINITY

  constructor(kept = KEPT_OF_A_HOST, hostsKept = HOSTS_KEPT) {
    this.#kept = kept
    this.#hostsKept = hostsKept
  }

  /** `row` is of `ALL_LANDMARKS`: its first value is the host. */
  note(row: Row, time: EpochMs, eventTime: EpochMs): void {
    const host = row.values[0] ?? null
    // One that seems new may have made room before.
    const recent = this.#hosts.get(host) ?? { rows: [], times: [], eventTimes: [], seen: 0, gone: this.#gone }
    // The host with the newest landmark stands last.
    this.#hosts.delete(host)
    this.#hosts.set(host, recent)
    const slot = recent.seen++ % this.#kept
    if (slot < recent.rows.length) {
      this.letGo++
      recent.gone = Math.max(recent.gone, recent.times[slot]!)
    }
    recent.rows[slot] = row
    recent.times[slot] = time
    recent.eventTimes[slot] = eventTime
    if (this.#hosts.size > this.#hostsKept) this.#dropOldest()
  }

  /**
   * What a store would observe of this host in this span.
   *
   * @throws RangeError where what lay in the span may have been let go, and nothing is left of it
   */
  observe(host: string | null, { start, end }: BucketSpan): Observation[] {
    const recent = this.#hosts.get(host)
    const fold = new Fold()
    for (const [i, time] of (recent?.times ?? []).entries())
      if (time >= start && time < end) fold.add(recent!.rows[i]!, recent!.eventTimes[i]!, 0, 0, 0)
    if (fold.count === 0 && (recent?.gone ?? this.#gone) >= start)
      throw new RangeError('Landmarks of this time have been let go')
    return fold.observations()
  }

  #dropOldest(): void {
    const [[host, { rows, times }]] = this.#hosts as unknown as [[string | null, Recent]]
    this.#hosts.delete(host)
    this.#gone = times.reduce((latest, time) => Math.max(latest, time), this.#gone)
    this.letGo += rows.length
  }
}
