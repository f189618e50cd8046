import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatIpv6, parseEnrichedSockaddr, parseSockaddr, type SocketAddress } from './sockaddr.ts'

const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex').toUpperCase()

const CASES: readonly { given: string; expect: SocketAddress | undefined; why: string }[] = [
  {
    given: '02000050A9FEA9FE0000000000000000',
    expect: { family: 'ipv4', ip: '169.254.169.254', port: 80 },
    why: 'inet: port in network order',
  },
  {
    given: '000201BBC0000201',
    expect: { family: 'ipv4', ip: '192.0.2.1', port: 443 },
    why: 'inet of a big-endian machine: only the family is in its order',
  },
  {
    given: `0001${hex('/run/x')}00`,
    expect: { family: 'unix', path: '/run/x' },
    why: 'unix of a big-endian machine',
  },
  {
    given: '0A000016000000000000000000000000000000000000000000000000',
    expect: { family: 'ipv6', ip: '::', port: 22 },
    why: 'inet6: the unspecified address',
  },
  {
    given: '0A0000350000000020010DB810020001000000000000005300000000',
    expect: { family: 'ipv6', ip: '2001:db8:1002:1::53', port: 53 },
    why: 'inet6: the longest run of zeros is left out',
  },
  {
    given: '0A00A6780000000000000000000000000000FFFF0A7EFF0300000000',
    expect: { family: 'ipv6', ip: '10.126.255.3', port: 42616 },
    why: 'inet6: an IPv4 address in IPv6 clothes',
  },
  { given: '02000050', expect: { family: 'ipv4', port: 80 }, why: 'cut off before the address' },
  { given: '0200005', expect: { family: 'ipv4' }, why: 'cut off inside of the port' },
  { given: '0200', expect: { family: 'ipv4' }, why: 'cut off after the family' },
  { given: '02', expect: undefined, why: 'cut off inside of the family' },
  { given: '', expect: undefined, why: 'nothing' },
  { given: 'not hex', expect: undefined, why: 'no hex digits' },
  {
    given: `0100${hex('/var/run/nscd/socket')}0000603B7B47FC7F`,
    expect: { family: 'unix', path: '/var/run/nscd/socket' },
    why: 'unix: what stands behind the zero byte is waste',
  },
  { given: `0100${hex('/tmp/x')}`, expect: { family: 'unix', path: '/tmp/x' }, why: 'unix: without a zero byte' },
  { given: `010000${hex('x11')}`, expect: { family: 'unix', path: '@x11' }, why: 'unix: an abstract name' },
  {
    given: `010000${hex('a\0b')}0000`,
    expect: { family: 'unix', path: '@a@b' },
    why: 'unix: abstract, zero bytes inside',
  },
  { given: '0100', expect: { family: 'unix' }, why: 'unix: unnamed' },
  {
    given: '100000000102000003000000',
    expect: {
      family: 'netlink',
      details: new Map([
        ['pid', 513],
        ['groups', 3],
      ]),
    },
    why: 'netlink: port id and groups in host order',
  },
  {
    given: '001000000000020100000003',
    expect: {
      family: 'netlink',
      details: new Map([
        ['pid', 513],
        ['groups', 3],
      ]),
    },
    why: 'netlink of a big-endian machine',
  },
  {
    given: '28000000BB01000002000000',
    expect: {
      family: 'vsock',
      details: new Map([
        ['port', 443],
        ['cid', 2],
      ]),
    },
    why: 'vsock: to the hypervisor',
  },
  {
    given: '1100080006000000010006000A0B0C0D0E0F0000',
    expect: {
      family: 'packet',
      details: new Map<string, string | number>([
        ['protocol', 0x0800],
        ['ifindex', 6],
        ['address', '0a:0b:0c:0d:0e:0f'],
      ]),
    },
    why: 'packet: protocol in network order',
  },
  { given: '1D00000007000000', expect: { family: 'can', details: new Map([['ifindex', 7]]) }, why: 'can' },
  { given: `0900${hex('123456')}`, expect: { family: 'x25', details: new Map([['address', '123456']]) }, why: 'x25' },
  { given: '1F00', expect: { family: 'bluetooth' }, why: 'a family with a name only' },
  { given: '0000', expect: { family: 'unspec' }, why: 'the address that dissolves a connection' },
  { given: 'FF7F0102', expect: { family: '32767' }, why: 'a family that has no name' },
]

for (const { given, expect, why } of CASES)
  test(`a socket address is read: ${why}`, () => {
    assert.deepEqual(parseSockaddr(given), expect)
  })

test('auditd’s own reading of an address helps where the bytes are missing', () => {
  assert.deepEqual(parseEnrichedSockaddr('{ saddr_fam=inet laddr=10.0.0.1 lport=80 }'), {
    family: 'ipv4',
    ip: '10.0.0.1',
    port: 80,
  })
  assert.deepEqual(parseEnrichedSockaddr('{ fam=local path=/run/x }'), { family: 'unix', path: '/run/x' })
  assert.equal(parseEnrichedSockaddr('{ nonsense }'), undefined)
})

test('IPv6 addresses are printed as the URL standard prints them, but for those of IPv4', () => {
  const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 })
  const sparse = fc.tuple(bytes, bytes).map(([a, b]) => a.map((byte, i) => (b[i >> 1]! % 3 === 0 ? byte : 0)))
  fc.assert(
    fc.property(fc.oneof(bytes, sparse), (address) => {
      const words = Array.from({ length: 8 }, (_, i) => ((address[2 * i]! << 8) | address[2 * i + 1]!).toString(16))
      fc.pre(words.join(':').search(/^0:0:0:0:0:ffff:/) < 0)
      assert.equal(`[${formatIpv6(Buffer.from(address))}]`, new URL(`http://[${words.join(':')}]/`).hostname)
    }),
  )
})

test('no text makes the reader of socket addresses throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('hex')),
      ),
      (text) => void parseSockaddr(text),
    ),
  )
})
