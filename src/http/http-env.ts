import type { IncomingMessage, ServerResponse } from 'node:http'

/** How a request came in: over a TCP address, or over the socket in the state folder, which only its owner can open. */
export type Door = 'tcp' | 'socket'

/** What Hono hands to every handler. Tests call handlers without a socket; then there are no Node streams. */
export interface HttpEnv {
  Bindings: {
    readonly incoming?: IncomingMessage
    readonly outgoing?: ServerResponse
    readonly door?: Door
  }
}
