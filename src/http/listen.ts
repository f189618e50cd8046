import { once } from 'node:events'
import { chmod, lstat, mkdir, unlink } from 'node:fs/promises'
import type { Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { dirname } from 'node:path'
import { addressClassOf } from '../domain/address.ts'
import { AppError } from '../domain/error.ts'
import { reasonOf } from '../sources/unreadable.ts'

export interface TcpAddress {
  readonly host: string
  readonly port: number
}

/**
 * Reads `host:port` or `[address]:port`. What other machines can reach wants keys and TLS.
 *
 * @throws AppError HTTP_ADDRESS_INVALID, HTTP_NEEDS_KEYS, HTTP_NEEDS_TLS
 */
export function tcpAddressOf(written: string, has: { readonly keys: boolean; readonly tls: boolean }): TcpAddress {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(written) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  if (host === undefined || port > 65_535)
    throw new AppError({
      message: `Cannot listen on "${written}": expected host:port or [address]:port`,
      code: 'HTTP_ADDRESS_INVALID',
      hint: 'For example 127.0.0.1:9277, or [::1]:9277.',
    })
  const isLoopback = host === 'localhost' || addressClassOf(host) === 'loopback'
  if (!isLoopback && !has.keys)
    throw new AppError({
      message: `Cannot listen on "${written}" without API keys: other machines could reach it`,
      code: 'HTTP_NEEDS_KEYS',
      hint: 'Listen on 127.0.0.1, or set http.keys_file together with http.tls_cert_file and http.tls_key_file.',
    })
  if (!isLoopback && !has.tls)
    throw new AppError({
      message: `Cannot listen on "${written}" without TLS: keys and documents would travel in the clear`,
      code: 'HTTP_NEEDS_TLS',
      hint: 'Set http.tls_cert_file and http.tls_key_file, or listen on 127.0.0.1 behind a proxy that does it.',
    })
  return { host, port }
}

/** Begins to listen; answers the address as a URL. @throws AppError HTTP_LISTEN_FAILED */
export async function listenAt(server: Server, { host, port }: TcpAddress, scheme: string): Promise<string> {
  await listening(server, { host, port }, `${host}:${port}`)
  const bound = server.address() as AddressInfo
  return `${scheme}://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`
}

/** Longest path of a unix socket on Linux, in bytes. */
const LONGEST_PATH = 107

/** Begins to listen on a unix socket that its owner alone can open; answers its path. @throws AppError HTTP_LISTEN_FAILED */
export async function listenOnSocket(server: Server, path: string): Promise<string> {
  if (Buffer.byteLength(path) > LONGEST_PATH)
    throw new AppError({
      message: `Cannot listen on the socket "${path}": its path is longer than ${LONGEST_PATH} bytes`,
      code: 'HTTP_LISTEN_FAILED',
      hint: 'Set http.socket to a shorter path.',
    })
  if (await isAnswered(path))
    throw new AppError({
      message: `Cannot listen on the socket "${path}": another server does`,
      code: 'HTTP_LISTEN_FAILED',
      hint: 'Stop it first; `oddsock health` shows what it is doing.',
    })
  // Left behind by a server that was killed. A file of another kind is not ours to remove, and listening fails.
  if (await isSocket(path)) await unlink(path)
  // A store in a cluster or in memory makes no folder.
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch(() => {})
  await listening(server, { path }, path)
  await chmod(path, 0o600)
  return path
}

async function listening(
  server: Server,
  where: { host: string; port: number } | { path: string },
  name: string,
): Promise<void> {
  server.listen(where)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new AppError({
      message: `Cannot listen on ${name}: ${reasonOf(cause)}`,
      code: 'HTTP_LISTEN_FAILED',
      hint: 'Choose another one in http.listen or http.socket, or stop the program that has it.',
      cause,
    })
  }
}

async function isSocket(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined)
  return found?.isSocket() ?? false
}

async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
