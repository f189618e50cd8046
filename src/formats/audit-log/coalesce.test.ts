import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EcsEvent } from '../../domain/event.ts'
import { values } from '../../domain/field.ts'
import { coalesce } from './coalesce.ts'
import { parseLine } from './parse-line.ts'

/** One event of these records: the type of each, then its body. */
function event(...records: readonly string[]): EcsEvent {
  const lines = records.map((record) => {
    const space = record.indexOf(' ')
    const line = parseLine(`type=${record.slice(0, space)} msg=audit(1700000000.000:7):${record.slice(space)}`)
    return typeof line === 'string' ? assert.fail(line) : line
  })
  return coalesce(lines) ?? assert.fail('no event')
}

const SYSCALL = 'SYSCALL arch=c000003e success=yes exit=0 ppid=1 pid=2 uid=1000 comm="x" exe="/x"'
const INET = 'SOCKADDR saddr=02000050C0000201' // 192.0.2.1, port 80

const CASES: readonly {
  why: string
  records: readonly string[]
  expect: Readonly<Record<string, readonly unknown[]>>
}[] = [
  {
    why: 'connect is a connection that starts, to a destination',
    records: [`${SYSCALL} syscall=42`, INET],
    expect: {
      'event.action': ['connected-to'],
      'event.category': ['network'],
      'event.type': ['connection', 'start'],
      'network.direction': ['egress'],
      'destination.ip': ['192.0.2.1'],
      'destination.port': [80],
      'source.ip': [],
    },
  },
  {
    why: 'accept is a connection that starts, from a source',
    records: [`${SYSCALL} syscall=43`, INET],
    expect: {
      'event.action': ['accepted-connection-from'],
      'event.type': ['connection', 'start'],
      'network.direction': ['ingress'],
      'source.ip': ['192.0.2.1'],
      'destination.ip': [],
    },
  },
  {
    why: 'bind starts something, and has no other side',
    records: [`${SYSCALL} syscall=49`, INET],
    expect: {
      'event.action': ['bound-socket'],
      'event.category': ['network'],
      'event.type': ['start'],
      'network.direction': [],
      'destination.ip': [],
      'source.ip': [],
      'auditd.data.socket.addr': ['192.0.2.1'],
    },
  },
  {
    why: 'sendto is traffic of a connection, not its start',
    records: [`${SYSCALL} syscall=44`, INET],
    expect: {
      'event.action': ['sent-to'],
      'event.type': ['connection', 'info'],
      'destination.ip': ['192.0.2.1'],
    },
  },
  {
    why: 'recvfrom is traffic from a source',
    records: [`${SYSCALL} syscall=45`, INET],
    expect: {
      'event.action': ['received-from'],
      'event.type': ['connection', 'info'],
      'source.ip': ['192.0.2.1'],
    },
  },
  {
    why: 'a unix socket is a path only',
    records: [`${SYSCALL} syscall=42`, `SOCKADDR saddr=0100${Buffer.from('/run/x').toString('hex').toUpperCase()}00`],
    expect: { 'destination.path': ['/run/x'], 'destination.ip': [], 'event.category': ['network'] },
  },
  {
    why: 'netlink has no address, and a direction all the same',
    records: [`${SYSCALL} syscall=42`, 'SOCKADDR saddr=100000000000000000000000'],
    expect: { 'destination.ip': [], 'network.direction': ['egress'], 'auditd.data.socket.family': ['netlink'] },
  },
  {
    why: 'socketcall is what it was told to do',
    records: ['SYSCALL arch=40000003 syscall=102 success=yes a0=3 pid=2', INET],
    expect: { 'event.action': ['connected-to'], 'auditd.data.syscall': ['socketcall'], 'destination.port': [80] },
  },
  {
    why: 'a connect through io_uring is a connect',
    records: ['URINGOP uring_op=16 success=yes exit=0 items=0 ppid=1 pid=2 uid=1000', INET],
    expect: {
      'event.action': ['connected-to'],
      'event.category': ['network'],
      'destination.ip': ['192.0.2.1'],
      'auditd.message_type': ['uringop'],
    },
  },
  {
    why: 'mount(8) of today mounts by other system calls, as `ausearch --format csv` has it',
    records: [
      `${SYSCALL} syscall=429`,
      'PATH item=0 name="" inode=1 mode=040755 nametype=NORMAL',
      'PATH item=1 name="/mnt" inode=2 mode=040755 nametype=NORMAL',
    ],
    expect: {
      'event.action': ['mounted'],
      'event.category': ['file'],
      'auditd.data.syscall': ['move_mount'],
      'file.path': ['/mnt'],
    },
  },
  {
    why: 'a system call without a row of its own is something that a process does',
    records: [`${SYSCALL} syscall=101`],
    expect: {
      'event.action': [],
      'event.category': ['process'],
      'event.type': ['info'],
      'auditd.data.syscall': ['ptrace'],
    },
  },
  {
    why: 'an architecture that we do not know leaves numbers',
    records: ['SYSCALL arch=12345678 syscall=42 success=yes pid=2'],
    expect: { 'auditd.data.arch': ['12345678'], 'auditd.data.syscall': ['42'], 'event.category': ['process'] },
  },
  {
    why: 'auditd’s name of a system call helps where we have none',
    records: ['SYSCALL arch=12345678 syscall=42 success=yes pid=2\x1dARCH=odd SYSCALL=connect'],
    expect: { 'auditd.data.syscall': ['connect'], 'event.action': ['connected-to'] },
  },
  {
    why: 'a record of its own meaning names the event, its system call adds to it',
    records: [`${SYSCALL} syscall=16`, 'ANOM_PROMISCUOUS dev=eth0 prom=256 old_prom=0 auid=5 uid=0 gid=0 ses=1'],
    expect: {
      'event.action': ['changed-promiscuous-mode-on-device'],
      'event.category': ['intrusion_detection', 'process'],
      'event.type': ['info', 'change'],
      'auditd.message_type': ['anom_promiscuous'],
      'user.id': ['1000'],
      'auditd.summary.object.primary': ['eth0'],
    },
  },
  {
    why: 'a record without a meaning leaves the event to its system call',
    records: [`${SYSCALL} syscall=321`, 'BPF prog-id=5 op=LOAD'],
    expect: { 'event.category': ['process'], 'auditd.message_type': ['bpf'], 'auditd.data.op': ['LOAD'] },
  },
  {
    why: 'user space may say uid=0 as long as it likes',
    records: ['USER_CMD pid=9 uid=1000 auid=1000 ses=2 msg=\'uid=0 euid=0 pid=1 cmd="id" res=success\''],
    expect: { 'user.id': ['1000'], 'user.effective.id': [], 'process.pid': [9] },
  },
  {
    why: 'a login is about the account that user space names',
    records: ['USER_LOGIN pid=9 uid=0 auid=4294967295 ses=4294967295 msg=\'uid=1000 exe="/gdm" res=failed\''],
    expect: {
      'user.id': [],
      'user.name': [],
      'user.effective.id': ['1000'],
      'event.outcome': ['failure'],
      'auditd.session': [],
    },
  },
  {
    why: 'a password is changed by one user on another',
    records: ['USER_CHAUTHTOK pid=9 uid=0 auid=1000 ses=2 msg=\'op=PAM:chauthtok acct="bob" res=success\''],
    expect: { 'user.id': ['1000'], 'user.effective.name': ['root'], 'user.target.name': ['bob'] },
  },
  {
    why: 'groups are no users',
    records: [
      'ADD_GROUP pid=9 uid=0 auid=1000 ses=2 msg=\'op=add-group id=77 res=success\'\x1dID="staff" AUID="alice"',
    ],
    expect: { 'group.id': ['77'], 'user.target.id': [], 'user.name': ['alice'] },
  },
  {
    why: 'a name that auditd could not find is none',
    records: ['USER_MGMT pid=9 uid=0 auid=1000 ses=2 msg=\'op=x id=1002 res=success\'\x1dID="unknown(1002)"'],
    expect: { 'user.target.id': ['1002'], 'user.target.name': [] },
  },
  {
    why: 'a locked account is whose it is, as `ausearch --format csv` has it; the user stays that of the process',
    records: ['ACCT_LOCK pid=9 uid=0 auid=1000 ses=2 msg=\'op=locked-password id=1002 res=success\'\x1dID="bob"'],
    expect: {
      'event.action': ['locked-account'],
      'auditd.summary.object.type': ['account'],
      'auditd.summary.object.primary': ['1002'],
      'user.id': ['0'],
      'user.target.id': ['1002'],
      'user.target.name': ['bob'],
    },
  },
  {
    why: 'an unlocked account may be told by name',
    records: ['ACCT_UNLOCK pid=9 uid=0 auid=1000 ses=2 msg=\'op=unlocked-password acct="bob" res=success\''],
    expect: { 'auditd.summary.object.primary': ['bob'], 'user.target.name': ['bob'], 'user.target.id': [] },
  },
  {
    why: 'result=Success of old PAM is a success, as `ausearch -sv yes` has it',
    records: [
      "USER_AUTH user pid=9 uid=0 msg='PAM: authentication acct=bob (hostname=?, terminal=tty1 result=Success)'",
    ],
    expect: { 'event.outcome': ['success'], 'auditd.result': ['success'] },
  },
  {
    why: 'result=Failed is none, as `ausearch -sv no` has it',
    records: [
      "USER_AUTH user pid=9 uid=0 msg='PAM: authentication acct=bob (hostname=?, terminal=tty1 result=Failed)'",
    ],
    expect: { 'event.outcome': ['failure'], 'auditd.result': ['fail'] },
  },
  {
    why: 'a result that is a number of something is no outcome, and none where res= says it',
    records: ["USER_AUTH pid=9 uid=0 msg='result=7 res=success'"],
    expect: { 'event.outcome': ['success'] },
  },
  {
    why: 'a result in other words is no outcome',
    records: ["TEST pid=9 uid=0 msg='result=7'"],
    expect: { 'event.outcome': ['unknown'] },
  },
  {
    why: 'who sends its events to auditd is a source, as `ausearch --host` has it',
    records: ['DAEMON_ACCEPT op=connect addr=192.0.2.9 port=60123 res=success'],
    expect: {
      'event.action': ['remote-audit-connected'],
      'source.ip': ['192.0.2.9'],
      'source.port': [60123],
      'network.direction': ['ingress'],
    },
  },
  {
    why: 'an address of a login is where it comes from, a host name is not',
    records: ['USER_AUTH pid=9 uid=0 auid=1000 ses=2 msg=\'acct="bob" addr=mail.example res=failed\''],
    expect: { 'source.ip': [], 'network.direction': [] },
  },
  {
    why: 'several keys of rules are several tags, also those that old kernels double',
    records: [`${SYSCALL} syscall=59 key=65786563013634626974`],
    expect: { tags: ['exec', '64bit'] },
  },
  { why: 'old kernels write key= twice', records: [`${SYSCALL} syscall=59 key="key=net"`], expect: { tags: ['net'] } },
  {
    why: 'an address without its system call is taken for a destination',
    records: [INET],
    expect: { 'destination.ip': ['192.0.2.1'], 'network.direction': [], 'event.category': [] },
  },
  {
    why: 'two addresses make no mixture',
    records: [`${SYSCALL} syscall=307`, INET, 'SOCKADDR saddr=0200005'],
    expect: { 'destination.ip': ['192.0.2.1'], 'destination.port': [80] },
  },
  {
    why: 'what a seccomp filter did stands in words',
    records: ['SECCOMP auid=1000 uid=1000 pid=7 comm="x" sig=31 arch=c000003e syscall=41 code=0x50000'],
    expect: {
      'auditd.data.code': ['errno'],
      'auditd.data.sig': ['SIGSYS'],
      'auditd.summary.object.primary': ['socket'],
      'event.action': ['violated-seccomp-policy'],
    },
  },
  {
    why: 'the second PATH is what is made, the parent before it is not',
    records: [
      `${SYSCALL} syscall=83`,
      'PATH item=0 name="/tmp/" mode=041777 nametype=PARENT',
      'PATH item=1 name="/tmp/d" inode=5 mode=040755 nametype=CREATE',
    ],
    expect: {
      'event.action': ['created-directory'],
      'file.path': ['/tmp/d'],
      'file.mode': ['0755'],
      'auditd.summary.object.type': ['directory'],
    },
  },
  {
    why: 'a host may call a field __proto__ or socket',
    records: [`${SYSCALL} syscall=42 __proto__=1 socket=2 argc=3`, INET],
    expect: { 'auditd.data.__proto__': ['1'], 'auditd.data.socket.family': ['ipv4'] },
  },
  {
    why: 'a script is told by the name of its thread',
    records: ['SYSCALL arch=c000003e syscall=42 success=yes pid=2 comm="backup" exe="/usr/bin/python3.11"'],
    expect: { 'auditd.summary.how': ['backup'] },
  },
  {
    why: 'a program is told by its path',
    records: ['SYSCALL arch=c000003e syscall=42 success=yes pid=2 comm="Thread-1" exe="/opt/app"'],
    expect: { 'auditd.summary.how': ['/opt/app'] },
  },
  {
    why: 'arguments that got lost leave the others in order',
    records: [`${SYSCALL} syscall=59`, 'EXECVE argc=4 a0="tar" a2="-f" a3=2F746D702F6120'],
    expect: { 'process.args': ['tar', '-f', '/tmp/a '], 'auditd.data.argc': ['4'] },
  },
]

for (const { why, records, expect } of CASES)
  test(`an audit event: ${why}`, () => {
    const made = event(...records)
    for (const [field, wanted] of Object.entries(expect)) assert.deepEqual(values(made, field), wanted, field)
  })

test('the mark of the end alone is no event', () => {
  const line = parseLine('type=EOE msg=audit(1700000000.000:7): ')
  assert.equal(typeof line === 'string' ? line : coalesce([line]), undefined)
})
