import ipaddr from 'ipaddr.js'
import { ipv4Number } from './ipv4.ts'

/**
 * Which part of the world an address belongs to, as far as its number tells. `internal` is private, unique-local and
 * carrier-shared space; `link-local` holds the metadata services of clouds; `external` is all that is left, the ranges for
 * documentation and tests among it; `unknown` is no address.
 */
export type AddressClass = 'internal' | 'external' | 'link-local' | 'loopback' | 'multicast' | 'unspecified' | 'unknown'

/** Names that ipaddr.js gives to ranges (IANA's special-purpose registries); what is missing here is external. */
const CLASS_OF_RANGE: ReadonlyMap<string, AddressClass> = new Map([
  ['unspecified', 'unspecified'],
  ['broadcast', 'multicast'],
  ['multicast', 'multicast'],
  ['linkLocal', 'link-local'],
  ['loopback', 'loopback'],
  ['private', 'internal'],
  ['carrierGradeNat', 'internal'],
  ['uniqueLocal', 'internal'],
  ['deprecatedSiteLocal', 'internal'],
])

/**
 * The same for IPv4 by number, first and last, since most addresses are of it: reading one with ipaddr.js takes 2 µs. What lies in
 * none is external.
 */
const IPV4_CLASSES: readonly (readonly [from: number, to: number, AddressClass])[] = [
  [0x00000000, 0x00ffffff, 'unspecified'],
  [0x0a000000, 0x0affffff, 'internal'],
  [0x64400000, 0x647fffff, 'internal'],
  [0x7f000000, 0x7fffffff, 'loopback'],
  [0xa9fe0000, 0xa9feffff, 'link-local'],
  [0xac100000, 0xac1fffff, 'internal'],
  [0xc0a80000, 0xc0a8ffff, 'internal'],
  [0xe0000000, 0xefffffff, 'multicast'],
  [0xffffffff, 0xffffffff, 'multicast'],
]

/** The one metadata service outside link-local space: the IPv6 endpoint of Amazon EC2. */
const METADATA_V6 = 'fd00:ec2::254'

/** The class of an address; an IPv4 address inside IPv6 (`::ffff:10.0.0.1`) counts as IPv4. Never throws. */
export function addressClassOf(ip: string): AddressClass {
  return ipv4ClassOf(ip) ?? known(ip).class
}

/** Whether an address belongs to the world outside. False for what is no address. */
export function isExternal(ip: string): boolean {
  return addressClassOf(ip) === 'external'
}

/**
 * An address in one spelling: IPv6 short, in small letters and without zone, IPv4 inside IPv6 as IPv4. Undefined for what is
 * no address. (`canonicalAddress` of `query/` keeps the two families apart, as queries must.)
 *
 * @example plainAddress('::FFFF:10.0.0.1') // '10.0.0.1'
 */
export function plainAddress(ip: string): string | undefined {
  return ipv4Number(ip) === undefined ? known(ip).text : ip
}

/** Whether an address lies in a range such as `10.0.0.0/8`; a single address is a range of one. False for garbage on either side. */
export function inCidr(ip: string, cidr: string): boolean {
  const range = compiled(cidr)
  const address = range && known(ip).address
  return address !== undefined && range !== undefined && address.kind() === range[0].kind() && address.match(range)
}

/** Whether `inCidr` understands a range, for those who check what a person wrote. */
export function isCidr(cidr: string): boolean {
  return compiled(cidr) !== undefined
}

function ipv4ClassOf(ip: string): AddressClass | undefined {
  const number = ipv4Number(ip)
  if (number === undefined) return undefined
  for (const [from, to, kind] of IPV4_CLASSES) if (number >= from && number <= to) return kind
  return 'external'
}

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Range = [Address, number]

interface Known {
  readonly class: AddressClass
  readonly address?: Address
  readonly text?: string
}

/** Reading an address takes 2 µs and most come again and again; a full cache starts over. */
const CACHE_SIZE = 65_536
const addresses = new Map<string, Known>()
const ranges = new Map<string, Range | undefined>()

function known(ip: string): Known {
  return remembered(addresses, ip, describe)
}

function compiled(cidr: string): Range | undefined {
  return remembered(ranges, cidr, parseRange)
}

function remembered<T>(cache: Map<string, T>, key: string, make: (key: string) => T): T {
  const hit = cache.get(key)
  if (hit !== undefined || cache.has(key)) return hit as T
  if (cache.size >= CACHE_SIZE) cache.clear()
  const made = make(key)
  cache.set(key, made)
  return made
}

function describe(ip: string): Known {
  const address = parse(ip)
  if (address === undefined) return { class: 'unknown' }
  const text = address.toString()
  const usual = CLASS_OF_RANGE.get(address.range()) ?? 'external'
  return { class: text === METADATA_V6 ? 'link-local' : usual, address, text }
}

/** Longest spelling: eight groups, the last two as IPv4, and a zone. */
const LONGEST = 64

function parse(ip: string): Address | undefined {
  if (ip.length > LONGEST) return undefined
  if (!ip.includes(':')) return ipaddr.IPv4.isValidFourPartDecimal(ip) ? ipaddr.IPv4.parse(ip) : undefined
  const unzoned = ip.replace(/%.*$/, '')
  if (!ipaddr.IPv6.isValid(unzoned)) return undefined
  const address = ipaddr.IPv6.parse(unzoned)
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address
}

function parseRange(cidr: string): Range | undefined {
  const [, network = '', digits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(cidr) ?? []
  const address = parse(network)
  if (address === undefined) return undefined
  const longest = address.kind() === 'ipv4' ? 32 : 128
  const mapped = address.kind() === 'ipv4' && network.includes(':')
  const bits = digits === undefined ? longest : Number(digits) - (mapped ? 96 : 0)
  return bits >= 0 && bits <= longest ? [address, bits] : undefined
}
