import type { BucketSpan } from '../domain/bucket.ts'
import type { Observation } from '../domain/observation.ts'
import type { EpochMs } from '../domain/time.ts'
import { addressesOf } from './addresses.ts'

/** What is remembered of one value: a process name, a program, a peer. Times are starts of buckets. */
export interface Sightings {
  readonly first: EpochMs
  readonly last: EpochMs
  /** Buckets in which it was seen. */
  readonly buckets: number
  readonly events: number
  /** Up to `HOSTS_KEPT` hosts that showed it, in the order in which they did. */
  readonly hosts: readonly string[]
}

/** What was known when a bucket was scored: the answer to "have we seen this before?". */
export interface Acquaintance {
  /** In the fleet, before this bucket; undefined if never. */
  readonly anywhere?: Sightings
  /** On this host, before this bucket. */
  readonly here?: Sightings
  /** Start of the first bucket; NaN before there was one. */
  readonly historyFrom: EpochMs
  /** Buckets in which anything was seen at all: quiet time is no history. */
  readonly bucketsScored: number
  readonly hostsKnown: number
}

export const HOSTS_KEPT = 16
/** Starts of buckets kept for each process name, the latest ones, for pictures. */
const STARTS_KEPT = 512

/**
 * Remembers where and when values were seen in the closed buckets of a job. It is told of a bucket after its records were
 * judged, so that what it says in an alert is what was true before. A bucket that it is told of again, for its late rows, is not
 * counted twice.
 */
export class History {
  readonly #columns: { readonly host: number; readonly by: number; readonly program: number; readonly peer: number }
  readonly #names = new Map<string, Memory>()
  readonly #namesHere = new Map<string, Map<string, Memory>>()
  readonly #programs = new Map<string, Memory>()
  readonly #peers = new Map<string, Memory>()
  readonly #starts = new Map<string, EpochMs[]>()
  readonly #peerLimit: number
  #from: EpochMs = Number.NaN
  #last: EpochMs = Number.NEGATIVE_INFINITY
  #buckets = 0
  /** Peers beyond the limit, which are not remembered. */
  peersNotKept = 0

  constructor(fields: readonly string[], byField: string, peerLimit = 200_000) {
    const [host, by, program, peer] = ['host.name', byField, 'oddsock.program', 'destination.ip'].map((f) =>
      fields.indexOf(f),
    )
    this.#columns = { host: host!, by: by!, program: program!, peer: peer! }
    this.#peerLimit = peerLimit
  }

  learn(bucket: BucketSpan, rows: readonly Observation[]): void {
    if (!(this.#from <= bucket.start)) this.#from = bucket.start
    if (bucket.start > this.#last) {
      this.#last = bucket.start
      this.#buckets++
    }
    for (const row of rows) {
      const host = row.values[this.#columns.host] ?? ''
      const name = row.values[this.#columns.by]
      if (name !== null && name !== undefined) {
        if (note(this.#names, name, host, row, bucket.start)) this.#noteStart(name, bucket.start)
        let here = this.#namesHere.get(host)
        if (!here) {
          here = new Map()
          this.#namesHere.set(host, here)
        }
        note(here, name, host, row, bucket.start)
      }
      const program = row.values[this.#columns.program]
      if (program) note(this.#programs, program, host, row, bucket.start)
      this.#learnPeers(row, host, bucket.start)
    }
  }

  acquaintance(name: string, host: string | null): Acquaintance {
    const anywhere = this.#names.get(name)
    const here = this.#namesHere.get(host ?? '')?.get(name)
    return {
      ...(anywhere && { anywhere: { ...anywhere, hosts: [...anywhere.hosts] } }),
      ...(here && { here: { ...here, hosts: [...here.hosts] } }),
      historyFrom: this.#from,
      bucketsScored: this.#buckets,
      hostsKnown: this.#namesHere.size,
    }
  }

  /** The latest starts of buckets in which a process name was seen, ascending. */
  startsOf(name: string): readonly EpochMs[] {
    return this.#starts.get(name) ?? []
  }

  /** The `count` values seen in the fewest buckets, then with the fewest events, ties by name. */
  rarest(of: 'programs' | 'peers', count: number): { readonly value: string; readonly seen: Sightings }[] {
    const memories = of === 'programs' ? this.#programs : this.#peers
    return [...memories]
      .map(([value, seen]) => ({ value, seen }))
      .sort((a, b) => a.seen.buckets - b.seen.buckets || a.seen.events - b.seen.events || (a.value < b.value ? -1 : 1))
      .slice(0, count)
  }

  #learnPeers(row: Observation, host: string, start: EpochMs): void {
    for (const peer of addressesOf(row.values[this.#columns.peer] ?? null))
      if (this.#peers.size < this.#peerLimit || this.#peers.has(peer)) note(this.#peers, peer, host, row, start)
      else this.peersNotKept++
  }

  #noteStart(name: string, start: EpochMs): void {
    const starts = this.#starts.get(name)
    if (!starts) this.#starts.set(name, [start])
    else {
      starts.push(start)
      if (starts.length > STARTS_KEPT) starts.shift()
    }
  }
}

interface Memory extends Sightings {
  first: EpochMs
  last: EpochMs
  buckets: number
  events: number
  readonly hosts: string[]
}

/** True if this is the value's first row in this bucket. */
function note(memories: Map<string, Memory>, value: string, host: string, row: Observation, start: EpochMs): boolean {
  const memory = memories.get(value)
  if (!memory) {
    memories.set(value, { first: start, last: start, buckets: 1, events: row.count, hosts: [host] })
    return true
  }
  memory.events += row.count
  if (memory.hosts.length < HOSTS_KEPT && !memory.hosts.includes(host)) memory.hosts.push(host)
  if (memory.first > start) memory.first = start
  if (memory.last >= start) return false
  memory.last = start
  memory.buckets++
  return true
}
