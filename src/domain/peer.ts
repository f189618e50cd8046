import type { EcsEvent } from './event.ts'
import { text } from './field.ts'

/** The other side of a connection. Stored as `oddsock.peer.ip` and `oddsock.peer.port`. */
export interface Peer {
  readonly ip: string
  /** The service's port: of the other side, or of our own where the other side came to us. */
  readonly port?: string
}

const INBOUND: ReadonlySet<string> = new Set(['ingress', 'inbound'])

/** Whether the other side began the connection. */
export function isInbound(direction: string | undefined | null): boolean {
  return direction != null && INBOUND.has(direction)
}

/**
 * Who is at the other end. Of an accepted connection that is the source, and the port that tells what it was about is our own.
 * Undefined without an address.
 */
export function peerOf(event: EcsEvent): Peer | undefined {
  const inbound = isInbound(text(event, 'network.direction'))
  const ip = text(event, inbound ? 'source.ip' : 'destination.ip')
  if (!ip) return undefined
  const port = text(event, 'destination.port')
  return port === undefined ? { ip } : { ip, port }
}
