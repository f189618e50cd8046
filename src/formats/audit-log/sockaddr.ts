import { trimZeros } from './decode-hex.ts'
import { SOCKET_FAMILIES } from './tables/socket-families.ts'

/** What a socket address says; fields that its family does not have, or that the kernel cut off, are absent. */
export interface SocketAddress {
  /** `ipv4`, `ipv6`, `unix`, `netlink`, …; the number of a family that has no name. */
  readonly family: string
  readonly ip?: string
  readonly port?: number
  /** Of a unix socket: its path; the name of an abstract one begins with `@`. */
  readonly path?: string
  /** Of the rarer families: their fields, by the names of the kernel's structures. */
  readonly details?: ReadonlyMap<string, string | number>
}

const AF_UNIX = 1
const AF_INET = 2
const AF_INET6 = 10

/**
 * Reads `saddr=` of a SOCKADDR record: a `struct sockaddr` in hex, its family in the order of the machine, ports in network
 * order. Returns undefined if there is not even a family.
 *
 * @example parseSockaddr('02000050A9FEA9FE0000000000000000') // ipv4, 169.254.169.254, port 80
 */
export function parseSockaddr(hex: string): SocketAddress | undefined {
  const bytes = Buffer.from(hex, 'hex') // stops at the first character that is no hex digit
  if (bytes.length < 2) return undefined
  const number = familyOf(bytes)
  const family = SOCKET_FAMILIES.get(number) ?? String(number)
  switch (number) {
    case AF_UNIX:
      return { family, ...unixPath(bytes) }
    case AF_INET:
      return { family, ...port(bytes), ...(bytes.length >= 8 && { ip: bytes.subarray(4, 8).join('.') }) }
    case AF_INET6:
      return { family, ...port(bytes), ...(bytes.length >= 24 && { ip: formatIpv6(bytes.subarray(8, 24)) }) }
    default:
      return { family, ...details(number, bytes) }
  }
}

function familyOf(bytes: Buffer): number {
  return isBigEndian(bytes) ? bytes[1]! : bytes.readUInt16LE(0)
}

/** Every family fits in one byte: where only the second one is used, the machine is big-endian (s390x, ppc64). */
function isBigEndian(bytes: Buffer): boolean {
  return bytes[0] === 0 && bytes[1] !== 0
}

function port(bytes: Buffer): { port?: number } {
  return bytes.length >= 4 ? { port: bytes.readUInt16BE(2) } : {}
}

/** A path ends at its zero byte, behind it is waste; an abstract name begins with one, and further ones are part of it. */
function unixPath(bytes: Buffer): { path?: string } {
  if (bytes.length === 2) return {}
  if (bytes[2] !== 0) {
    const end = bytes.indexOf(0, 2)
    return { path: bytes.toString('utf8', 2, end < 0 ? bytes.length : end) }
  }
  const name = trimZeros(bytes.toString('utf8', 3)).replaceAll('\0', '@')
  return name === '' ? {} : { path: `@${name}` }
}

/**
 * The short form of an IPv6 address (RFC 5952); an IPv4 address in IPv6 clothes (`::ffff:0:0/96`) is printed as IPv4, as
 * Elastic does.
 *
 * @throws RangeError if there are not 16 bytes
 */
export function formatIpv6(bytes: Buffer): string {
  if (bytes.length !== 16) throw new RangeError(`Cannot print an IPv6 address of ${bytes.length} bytes: 16 are needed`)
  const words = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i))
  if (words[5] === 0xffff && words.slice(0, 5).every((word) => word === 0)) return bytes.subarray(12).join('.')
  const zeros = longestZeros(words)
  const text = (from: number, to?: number) =>
    words
      .slice(from, to)
      .map((word) => word.toString(16))
      .join(':')
  return zeros.length < 2 ? text(0) : `${text(0, zeros.at)}::${text(zeros.at + zeros.length)}`
}

function longestZeros(words: readonly number[]): { at: number; length: number } {
  let best = { at: 0, length: 0 }
  for (let at = 0; at < words.length; at++) {
    let length = 0
    while (words[at + length] === 0) length += 1
    if (length > best.length) best = { at, length }
  }
  return best
}

type Field = readonly [name: string, at: number, kind: 'u16be' | 'u32' | 'u32be' | 'text' | 'mac']

/** Where the fields of the rarer structures stand (`linux/netlink.h`, `linux/if_packet.h`, `linux/vm_sockets.h` and so on). */
const LAYOUTS: ReadonlyMap<number, readonly Field[]> = new Map<number, readonly Field[]>([
  [
    4,
    [
      ['port', 2, 'u16be'],
      ['network', 4, 'u32be'],
      ['node', 8, 'mac'],
    ],
  ], // ipx
  [9, [['address', 2, 'text']]], // x25
  [
    16,
    [
      ['pid', 4, 'u32'],
      ['groups', 8, 'u32'],
    ],
  ], // netlink
  [
    17,
    [
      ['protocol', 2, 'u16be'],
      ['ifindex', 4, 'u32'],
      ['address', 12, 'mac'],
    ],
  ], // packet
  [29, [['ifindex', 4, 'u32']]], // can
  [
    38,
    [
      ['type', 2, 'text'],
      ['name', 24, 'text'],
    ],
  ], // alg
  [
    40,
    [
      ['port', 4, 'u32'],
      ['cid', 8, 'u32'],
    ],
  ], // vsock
  [
    42,
    [
      ['node', 4, 'u32'],
      ['port', 8, 'u32'],
    ],
  ], // qipcrtr
  [
    44,
    [
      ['ifindex', 4, 'u32'],
      ['queue', 8, 'u32'],
    ],
  ], // xdp
])

function details(family: number, bytes: Buffer): { details?: ReadonlyMap<string, string | number> } {
  const found = new Map<string, string | number>()
  for (const [name, at, kind] of LAYOUTS.get(family) ?? []) {
    const value = readField(bytes, at, kind === 'u32' && isBigEndian(bytes) ? 'u32be' : kind)
    if (value !== undefined) found.set(name, value)
  }
  return found.size > 0 ? { details: found } : {}
}

function readField(bytes: Buffer, at: number, kind: Field[2]): string | number | undefined {
  const left = bytes.length - at
  switch (kind) {
    case 'u16be':
      return left >= 2 ? bytes.readUInt16BE(at) : undefined
    case 'u32':
      return left >= 4 ? bytes.readUInt32LE(at) : undefined
    case 'u32be':
      return left >= 4 ? bytes.readUInt32BE(at) : undefined
    case 'mac':
      return left >= 6 ? bytes.toString('hex', at, at + 6).replace(/..(?=.)/g, '$&:') : undefined
    case 'text':
      return left > 0 ? bytes.toString('latin1', at).split('\0', 1)[0] : undefined
  }
}

/**
 * Reads `SADDR={ saddr_fam=inet laddr=10.0.0.1 lport=80 }`, auditd's own reading of the address in an enriched line (`fam=` in
 * older versions): a help where the hex digits are missing.
 */
export function parseEnrichedSockaddr(text: string): SocketAddress | undefined {
  const fields = new Map([...text.matchAll(/\b([a-z_-]{1,32})=([^\s}]+)/g)].map(([, key, value]) => [key!, value!]))
  const written = fields.get('saddr_fam') ?? fields.get('fam')
  if (written === undefined) return undefined
  const family = ENRICHED_FAMILIES.get(written) ?? written
  const ip = fields.get('laddr')
  const path = fields.get('path')
  const port = Number(fields.get('lport'))
  return {
    family,
    ...(ip !== undefined && { ip }),
    ...(Number.isInteger(port) && { port }),
    ...(path !== undefined && { path }),
  }
}

const ENRICHED_FAMILIES: ReadonlyMap<string, string> = new Map([
  ['inet', 'ipv4'],
  ['inet6', 'ipv6'],
  ['local', 'unix'],
])
