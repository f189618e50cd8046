import type { Evidence } from '../domain/alert.ts'
import type { EcsEvent } from '../domain/event.ts'
import { values } from '../domain/field.ts'
import { facetValues } from './evidence.ts'

/** With whom the events behind an alert talk. Where a connection comes in, the destination is the host itself, and the source is the peer. */
export interface Peers {
  /** Addresses asked, the most frequent first, and how many more there are that the evidence does not list. */
  readonly to: readonly string[]
  readonly moreTo: number
  readonly toPorts: readonly number[]
  /** Addresses that asked. */
  readonly from: readonly string[]
  /** Ports of this host that were asked. */
  readonly ownPorts: readonly number[]
  /** Paths of unix sockets. */
  readonly sockets: readonly string[]
}

/** Told by the events shown, but for the addresses asked, which rows hold for all events. */
export function peersOf(evidence: Evidence): Peers {
  const incoming = evidence.events.filter(isIncoming)
  const outgoing = evidence.events.filter((event) => !isIncoming(event))
  const onlyIncoming = incoming.length > 0 && outgoing.length === 0
  const asked = new Set(distinct(outgoing, 'destination.ip'))
  const own = new Set(distinct(incoming, 'destination.ip').filter((ip) => !asked.has(ip)))
  const facet = evidence.facets.find((one) => one.field === 'destination.ip')
  const listed = facetValues(evidence, 'destination.ip').filter((ip) => !own.has(ip))
  // Of many addresses the facet lists the most frequent; those of events shown are known as well.
  const others = [...asked].filter((ip) => !listed.includes(ip)).slice(0, facet?.others ?? 0)
  return {
    to: onlyIncoming ? [] : [...listed, ...others],
    moreTo: onlyIncoming ? 0 : (facet?.others ?? 0) - others.length,
    toPorts: ports(outgoing),
    from: distinct(incoming, 'source.ip'),
    ownPorts: ports(incoming),
    sockets: distinct(evidence.events, 'destination.path'),
  }
}

const INCOMING: ReadonlySet<unknown> = new Set(['ingress', 'inbound'])

function isIncoming(event: EcsEvent): boolean {
  return values(event, 'network.direction').some((direction) => INCOMING.has(direction))
}

/** Some senders write ports as texts. Port 0 tells nothing: the C library connects to it to find out its own address. */
function ports(events: readonly EcsEvent[]): number[] {
  const numbers = distinct(events, 'destination.port').map(Number)
  return numbers.filter((port) => Number.isInteger(port) && port > 0 && port < 65_536)
}

/** Distinct values, those of most events first. */
function distinct(events: readonly EcsEvent[], field: string): string[] {
  const counts = new Map<string, number>()
  for (const event of events)
    for (const value of new Set(values(event, field).map(String)))
      if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort(([, m], [, n]) => n - m).map(([value]) => value)
}
