import ipaddr from 'ipaddr.js'
import { isCidr, plainAddress } from '../../domain/address.ts'
import { canonicalAddress } from '../../query/address.ts'

/**
 * Addresses as terms of a keyword field, for both questions that queries ask. Equal is what has the same canonical spelling, so
 * that `::ffff:10.0.0.1` and `10.0.0.1` are two; a range holds both. An `ip` field of the cluster would make one of them.
 */

/** The terms of a value of an address field; none for what is no address. */
export function addressTerms(field: string, text: string): string[] {
  const equal = equalTerm(field, text)
  const plain = plainAddress(text)
  return [
    ...(equal === undefined ? [] : [equal]),
    ...(plain === undefined ? [] : [placeTerm(field, ipaddr.parse(plain))]),
  ]
}

export function equalTerm(field: string, text: string): string | undefined {
  const address = canonicalAddress(text)
  return address === undefined ? undefined : `${field}=${address}`
}

/** The first and last term of a range in CIDR notation; undefined for what is none. */
export function rangeTerms(field: string, cidr: string): { readonly gte: string; readonly lte: string } | undefined {
  if (!isCidr(cidr)) return undefined
  const [network = '', digits] = cidr.split('/')
  const address = ipaddr.parse(plainAddress(network)!)
  const mapped = address.kind() === 'ipv4' && network.includes(':')
  const bits = digits === undefined ? 8 * address.toByteArray().length : Number(digits) - (mapped ? 96 : 0)
  return { gte: placeTerm(field, filled(address, bits, 0)), lte: placeTerm(field, filled(address, bits, 0xff)) }
}

function filled(address: ipaddr.IPv4 | ipaddr.IPv6, bits: number, fill: number): ipaddr.IPv4 | ipaddr.IPv6 {
  const bytes = address.toByteArray().map((byte, i) => (byte & maskOf(bits, i)) | (fill & ~maskOf(bits, i) & 0xff))
  return ipaddr.fromByteArray(bytes)
}

/** The bits of byte `index` that belong to a prefix of so many bits. */
function maskOf(bits: number, index: number): number {
  const own = Math.min(8, Math.max(0, bits - 8 * index))
  return (0xff << (8 - own)) & 0xff
}

/** Sorts as addresses do, IPv4 before IPv6. */
function placeTerm(field: string, address: ipaddr.IPv4 | ipaddr.IPv6): string {
  const bytes = address.toByteArray().map((byte) => byte.toString(16).padStart(2, '0'))
  return `${field}@${bytes.length === 4 ? 4 : 6}:${bytes.join('')}`
}
