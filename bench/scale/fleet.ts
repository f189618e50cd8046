import type { Datafeed } from '../../src/datafeed/datafeed.ts'
import { Fold, rowOf, timeOf } from '../../src/datafeed/observe.ts'
import type { BucketSpan } from '../../src/domain/bucket.ts'
import { deriveFields } from '../../src/domain/derive.ts'
import type { EcsEvent } from '../../src/domain/event.ts'
import type { Observation } from '../../src/domain/observation.ts'
import { DAY, type EpochMs, MINUTE, SECOND } from '../../src/domain/time.ts'
import { seeded } from '../../src/scenario/demo-fleet/rng.ts'
import { chooseProgram, hosts, type Program } from '../cast.ts'
import { connect } from '../documents.ts'

/** The fleet whose cost is measured. All of it is made up, and the same on every run. */

export const SPAN = 15 * MINUTE
/** Where the events in the cluster begin. */
export const LIVE: EpochMs = Date.UTC(2026, 2, 16, 12)
/** Days of history before: a bucket each, at noon. */
export const DAYS = 8
/** `model_memory_limit`, so that nothing has to be forgotten. */
export const MEMORY_LIMIT = 1024 ** 3
/** Buckets of events in the cluster. */
export const BUCKETS = 2
/** Programs of a host that use the network, of so many that there are. */
const PROGRAMS = 6
const KINDS = 24
/** Longest time from an event to its `event.ingested`, and a little more. */
const DELAY = 10 * SECOND

export const FIRST_DAY: EpochMs = LIVE - DAYS * DAY
/** When a bucket that ends then is due: jobs wait two minutes for what comes late. */
export function dueAt(end: EpochMs): EpochMs {
  return end + 2 * MINUTE
}

export interface FleetSize {
  readonly hosts: number
  /** Events of a host in a bucket. */
  readonly perHost: number
  /** Programs of the fleet, a multiple of 24. */
  readonly programs: number
}

/** `10000x2`, or `10000x2x2400` with so many programs instead of 24. @throws RangeError */
export function readFleet(text: string): FleetSize {
  const [hosts = 0, perHost = 0, programs = KINDS] = text.split('x').map(Number)
  if (!(hosts > 0 && perHost > 0 && programs % KINDS === 0)) throw new RangeError(`Cannot read the fleet "${text}"`)
  return { hosts, perHost, programs }
}

/** One bucket of the fleet, the events of each host spread over it, in the order of their arrival. */
export function* eventsOf({ hosts: hostCount, perHost, programs }: FleetSize, start: EpochMs): Generator<EcsEvent> {
  const fleet = hosts(hostCount, PROGRAMS)
  const rng = seeded(1, `bucket ${start}`)
  const count = hostCount * perHost
  for (let i = 0; i < count; i++) {
    const host = fleet[i % hostCount]!
    const program = ofTeam(chooseProgram(host, rng), i % Math.min(hostCount, programs / KINDS))
    const ingested = start + DELAY + Math.floor(((SPAN - DELAY) * i) / count)
    yield connect(host, host.id, program, ingested, 20_000 + i, rng) as EcsEvent
  }
}

/** Teams build the same programs under names of their own; in letters, since numbers in names are taken for versions. */
function ofTeam(program: Program, team: number): Program {
  if (team === 0) return program
  const letters = [...team.toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join('')
  const name = `${program.name}-${letters}`
  return { ...program, name, executable: `/opt/${letters}/bin/${name}`, title: name }
}

/** What the cluster would have answered for that bucket: history as the model meets it, without its events. */
export function rowsOf(feed: Datafeed, fleet: FleetSize, { start }: BucketSpan): Observation[] {
  const fold = new Fold()
  let at = 0
  for (const event of eventsOf(fleet, start)) {
    const derived = deriveFields(event)
    const row = rowOf(feed, derived)
    if (row) fold.add(row, timeOf(derived), 0, at, at + 1)
    at++
  }
  return [...fold.observations()]
}
