/**
 * The neighbourhood of an address: /16 of IPv4, the first three groups of IPv6. A stand-in for the owner of the network, which
 * no field tells (v3 §6). In go addresses in the spelling of `plainAddress`.
 *
 * @example rangeOf('52.239.17.4') // '52.239.0.0/16'
 */
export function rangeOf(ip: string): string {
  if (!ip.includes(':')) {
    const [a, b] = ip.split('.')
    return `${a}.${b}.0.0/16`
  }
  return `${groupsOf(ip).slice(0, 3).join(':')}::/48`
}

/** The groups of an IPv6 address, `::` written out. */
function groupsOf(ip: string): string[] {
  const [head = '', tail] = ip.split('::')
  const before = head === '' ? [] : head.split(':')
  if (tail === undefined) return before
  const after = tail === '' ? [] : tail.split(':')
  return [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after]
}
