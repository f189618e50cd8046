import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { type DurationMs, SECOND } from '../domain/time.ts'
import { type ApiKeys, NO_KEYS } from './api-keys.ts'
import type { Door } from './http-env.ts'
import { KeyRing } from './key-ring.ts'
import { listenAt, listenOnSocket, tcpAddressOf } from './listen.ts'
import { type RoutesOptions, routes } from './routes.ts'
import { readTls, type Tls, type TlsFiles } from './tls.ts'

export interface ServerOptions extends Omit<RoutesOptions, 'keys'> {
  readonly keys?: ApiKeys
  /** `host:port`; port 0 lets the system choose. */
  readonly listen: readonly string[]
  /** Path of the unix socket by which the commands of this machine talk to us. */
  readonly socket?: string
  readonly tls?: TlsFiles
  readonly connections?: number
}

/** More at a time are hung up on: each costs a file and some memory. */
const MOST_CONNECTIONS = 1024
/** For the head of a request. The body has its own patience (`request-body.ts`), since we may be the slow ones. */
const HEAD_PATIENCE: DurationMs = 20 * SECOND
/** For a client that takes nothing of its answer, or says nothing more. Longer than the pools of most shippers keep a connection. */
const SILENCE: DurationMs = 90 * SECOND
/** So long may requests go on when we stop; what was not answered by then is sent again. */
const LAST_CALL: DurationMs = 5 * SECOND

/** The server: listeners on TCP addresses and the socket, all with the same resources behind them. */
export class HttpServer {
  /** Where it can be called: `http://127.0.0.1:9277`. */
  readonly addresses: readonly string[]
  readonly #servers: readonly Server[]
  readonly #keys: KeyRing
  readonly #stopping: { now: boolean }

  private constructor(
    servers: readonly Server[],
    addresses: readonly string[],
    keys: KeyRing,
    stopping: { now: boolean },
  ) {
    this.#servers = servers
    this.addresses = addresses
    this.#keys = keys
    this.#stopping = stopping
  }

  /**
   * Listens, or fails without a trace: an address other than loopback wants keys and TLS.
   *
   * @throws AppError HTTP_NEEDS_KEYS, HTTP_NEEDS_TLS, HTTP_TLS_UNREADABLE, HTTP_ADDRESS_INVALID, HTTP_LISTEN_FAILED
   */
  static async open(options: ServerOptions): Promise<HttpServer> {
    const { keys = NO_KEYS, connections = MOST_CONNECTIONS } = options
    const tls = options.tls && (await readTls(options.tls))
    const asked = options.listen.map((address) =>
      tcpAddressOf(address, { keys: keys.size > 0, tls: tls !== undefined }),
    )
    const ring = new KeyRing(keys)
    const app = routes({ ...options, keys: ring })
    const stopping = { now: false }
    const listener = (door: Door) => listenerOf(app, door, stopping)
    const servers: Server[] = []
    const addresses: string[] = []
    const open = async (server: Server, listen: (server: Server) => Promise<string>) => {
      servers.push(limited(server, connections))
      addresses.push(await listen(server))
    }
    try {
      for (const address of asked)
        await open(tls ? createTlsServer(tls, listener('tcp')) : createServer(listener('tcp')), (server) =>
          listenAt(server, address, tls ? 'https' : 'http'),
        )
      const { socket } = options
      if (socket !== undefined) await open(createServer(listener('socket')), (server) => listenOnSocket(server, socket))
    } catch (error) {
      for (const server of servers) server.close()
      throw error
    }
    return new HttpServer(servers, addresses, ring, stopping)
  }

  /** From now on these keys hold, and new connections get this certificate; those that are open stay. */
  renew({ keys, tls }: { readonly keys?: ApiKeys; readonly tls?: Tls }): void {
    if (keys) this.#keys.exchange(keys)
    if (tls) for (const server of this.#servers) if (server instanceof TlsServer) server.setSecureContext(tls)
  }

  /** Takes no more requests, and resolves when those at hand are answered or `LAST_CALL` is over. */
  async stop(): Promise<void> {
    this.#stopping.now = true
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())))
    // A connection whose request was answered after the call to close would be kept for its next one.
    const tidyUp = setInterval(() => this.#servers.map((server) => server.closeIdleConnections()), 50)
    const hangUp = setTimeout(() => this.#servers.map((server) => server.closeAllConnections()), LAST_CALL)
    await Promise.all(closed)
    clearInterval(tidyUp)
    clearTimeout(hangUp)
  }
}

function listenerOf(app: ReturnType<typeof routes>, door: Door, stopping: { readonly now: boolean }): RequestListener {
  const fetch = getRequestListener((request, env) => app.fetch(request, { ...env, door }), {
    overrideGlobalObjects: false,
    // A request of HTTP/1.0 need not say whom it wants, and what looks whether we are alive often does not.
    hostname: 'localhost',
  })
  return (incoming, outgoing) => {
    if (stopping.now) outgoing.setHeader('connection', 'close')
    return fetch(incoming, outgoing)
  }
}

function limited(server: Server, connections: number): Server {
  server.maxConnections = connections
  server.headersTimeout = HEAD_PATIENCE
  server.requestTimeout = 0
  server.keepAliveTimeout = SILENCE
  const answers = new WeakMap<Socket, ServerResponse>()
  server.on('request', (incoming, outgoing) => answers.set(incoming.socket, outgoing))
  // A connection that is silent because we have not answered yet is none of the client's fault.
  server.setTimeout(SILENCE, (socket) => {
    const answer = answers.get(socket)
    if (!answer || answer.headersSent) socket.destroy()
  })
  return server
}
