import type { BucketSpan } from '../domain/bucket.ts'
import type { Observation } from '../domain/observation.ts'
import type { DurationMs, EpochMs } from '../domain/time.ts'
import { addressesOf } from './addresses.ts'
import { type Rhythm, rhythmOf } from './rhythm.ts'

/** So many combinations of values keep their memories at hand. */
const KEPT = 50_000

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

/** A program or a peer, and when and where it was seen. */
export interface SeenValue {
  readonly value: string
  readonly seen: Sightings
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
  /** How it comes back anywhere in the fleet; what an older version saved has none. */
  readonly rhythm?: Rhythm
}

export const HOSTS_KEPT = 16
/**
 * Runs of neighbouring buckets kept for each process name, the latest ones, for pictures. Three weeks of quarter hours hold
 * 1,008 at most, and a process that never rests has one.
 */
const RUNS_KEPT = 2048

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
  /** Flat pairs, start and end of each run, to be small. */
  readonly #runs = new Map<string, EpochMs[]>()
  readonly #kept = new Map<Observation['values'], Kept>()
  readonly #peerLimit: number
  #from: EpochMs = Number.NaN
  /** Length of a bucket; all are of one length. */
  #span: DurationMs = 0
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

  /** A history that goes on from what `save` gave, for the same fields. */
  static load(fields: readonly string[], byField: string, saved: SavedHistory): History {
    const history = new History(fields, byField)
    history.#from = saved.from ?? Number.NaN
    history.#span = saved.span
    history.#last = saved.last ?? Number.NEGATIVE_INFINITY
    history.#buckets = saved.buckets
    history.peersNotKept = saved.peersNotKept
    remember(history.#names, saved.names)
    for (const [host, names] of saved.namesHere) remember(history.#here(host), names)
    remember(history.#programs, saved.programs)
    remember(history.#peers, saved.peers)
    for (const [name, runs] of saved.runs) history.#runs.set(name, [...runs])
    return history
  }

  /** All that is remembered, as plain JSON. */
  save(): SavedHistory {
    return {
      from: Number.isNaN(this.#from) ? null : this.#from,
      span: this.#span,
      last: Number.isFinite(this.#last) ? this.#last : null,
      buckets: this.#buckets,
      peersNotKept: this.peersNotKept,
      names: savedOf(this.#names),
      namesHere: [...this.#namesHere].map(([host, names]) => [host, savedOf(names)]),
      programs: savedOf(this.#programs),
      peers: savedOf(this.#peers),
      runs: [...this.#runs].map(([name, runs]) => [name, [...runs]]),
    }
  }

  learn(bucket: BucketSpan, rows: readonly Observation[]): void {
    this.#span = bucket.end - bucket.start
    if (!(this.#from <= bucket.start)) this.#from = bucket.start
    if (bucket.start > this.#last) {
      this.#last = bucket.start
      this.#buckets++
    }
    for (const row of rows) {
      const kept = this.#kept.get(row.values) ?? this.#meet(row)
      if (kept.name !== undefined && note(kept.memories[0]!, row, bucket.start)) this.#prolong(kept.name, bucket)
      for (let i = kept.name === undefined ? 0 : 1; i < kept.memories.length; i++)
        note(kept.memories[i]!, row, bucket.start)
      this.peersNotKept += kept.peersNotKept
    }
  }

  /** What is known of a name when a bucket that begins at `at` is judged. */
  acquaintance(name: string, host: string | null, at: EpochMs): Acquaintance {
    const anywhere = this.#names.get(name)
    const here = this.#namesHere.get(host ?? '')?.get(name)
    return {
      ...(anywhere && { anywhere: { ...anywhere, hosts: [...anywhere.hosts] } }),
      ...(here && { here: { ...here, hosts: [...here.hosts] } }),
      historyFrom: this.#from,
      bucketsScored: this.#buckets,
      hostsKnown: this.#namesHere.size,
      rhythm: this.#rhythm(name, at),
    }
  }

  #rhythm(name: string, at: EpochMs): Rhythm {
    const runs = this.#runs.get(name) ?? []
    const begun = runs.filter((start, i) => i % 2 === 0 && start < at)
    const lastEnd = runs[2 * begun.length - 1] ?? Number.NaN
    // What has gone on since the bucket before began then, not now.
    return lastEnd >= at ? rhythmOf(begun.slice(0, -1), begun.at(-1)!, this.#span) : rhythmOf(begun, at, this.#span)
  }

  /** In how many buckets a process name was seen, and their starts, ascending: all of them, or the latest if there are too many. */
  presenceOf(name: string): { readonly starts: readonly EpochMs[]; readonly buckets: number } {
    const runs = this.#runs.get(name) ?? []
    const starts: EpochMs[] = []
    for (let i = 0; i < runs.length; i += 2)
      for (let start = runs[i]!; start < runs[i + 1]!; start += this.#span) starts.push(start)
    return { starts, buckets: this.#names.get(name)?.buckets ?? 0 }
  }

  /** The `count` values seen in the fewest buckets, then with the fewest events, ties by name. */
  rarest(of: 'programs' | 'peers', count: number): SeenValue[] {
    const memories = of === 'programs' ? this.#programs : this.#peers
    return [...memories]
      .map(([value, seen]) => ({ value, seen }))
      .sort((a, b) => a.seen.buckets - b.seen.buckets || a.seen.events - b.seen.events || (a.value < b.value ? -1 : 1))
      .slice(0, count)
  }

  /** Finds or makes the memories of all that a row names; the same combination comes again and again. */
  #meet({ values }: Observation): Kept {
    const host = values[this.#columns.host] ?? ''
    const name = values[this.#columns.by] ?? undefined
    const program = values[this.#columns.program]
    const memories: Memory[] = []
    if (name !== undefined) memories.push(memoryOf(this.#names, name, host), memoryOf(this.#here(host), name, host))
    if (program) memories.push(memoryOf(this.#programs, program, host))
    let peersNotKept = 0
    for (const peer of addressesOf(values[this.#columns.peer] ?? null))
      if (this.#peers.size < this.#peerLimit || this.#peers.has(peer)) memories.push(memoryOf(this.#peers, peer, host))
      else peersNotKept++
    if (this.#kept.size === KEPT) this.#kept.clear()
    const kept = { name, memories, peersNotKept }
    this.#kept.set(values, kept)
    return kept
  }

  #here(host: string): Map<string, Memory> {
    let here = this.#namesHere.get(host)
    if (!here) {
      here = new Map()
      this.#namesHere.set(host, here)
    }
    return here
  }

  #prolong(name: string, { start, end }: BucketSpan): void {
    const runs = this.#runs.get(name)
    if (!runs) this.#runs.set(name, [start, end])
    else if (runs.at(-1) === start) runs[runs.length - 1] = end
    else {
      runs.push(start, end)
      if (runs.length > 2 * RUNS_KEPT) runs.splice(0, 2)
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

/** First, last, buckets, events and hosts of each value. */
type SavedMemories = readonly (readonly [value: string, EpochMs, EpochMs, number, number, readonly string[]])[]

export interface SavedHistory {
  readonly from: EpochMs | null
  readonly span: DurationMs
  readonly last: EpochMs | null
  readonly buckets: number
  readonly peersNotKept: number
  readonly names: SavedMemories
  readonly namesHere: readonly (readonly [host: string, SavedMemories])[]
  readonly programs: SavedMemories
  readonly peers: SavedMemories
  readonly runs: readonly (readonly [name: string, readonly EpochMs[]])[]
}

function savedOf(memories: ReadonlyMap<string, Memory>): SavedMemories {
  return [...memories].map(([value, { first, last, buckets, events, hosts }]) => [
    value,
    first,
    last,
    buckets,
    events,
    [...hosts],
  ])
}

function remember(memories: Map<string, Memory>, saved: SavedMemories): void {
  for (const [value, first, last, buckets, events, hosts] of saved)
    memories.set(value, { first, last, buckets, events, hosts: [...hosts] })
}

/** The memories of one combination of values, by the list that holds it. */
interface Kept {
  readonly name: string | undefined
  /** Where there is a name, its own first. */
  readonly memories: readonly Memory[]
  readonly peersNotKept: number
}

/** The memory of a value, made if there is none; the host is among those that showed it. */
function memoryOf(memories: Map<string, Memory>, value: string, host: string): Memory {
  let memory = memories.get(value)
  if (!memory) {
    // The host stands in the list from the start: a list that grows from nothing takes room for seventeen.
    memory = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY, buckets: 0, events: 0, hosts: [host] }
    memories.set(value, memory)
  } else if (memory.hosts.length < HOSTS_KEPT && !memory.hosts.includes(host)) memory.hosts.push(host)
  return memory
}

/** True if this is the value's first row in this bucket. */
function note(memory: Memory, row: Observation, start: EpochMs): boolean {
  memory.events += row.count
  if (memory.first > start) memory.first = start
  if (memory.last >= start) return false
  memory.last = start
  memory.buckets++
  return true
}
