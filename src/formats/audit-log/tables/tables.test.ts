import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { test } from 'node:test'
import { ERRORS } from './errors.ts'
import { RECORDS, SYSCALLS } from './normalisations.ts'
import { numbered } from './numbered.ts'
import { recordTypeName, recordTypeNumber } from './record-types.ts'
import { SIGNALS } from './signals.ts'
import { SOCKET_FAMILIES } from './socket-families.ts'
import { SOCKET_CALLS, syscallName, URING_OPERATIONS } from './syscalls.ts'

test('a compact list counts up from 0, or from the number in front of a name', () => {
  assert.deepEqual(
    [...numbered('a b 7:c d')],
    [
      [0, 'a'],
      [1, 'b'],
      [7, 'c'],
      [8, 'd'],
    ],
  )
})

/** Numbers of the kernel's own tables (`syscall.tbl` and `unistd.h` of each architecture). */
const NUMBERS: readonly [arch: string, number: number, name: string][] = [
  ['x86_64', 0, 'read'],
  ['x86_64', 42, 'connect'],
  ['x86_64', 59, 'execve'],
  ['x86_64', 257, 'openat'],
  ['x86_64', 288, 'accept4'],
  ['x86_64', 334, 'rseq'],
  ['x86_64', 424, 'pidfd_send_signal'],
  ['x86_64', 452, 'fchmodat2'],
  ['i386', 11, 'execve'],
  ['i386', 102, 'socketcall'],
  ['i386', 362, 'connect'],
  ['aarch64', 203, 'connect'],
  ['aarch64', 221, 'execve'],
  ['aarch64', 37, 'linkat'],
  ['arm', 0, 'restart_syscall'],
  ['arm', 283, 'connect'],
  ['ppc', 102, 'socketcall'],
  ['ppc', 192, 'mmap2'],
  ['ppc', 328, 'connect'],
  ['ppc64le', 328, 'connect'],
  ['s390x', 362, 'connect'],
  ['riscv64', 203, 'connect'],
]
for (const [arch, number, name] of NUMBERS)
  test(`system call ${number} of ${arch} is ${name}`, () => assert.equal(syscallName(arch, number), name))

test('a call through the x32 ABI has the name of its 64-bit brother', () => {
  assert.equal(syscallName('x86_64', 0x4000_0000 + 42), 'connect')
})

test('an architecture or a number that nobody knows has no name', () => {
  assert.equal(syscallName('pdp11', 1), undefined)
  assert.equal(syscallName('x86_64', 100_000), undefined)
})

test('error and signal numbers agree with this machine', () => {
  for (const [name, number] of Object.entries(constants.errno))
    if (name !== 'EWOULDBLOCK' && name !== 'EDEADLOCK' && name !== 'ENOTSUP') assert.equal(ERRORS.get(number), name)
  for (const [name, number] of Object.entries(constants.signals))
    if (name !== 'SIGIOT' && name !== 'SIGPOLL') assert.equal(SIGNALS.get(number), name)
})

test('multiplexers are resolved to what they do', () => {
  assert.equal(SOCKET_CALLS.get(3), 'connect')
  assert.equal(SOCKET_CALLS.get(18), 'accept4')
  assert.equal(URING_OPERATIONS.get(16), 'connect')
  assert.equal(URING_OPERATIONS.get(13), 'accept')
  assert.equal(URING_OPERATIONS.get(45), 'socket')
})

test('record types have the numbers of linux/audit.h', () => {
  for (const [name, number] of [
    ['USER_AUTH', 1100],
    ['USER_LOGIN', 1112],
    ['SYSCALL', 1300],
    ['SOCKADDR', 1306],
    ['EXECVE', 1309],
    ['EOE', 1320],
    ['PROCTITLE', 1327],
    ['BPF', 1334],
    ['AVC', 1400],
    ['ANOM_ABEND', 1701],
    ['CRYPTO_KEY_USER', 2404],
    ['VIRT_MIGRATE_OUT', 2507],
  ] as const) {
    assert.equal(recordTypeNumber(name), number)
    assert.equal(recordTypeName(`UNKNOWN[${number}]`), name)
  }
})

test('socket families have the numbers of linux/socket.h', () => {
  for (const [number, name] of [
    [1, 'unix'],
    [2, 'ipv4'],
    [10, 'ipv6'],
    [16, 'netlink'],
    [17, 'packet'],
    [29, 'can'],
    [30, 'tipc'],
    [31, 'bluetooth'],
    [40, 'vsock'],
    [44, 'xdp'],
  ] as const)
    assert.equal(SOCKET_FAMILIES.get(number), name)
})

test('every row of the meanings is about a system call or a record type that exists', () => {
  const calls = new Set(['x86_64', 'i386', 'arm', 's390x', 'aarch64', 'ppc64le'].flatMap((arch) => namesOf(arch)))
  const inLibraryOnly = ['fstatat', 'futimens', 'seteuid', 'setegid'] // names that Elastic lists, and no kernel has
  assert.deepEqual(
    [...SYSCALLS.keys()].filter((name) => !calls.has(name)),
    inLibraryOnly,
  )
  assert.deepEqual(
    [...RECORDS.keys()].filter((name) => recordTypeNumber(name) > 65_000),
    [],
  )
})

function namesOf(arch: string): string[] {
  return Array.from({ length: 600 }, (_, number) => syscallName(arch, number) ?? '')
}
