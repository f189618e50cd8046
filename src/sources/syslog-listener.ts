import type { Socket as UdpSocket } from 'node:dgram'
import type { Server, Socket } from 'node:net'
import { AppError } from '../domain/error.ts'
import { type DurationMs, MINUTE, SECOND } from '../domain/time.ts'
import { endedBy, HandOver } from './hand-over.ts'
import type { Intake, LiveSource, SourceHealth } from './live-source.ts'
import { SyslogEvents } from './syslog-events.ts'
import { SyslogFrames } from './syslog-frames.ts'

/** Where and how to listen. */
export interface Listener {
  readonly transport: 'udp' | 'tcp' | 'tls'
  readonly address: string
  /** 0 takes any that is free. */
  readonly port: number
  /** Everybody may send unless given. */
  readonly isAllowed?: (peer: string) => boolean
  /** In PEM, for TLS. */
  readonly cert?: Buffer
  readonly key?: Buffer
}

/** A document of this size is a large one; an audit record has at most 9 KB. */
const MESSAGE_LIMIT = 1024 * 1024
/** Bytes of half messages over all connections; the connection that would exceed it is closed. */
const HELD_LIMIT = 64 * 1024 * 1024
/** Connections at a time; one more takes the place of the one that was silent for longest, if that was so for a minute. */
const MOST_CONNECTIONS = 1024
const SILENT: DurationMs = MINUTE
/** Bytes of datagrams that the engine has not taken; nobody can make a sender of UDP wait. */
const WAITING_LIMIT = 16 * 1024 * 1024
const UDP_BUFFER = 8 * 1024 * 1024
const HANDSHAKE: DurationMs = 10 * SECOND
/** How often events of silent hosts are looked for. */
const SETTLE: DurationMs = 200
/** How long health tells of senders that were turned away. */
const TOLD: DurationMs = 10 * MINUTE

/** Listens for syslog. A sender over TCP waits while the engine is behind, since nothing more is read from its connection. */
export class SyslogListener implements LiveSource {
  readonly name: string
  readonly #listener: Listener
  /** By connection, when it last sent something. */
  readonly #connections = new Map<Socket, DurationMs>()
  readonly #reading = new Set<Promise<void>>()
  /** All of them, also those that are still about their keys. */
  readonly #sockets = new Set<Socket>()
  #server: Server | UdpSocket | undefined
  #settling: NodeJS.Timeout | undefined
  #events: SyslogEvents | undefined
  #handOver: HandOver | undefined
  #bytesRead = 0
  #held = 0
  #waiting = 0
  #turnedAway: { count: number; why: string; last: DurationMs } | undefined
  #failure: string | undefined
  #stopped: Promise<void> | undefined

  constructor(listener: Listener) {
    this.#listener = listener
    this.name = `syslog:${listener.transport}://${listener.address}:${listener.port}`
  }

  /** The port that it listens on, once started. */
  get port(): number {
    const address = this.#server?.address()
    return typeof address === 'object' && address !== null ? address.port : this.#listener.port
  }

  get health(): SourceHealth {
    const away = this.#turnedAway
    const told = away && performance.now() - away.last < TOLD ? `${away.why}; ${away.count} so far` : undefined
    const problem = this.#failure ?? told
    return { ...(problem !== undefined && { problem }), bytesRead: this.#bytesRead }
  }

  /** @throws AppError SOURCE_LISTEN_FAILED */
  async start(intake: Intake): Promise<void> {
    const events = new SyslogEvents((reject) => intake.reject(this.name, reject))
    this.#events = events
    this.#handOver = new HandOver(intake, { source: this.name, clock: 'receipt' }, () => events.take())
    try {
      this.#server = await (this.#listener.transport === 'udp' ? this.#listenUdp() : this.#listenTcp())
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException
      const reason = code === 'EADDRINUSE' ? 'another program listens there' : message
      throw new AppError({
        message: `Cannot listen for syslog on ${this.#listener.address} port ${this.#listener.port}: ${reason}`,
        code: 'SOURCE_LISTEN_FAILED',
        ...(code === 'EACCES' && { hint: 'Ports below 1024 need a privilege: take another, such as 5514.' }),
        cause,
      })
    }
    // Stopped meanwhile: nobody else would close it.
    if (this.#stopped) this.#server.close()
    else
      this.#settling = setInterval(() => {
        events.settle(performance.now())
        void this.#flush()
      }, SETTLE)
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#close()
    return this.#stopped
  }

  async #close(): Promise<void> {
    clearInterval(this.#settling)
    const closed = new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
    await Promise.all(this.#reading)
    this.#events?.end()
    await this.#flush()
  }

  /** False once the engine takes nothing more. */
  async #flush(): Promise<boolean> {
    try {
      await this.#handOver?.flush()
      return true
    } catch (error) {
      this.#failure ??= endedBy('syslog', error)
      return false
    }
  }

  async #listenUdp(): Promise<UdpSocket> {
    const { createSocket } = await import('node:dgram')
    const { address, port } = this.#listener
    const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', recvBufferSize: UDP_BUFFER })
    socket.on('message', (bytes, { address: peer }) => this.#datagram(bytes, peer))
    await new Promise<void>((resolve, reject) => {
      // One that has not got its port would stay open beside that of the next try.
      const failed = (error: Error) => socket.close(() => reject(error))
      socket.once('error', failed)
      socket.bind(port, address, () => {
        socket.off('error', failed)
        resolve()
      })
    })
    socket.on('error', (error) => {
      this.#failure = `Cannot receive syslog: ${error.message}`
    })
    return socket
  }

  #datagram(bytes: Buffer, peer: string): void {
    this.#bytesRead += bytes.length
    if (!this.#admits(peer)) return
    if (this.#waiting + bytes.length > WAITING_LIMIT) {
      this.#events!.reject('datagram dropped: the engine is behind', bytes)
      return
    }
    this.#waiting += bytes.length
    const trimmed = bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes
    this.#events!.message(trimmed, peer)
    void this.#flush().then(() => {
      this.#waiting -= bytes.length
    })
  }

  async #listenTcp(): Promise<Server> {
    const { transport, address, port, cert, key } = this.#listener
    const accept = (socket: Socket) => {
      const reading = this.#accept(socket).finally(() => this.#reading.delete(reading))
      this.#reading.add(reading)
    }
    const server =
      transport === 'tls'
        ? (await import('node:tls')).createServer({ cert, key, handshakeTimeout: HANDSHAKE }, accept)
        : (await import('node:net')).createServer(accept)
    server.maxConnections = 2 * MOST_CONNECTIONS
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      if (!this.#admits(socket.remoteAddress ?? '')) socket.destroy()
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, address, resolve)
    })
    server.on('error', (error) => {
      this.#failure = `Cannot accept syslog connections: ${error.message}`
    })
    return server
  }

  async #accept(socket: Socket): Promise<void> {
    const peer = socket.remoteAddress ?? ''
    // A connection that breaks off ends its messages; that is all there is to say.
    socket.on('error', () => {})
    if (socket.destroyed || !this.#makeRoom()) {
      socket.destroy()
      return
    }
    socket.setKeepAlive(true, MINUTE)
    this.#connections.set(socket, performance.now())
    const events = this.#events!
    const frames = new SyslogFrames(
      {
        message: (bytes) => events.message(bytes, peer),
        reject: (reason, raw) => events.reject(reason, raw),
      },
      MESSAGE_LIMIT,
    )
    try {
      for await (const chunk of socket) if (!(await this.#take(socket, frames, chunk))) break
    } catch {
      // Broken off.
    }
    socket.destroy()
    this.#held -= frames.held
    this.#connections.delete(socket)
    frames.end()
    await this.#flush()
  }

  /** False when the connection is to be closed. */
  async #take(socket: Socket, frames: SyslogFrames, chunk: Buffer): Promise<boolean> {
    this.#bytesRead += chunk.length
    this.#held -= frames.held
    frames.push(chunk)
    this.#held += frames.held
    if (this.#held > HELD_LIMIT) {
      this.#turnAway('Cannot hold more half messages of syslog: a connection was closed')
      return false
    }
    const goesOn = await this.#flush()
    this.#connections.set(socket, performance.now())
    return goesOn
  }

  #admits(peer: string): boolean {
    const allowed = this.#listener.isAllowed?.(peer) ?? true
    if (!allowed) this.#turnAway(`Syslog from ${peer} was refused: it is in none of the networks`)
    return allowed
  }

  #makeRoom(): boolean {
    if (this.#connections.size < MOST_CONNECTIONS) return true
    const [socket, heard] = [...this.#connections].reduce((a, b) => (b[1] < a[1] ? b : a))
    this.#turnAway(`More than ${MOST_CONNECTIONS} connections of syslog at a time: some were closed`)
    if (performance.now() - heard < SILENT) return false
    this.#connections.delete(socket)
    socket.destroy()
    return true
  }

  #turnAway(why: string): void {
    this.#turnedAway = { count: (this.#turnedAway?.count ?? 0) + 1, why, last: performance.now() }
  }
}
