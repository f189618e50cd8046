import ipaddr from 'ipaddr.js'

/** Whether a field holds addresses: as in ECS, its name is `ip` or ends in `.ip`. */
export function isAddressField(field: string): boolean {
  return field === 'ip' || field.endsWith('.ip')
}

/**
 * An address in its one canonical spelling, or undefined for what is no address. `::ffff:10.0.0.1` and `10.0.0.1` stay two
 * addresses: the query of the network job names the one and not the other.
 *
 * @example canonicalAddress('0:0:0:0:0:0:0:1') // '::1'
 */
export function canonicalAddress(text: string): string | undefined {
  if (!text.includes(':')) return ipaddr.IPv4.isValidFourPartDecimal(text) ? text : undefined
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text).toString() : undefined
}

/** A sort key: keys of two addresses compare as the addresses do, IPv4 by its mapped IPv6 address. */
export function addressOrder(text: string): string | undefined {
  if (canonicalAddress(text) === undefined) return undefined
  const address = ipaddr.parse(text)
  const six = address instanceof ipaddr.IPv6 ? address : (address as ipaddr.IPv4).toIPv4MappedAddress()
  return six.parts.map((part) => part.toString(16).padStart(4, '0')).join('')
}
