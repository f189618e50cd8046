import { canonicalAddress } from '../../query/address.ts'
import type { EventFields } from './event-fields.ts'
import type { Roles } from './roles.ts'
import { parseEnrichedSockaddr, parseSockaddr, type SocketAddress } from './sockaddr.ts'

const INCOMING: ReadonlySet<string> = new Set(['accept', 'accept4', 'recv', 'recvfrom', 'recvmsg', 'recvmmsg'])
const OUTGOING: ReadonlySet<string> = new Set(['connect', 'send', 'sendto', 'sendmsg', 'sendmmsg'])

/** The socket address of an event: of its SOCKADDR record, as bytes or else as auditd read it. */
export function addressOf({ sockaddr }: Roles): SocketAddress | undefined {
  if (!sockaddr) return undefined
  const bytes = sockaddr.fields.get('saddr')
  const read = bytes === undefined ? undefined : parseSockaddr(bytes)
  if (read) return read
  const enriched = sockaddr.enriched.get('SADDR')
  return enriched === undefined ? undefined : parseEnrichedSockaddr(enriched)
}

/** One end of a connection: an address of the internet, or the path of a unix socket. */
export interface Side {
  ip?: string
  port?: number
  path?: string
}

/** ECS `source`, `destination` and `network`. */
export interface EcsNetwork {
  source?: Side
  destination?: Side
  network?: { direction: 'ingress' | 'egress' }
}

/**
 * Who talks to whom. Where a system call has no other side (bind, getsockname, …) its address is data only. An address whose
 * system call was lost is taken for a destination, without a direction.
 */
export function ecsNetwork(roles: Roles, { call }: EventFields, address: SocketAddress | undefined): EcsNetwork {
  if (!roles.sockaddr) return toldSource(roles)
  const side = sideOf(address)
  if (call === undefined) return side ? { destination: side } : {}
  if (INCOMING.has(call)) return { ...(side && { source: side }), network: { direction: 'ingress' } }
  if (OUTGOING.has(call)) return { ...(side && { destination: side }), network: { direction: 'egress' } }
  return {}
}

function sideOf(address: SocketAddress | undefined): Side | undefined {
  if (!address) return undefined
  const { ip, port, path } = address
  if (ip === undefined && port === undefined && path === undefined) return undefined
  const side: Side = {}
  if (ip !== undefined) side.ip = ip
  if (port !== undefined) side.port = port
  if (path !== undefined) side.path = path
  return side
}

/** Where a login or a session comes from, as the daemon says; of auditd's own records, who sends it audit events. */
function toldSource({ title }: Roles): EcsNetwork {
  const daemon = title.type.startsWith('DAEMON_')
  const ip = (daemon ? title.fields : title.told).get('addr')
  if (ip === undefined || canonicalAddress(ip) === undefined) return {}
  const port = daemon ? Number(title.fields.get('port')) : Number.NaN
  return { source: { ip, ...(Number.isInteger(port) && { port }) }, network: { direction: 'ingress' } }
}
