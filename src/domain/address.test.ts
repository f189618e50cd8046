import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type AddressClass, addressClassOf, inCidr, isCidr, isExternal, plainAddress } from './address.ts'
import { ipv4Number, ipv4Text } from './ipv4.ts'

/** Ranges from IANA's special-purpose registries (RFC 6890) and RFC 1918, 4193, 6598. */
const CLASSES: readonly (readonly [ip: string, expect: AddressClass])[] = [
  ['10.0.0.1', 'internal'],
  ['172.15.255.255', 'external'],
  ['172.16.0.0', 'internal'],
  ['172.31.255.255', 'internal'],
  ['172.32.0.0', 'external'],
  ['192.168.1.1', 'internal'],
  ['100.64.0.1', 'internal'],
  ['fd12::1', 'internal'],
  ['::ffff:10.0.0.1', 'internal'],
  ['8.8.8.8', 'external'],
  ['203.0.113.9', 'external'],
  ['198.18.0.1', 'external'],
  ['2606:4700::1111', 'external'],
  ['2001:db8::1', 'external'],
  ['::ffff:8.8.8.8', 'external'],
  ['169.254.169.254', 'link-local'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['fd00:ec2::254', 'link-local'],
  ['127.0.0.53', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['224.0.0.251', 'multicast'],
  ['ff02::fb', 'multicast'],
  ['255.255.255.255', 'multicast'],
  ['0.0.0.0', 'unspecified'],
  ['::', 'unspecified'],
  ['', 'unknown'],
  ['1', 'unknown'],
  ['10.1', 'unknown'],
  ['0x7f000001', 'unknown'],
  ['10.0.0.256', 'unknown'],
  ['10.0.0.1:80', 'unknown'],
  ['example.org', 'unknown'],
  ['1::2::3', 'unknown'],
  ['__proto__', 'unknown'],
]

for (const [ip, expect] of CLASSES) {
  test(`the address "${ip}" is ${expect}, asked once or twice`, () => {
    assert.equal(addressClassOf(ip), expect)
    assert.equal(addressClassOf(ip), expect)
    assert.equal(isExternal(ip), expect === 'external')
  })
}

test('an IPv4 address is of the same class in its own spelling as inside IPv6, which ipaddr.js reads', () => {
  const edges = [0x0a, 0x7f, 0xa9fe, 0xac10, 0xac1f, 0xc0a8, 0x6440, 0x647f, 0xe0, 0xef, 0xf0]
    .flatMap((start) => [start * 2 ** (start > 255 ? 16 : 24), (start + 1) * 2 ** (start > 255 ? 16 : 24)])
    .flatMap((edge) => [edge - 1, edge])
  const number = fc.oneof(fc.constantFrom(0, 2 ** 32 - 1, 2 ** 32 - 2, ...edges), fc.nat(2 ** 32 - 1))
  fc.assert(
    fc.property(number, (address) => {
      const ip = ipv4Text(address)
      assert.equal(ipv4Number(ip), address)
      assert.equal(plainAddress(ip), ip)
      assert.equal(addressClassOf(ip), addressClassOf(`::ffff:${ip}`))
    }),
    { numRuns: 1000 },
  )
})

test('an address has one spelling, by RFC 5952', () => {
  assert.equal(plainAddress('2001:DB8:0:0:0:0:0:1'), '2001:db8::1')
  assert.equal(plainAddress('2001:db8::0001'), '2001:db8::1')
  assert.equal(plainAddress('::FFFF:10.0.0.1'), '10.0.0.1')
  assert.equal(plainAddress('fe80::1%eth0'), 'fe80::1')
  assert.equal(plainAddress('10.0.0.1'), '10.0.0.1')
  assert.equal(plainAddress('nonsense'), undefined)
})

const RANGES: readonly (readonly [ip: string, cidr: string, expect: boolean])[] = [
  ['10.1.2.3', '10.0.0.0/8', true],
  ['11.0.0.0', '10.0.0.0/8', false],
  ['10.1.2.3', '10.1.2.3', true],
  ['10.1.2.4', '10.1.2.3', false],
  ['8.8.8.8', '0.0.0.0/0', true],
  ['::ffff:10.1.2.3', '10.0.0.0/8', true],
  ['10.1.2.3', '::ffff:10.0.0.0/104', true],
  ['2001:db8:1::5', '2001:db8::/32', true],
  ['2001:db9::5', '2001:db8::/32', false],
  ['10.1.2.3', '::/0', false],
  ['10.1.2.3', '10.0.0.0/33', false],
  ['10.1.2.3', '10.0.0.0/-1', false],
  ['10.1.2.3', '10.0.0.0/', false],
  ['10.1.2.3', 'nonsense', false],
  ['nonsense', '0.0.0.0/0', false],
  ['__proto__', '__proto__', false],
]

for (const [ip, cidr, expect] of RANGES) {
  test(`"${ip}" is ${expect ? '' : 'not '}in "${cidr}"`, () => assert.equal(inCidr(ip, cidr), expect))
}

test('a range that people write can be checked beforehand', () => {
  assert.ok(isCidr('10.0.0.0/8') && isCidr('fd00::/8') && isCidr('10.0.0.1'))
  assert.ok(!isCidr('10.0.0.0/33') && !isCidr('fd00::/129') && !isCidr('10/8') && !isCidr('x'))
})

test('IPv4 ranges hold what their mask says', () => {
  const address = fc.integer({ min: 0, max: 0xffffffff })
  const dotted = (n: number) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.')
  fc.assert(
    fc.property(address, address, fc.integer({ min: 0, max: 32 }), (ip, network, bits) => {
      const size = 2 ** (32 - bits)
      const inside = Math.floor(ip / size) === Math.floor(network / size)
      assert.equal(inCidr(dotted(ip), `${dotted(network)}/${bits}`), inside)
    }),
  )
})

test('no text makes it throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (ip, cidr) => {
      inCidr(ip, cidr)
      assert.equal(addressClassOf(ip) === 'unknown', plainAddress(ip) === undefined)
    }),
  )
})

test('more addresses than are remembered are still told apart', () => {
  for (let i = 0; i < 70_000; i++) assert.equal(isExternal(`10.0.0.1:${i}`), false)
  assert.equal(addressClassOf('8.8.4.4'), 'external')
})
