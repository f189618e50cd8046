import { addressClassOf, plainAddress } from '../../domain/address.ts'
import { textsKey } from '../../domain/key.ts'
import { NOVELTY_FIELDS } from '../../domain/novelty-fields.ts'
import type { Observation } from '../../domain/observation.ts'
import { isInbound } from '../../domain/peer.ts'
import { rangeOf } from './address-range.ts'

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
export interface Facts {
  /** 53-bit key of all the values. */
  readonly key: number
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

/**
 * The facts of rows. A scan gives the same list of values again in every bucket that has them, so what is made of a list is kept for
 * as long as somebody holds it; where each row brings a list of its own this costs next to nothing.
 */
export class FactsOfRows {
  readonly #columns: Columns
  readonly #known = new WeakMap<Observation['values'], Facts>()

  constructor(columns: Columns) {
    this.#columns = columns
  }

  of(row: Observation): Facts {
    let facts = this.#known.get(row.values)
    if (facts === undefined) {
      facts = factsOf(row, this.#columns)
      this.#known.set(row.values, facts)
    }
    return facts
  }
}

function factsOf(row: Observation, columns: Columns): Facts {
  return {
    key: textsKey(row.values),
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

/** A login without a terminal may be a person's, or that of cron, which PAM logs in too: it says nothing. */
function attendedOf(terminal: string, login: string): boolean | undefined {
  if (terminal === 'yes') return true
  if (login === 'yes') return terminal === 'no' ? undefined : true
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
