import type { Observation } from '../../domain/observation.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { Argv0, Facts, FactsOfRows, Peer } from './facts.ts'
import { layout } from './layout.ts'
import type { Names } from './names.ts'
import { Table } from './table.ts'

/** What the model scores: a program, as one user ran it on one host in one bucket. */
export interface Group {
  readonly host: string
  readonly program: string
  readonly user: string
  readonly ids: Ids
  readonly first: EpochMs
  last: EpochMs
  count: number
  readonly rows: Observation[]
  readonly peers: Map<string, Peer>
  /** Thread names, in order of first sight. */
  readonly names: Set<string>
  readonly destinations: Set<string>
  directory: string
  argv0: Argv0 | undefined
  /** A terminal or a login user; undefined where the source tells neither. */
  attended: boolean | undefined
}

/** The names of a group by number. */
export interface Ids {
  readonly host: number
  readonly user: number
  readonly program: number
}

/** Who runs a program where the row does not say it plainly; asked in the order of rows. */
export interface UserNames {
  resolve(host: string, program: string, name: string, id: string): string
}

/**
 * The groups of a bucket, in the order of their first rows. Rows without a program, or whose peer says nothing about the use of the
 * network (`peerOf`), are left out.
 */
export function groupsOf(rows: readonly Observation[], factsOf: FactsOfRows, users: UserNames, names: Names): Group[] {
  const groups: Group[] = []
  const places = new Table(PLACE, 3)
  for (const row of rows) {
    const facts = factsOf.of(row)
    const { host, program, peer } = facts
    if (program === '' || peer === undefined) continue
    const user = users.resolve(host, program, facts.userName, facts.userId)
    const ids = { host: names.id(host), user: names.id(user), program: names.id(program) }
    const place = places.met(ids.host, ids.user, ids.program)
    if (place.number === 0) place.number = groups.push(newGroup(host, program, user, ids, row))
    addRow(groups[place.number - 1]!, row, peer, facts)
  }
  return groups
}

/** Where a group stands, counted from one. */
const PLACE = layout({ host: 'name', user: 'name', program: 'name', number: 'u32' })

function newGroup(host: string, program: string, user: string, ids: Ids, { first, last }: Observation): Group {
  return {
    host,
    program,
    user,
    ids,
    first,
    last,
    count: 0,
    rows: [],
    peers: new Map(),
    names: new Set(),
    destinations: new Set(),
    directory: '',
    argv0: undefined,
    attended: undefined,
  }
}

function addRow(group: Group, row: Observation, peer: Peer, facts: Facts): void {
  group.count += row.count
  group.rows.push(row)
  group.last = Math.max(group.last, row.last)
  group.peers.set(peer.endpoint, peer)
  if (facts.name !== '') group.names.add(facts.name)
  if (facts.destination !== '') group.destinations.add(facts.destination)
  group.directory ||= facts.directory
  group.argv0 = mostTelling(group.argv0, facts.argv0)
  group.attended = facts.attended === true ? true : (group.attended ?? facts.attended)
}

function mostTelling(before: Argv0 | undefined, now: Argv0 | undefined): Argv0 | undefined {
  return now === undefined || (before !== undefined && before > now) ? before : now
}
