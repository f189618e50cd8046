/**
 * An IPv4 address in its usual spelling, four decimal numbers without leading zeros, as one number of 32 bits; undefined for
 * anything else.
 *
 * @example ipv4Number('10.0.0.1') // 167_772_161
 */
export function ipv4Number(ip: string): number | undefined {
  let number = 0
  let part = -1
  let dots = 0
  for (let i = 0; i < ip.length; i++) {
    const digit = ip.charCodeAt(i) - ZERO
    if (digit >= 0 && digit <= 9 && part !== 0 && part < 256) part = Math.max(0, part) * 10 + digit
    else if (digit === DOT && part >= 0 && part < 256) {
      number = number * 256 + part
      part = -1
      dots++
    } else return undefined
  }
  return dots === 3 && part >= 0 && part < 256 ? number * 256 + part : undefined
}

export function ipv4Text(number: number): string {
  return `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`
}

const ZERO = 48
/** Counted from the digit 0, as all of them. */
const DOT = -2
