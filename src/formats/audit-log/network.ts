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

/**
 * ECS `source`, `destination` and `network`. Where a system call has no other side (bind, getsockname, …) its address is data
 * only. An address whose system call was lost is taken for a destination, without a direction.
 */
export function ecsNetwork(roles: Roles, fields: EventFields, address: SocketAddress | undefined) {
  const { call } = fields
  if (!roles.sockaddr) return toldSource(roles)
  if (call === undefined) return { destination: side(address) }
  if (INCOMING.has(call)) return { source: side(address), direction: 'ingress' }
  if (OUTGOING.has(call)) return { destination: side(address), direction: 'egress' }
  return {}
}

function side(address: SocketAddress | undefined) {
  if (!address) return undefined
  const { ip, port, path } = address
  if (ip === undefined && port === undefined && path === undefined) return undefined
  return { ...(ip !== undefined && { ip }), ...(port !== undefined && { port }), ...(path !== undefined && { path }) }
}

/** Where a login or a session comes from, as the daemon says. */
function toldSource({ title }: Roles): { source?: { ip: string }; direction?: string } {
  const told = title.told.get('addr')
  if (told === undefined || canonicalAddress(told) === undefined) return {}
  return { source: { ip: told }, direction: 'ingress' }
}
