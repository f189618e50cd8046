import { addressClassOf, plainAddress } from '../../domain/address.ts'
import { NOVELTY_FIELDS } from '../../domain/novelty-fields.ts'
import type { Observation } from '../../domain/observation.ts'
import { isInbound } from '../../domain/peer.ts'
import type { EpochMs } from '../../domain/time.ts'
import { rangeOf } from './address-range.ts'
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

/** 0 after its file, 1 unlike, 2 like a kernel thread. */
export type Argv0 = 0 | 1 | 2

/** The other side of some connections, in the terms of detection-design §6. */
export interface Peer {
  readonly ip: string
  readonly port: string
  /** The port; one that is come to from there is another than one that we go to. */
  readonly service: string
  /** Address and service in one. */
  readonly endpoint: string
  /** The port as "new port?" asks for it: 80 and 443 are one, and what comes in is another matter than what goes out. */
  readonly portKey: string
  readonly external: boolean
  readonly range: string
}

/** Finds the values of a row by name; a field that the datafeed does not have is no value. */
export class Columns {
  readonly #at: ReadonlyMap<string, number>

  constructor(fields: readonly string[]) {
    this.#at = new Map(NOVELTY_FIELDS.map((field) => [field, fields.indexOf(field)]))
  }

  value({ values }: Observation, field: string): string {
    return values[this.#at.get(field) ?? -1] ?? ''
  }
}

/** The values of a row in the terms of a group. */
interface Facts {
  readonly host: string
  readonly program: string
  readonly userName: string
  readonly userId: string
  readonly peer: Peer | undefined
  readonly name: string
  readonly destination: string
  readonly directory: string
  readonly argv0: Argv0 | undefined
  readonly attended: boolean | undefined
}

/** Who runs a program where the row does not say it plainly; asked in the order of rows. */
export interface UserNames {
  resolve(host: string, program: string, name: string, id: string): string
}

/**
 * The groups of a bucket, in the order of their first rows. Rows without a program, or whose peer says nothing about the use of the
 * network (`peerOf`), are left out.
 */
export function groupsOf(rows: readonly Observation[], columns: Columns, users: UserNames, names: Names): Group[] {
  const groups: Group[] = []
  const places = new Table(PLACE, 3)
  for (const row of rows) {
    const facts = factsOf(row, columns)
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

function factsOf(row: Observation, columns: Columns): Facts {
  return {
    host: columns.value(row, 'host.name'),
    program: columns.value(row, 'oddsock.program'),
    userName: columns.value(row, 'user.name'),
    userId: columns.value(row, 'user.id'),
    peer: peerOf(row, columns),
    name: columns.value(row, 'process.name'),
    destination: columns.value(row, 'destination.ip'),
    directory: columns.value(row, 'oddsock.directory'),
    argv0: argv0Of(columns.value(row, 'oddsock.argv0')),
    attended: attendedOf(columns.value(row, 'oddsock.terminal'), columns.value(row, 'oddsock.login')),
  }
}

function argv0Of(argv0: string): Argv0 | undefined {
  return argv0 === 'bracketed' ? 2 : argv0 === 'unlike' ? 1 : argv0 === 'file' ? 0 : undefined
}

function attendedOf(terminal: string, login: string): boolean | undefined {
  if (terminal === 'yes' || login === 'yes') return true
  return terminal === 'no' || login === 'no' ? false : undefined
}

/** Begins a service that others come to us from. */
export const INBOUND = 'in:'
const WEB: ReadonlySet<string> = new Set(['80', '443'])

/**
 * The peer of a row, or undefined where it says nothing (detection-design §2): the machine itself, multicast, port 0 (with which
 * getaddrinfo sorts addresses), and name resolution inside.
 */
function peerOf(row: Observation, columns: Columns): Peer | undefined {
  const ip = plainAddress(firstOf(columns.value(row, 'oddsock.peer.ip')))
  if (ip === undefined) return undefined
  const kind = addressClassOf(ip)
  if (kind === 'loopback' || kind === 'unspecified' || kind === 'multicast') return undefined
  const port = firstOf(columns.value(row, 'oddsock.peer.port'))
  const external = kind === 'external'
  if (port === '0' || (port === '53' && !external)) return undefined
  const inbound = isInbound(columns.value(row, 'network.direction'))
  const way = inbound ? INBOUND : ''
  const portKey = `${way}${WEB.has(port) ? 'web' : port}`
  const service = `${way}${port}`
  return { ip, port, service, endpoint: `${ip} ${service}`, portKey, external, range: external ? rangeOf(ip) : '' }
}

/** The first of several values. */
function firstOf(values: string): string {
  const comma = values.indexOf(',')
  return comma < 0 ? values : values.slice(0, comma)
}
