import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AuditLine, parseLine } from './parse-line.ts'

const HEAD = 'msg=audit(1481077231.371:479):'

interface Layers {
  readonly fields?: Record<string, string>
  readonly told?: Record<string, string>
  readonly enriched?: Record<string, string>
  readonly truncated?: boolean
}

const CASES: readonly { why: string; line: string; expect: Layers }[] = [
  {
    why: 'quotes go, (null) is absent, (none) is a value',
    line: `type=SYSCALL ${HEAD} arch=c000003e exit=-115 tty=(none) comm="nginx" key=(null)`,
    expect: { fields: { arch: 'c000003e', exit: '-115', tty: '(none)', comm: 'nginx' } },
  },
  {
    why: 'hex is decoded where the kernel encodes',
    line: `type=SYSCALL ${HEAD} a0=6162 comm=28636F6D2E61706129 exe=2F746D702F6120622063`,
    expect: { fields: { a0: '6162', comm: '(com.apa)', exe: '/tmp/a b c' } },
  },
  {
    why: 'devices of virtual machines and contexts are decoded too, as `ausearch -i` does',
    line: `type=VIRT_RESOURCE ${HEAD} pid=1 msg='old-chardev=2F6120 new-net=6120 new-rng=6220 mac=6120 res=success'`,
    expect: {
      fields: { pid: '1' },
      told: { 'old-chardev': '/a ', 'new-net': 'a ', 'new-rng': 'b ', mac: '6120', res: 'success' },
    },
  },
  {
    why: 'a colon behind a number is none of it, as `ausearch -i` has it; one behind an address is',
    line: `type=USER_LOGIN ${HEAD} user pid=1 uid=0 msg='uid=500: exe="/x" (hostname=?, addr=2001:db8::, res=success)'`,
    expect: {
      fields: { pid: '1', uid: '0' },
      told: { uid: '500', exe: '/x', addr: '2001:db8::', res: 'success' },
    },
  },
  {
    why: 'a name of hex digits in quotes is a name',
    line: `type=SYSCALL ${HEAD} comm="DADA" exe="/bin/CAFE"`,
    expect: { fields: { comm: 'DADA', exe: '/bin/CAFE' } },
  },
  {
    why: 'a process may be called "?" or "(null)"',
    line: `type=SYSCALL ${HEAD} comm="?" exe="(null)"`,
    expect: { fields: { comm: '?', exe: '(null)' } },
  },
  {
    why: 'a key called __proto__ is a key',
    line: `type=SYSCALL ${HEAD} __proto__=1 constructor="x"`,
    expect: {
      fields: Object.fromEntries([
        ['__proto__', '1'],
        ['constructor', 'x'],
      ]),
    },
  },
  {
    why: 'arguments are decoded in EXECVE, pieces of one keep their kind',
    line: `type=EXECVE ${HEAD} argc=3 a0="sh" a1=612062 a2_len=8 a2[0]=6162 a2[1]="cd"`,
    expect: { fields: { argc: '3', a0: 'sh', a1: 'a b', a2_len: '8', 'a2[0]': '6162', 'a2[1]': '"cd' } },
  },
  {
    why: 'a stray apostrophe costs nothing',
    line: `type=EXECVE ${HEAD} argc=1 a0="721df12151a7"'`,
    expect: { fields: { argc: '1', a0: '721df12151a7' } },
  },
  {
    why: 'zero bytes part the words of a command line',
    line: `type=PROCTITLE ${HEAD} proctitle=6966636F6E66696700656E733400`,
    expect: { fields: { proctitle: 'ifconfig ens4' } },
  },
  {
    why: 'a character that the kernel cut off is left out',
    line: `type=PROCTITLE ${HEAD} proctitle=6C7320D18FD1`,
    expect: { fields: { proctitle: 'ls я' } },
  },
  {
    why: 'what user space says is a layer of its own, and its first key wins there too',
    line: `type=USER_LOGIN ${HEAD} pid=1 uid=0 msg='op=login acct="root" uid=1000 uid=1001 hostname=? addr=10.0.0.1 res=failed'`,
    expect: {
      fields: { pid: '1', uid: '0' },
      told: { op: 'login', acct: 'root', uid: '1000', addr: '10.0.0.1', res: 'failed' },
    },
  },
  {
    why: 'an account of unknown name is absent',
    line: `type=USER_ERR ${HEAD} pid=1 msg='op=PAM:bad_ident acct="?" res=failed'`,
    expect: { fields: { pid: '1' }, told: { op: 'PAM:bad_ident', res: 'failed' } },
  },
  {
    why: 'an operation may have several words',
    line: `type=ADD_GROUP ${HEAD} pid=1 msg='op=adding user to group acct="x" exe="/usr/sbin/useradd"'`,
    expect: { fields: { pid: '1' }, told: { op: 'adding user to group', acct: 'x', exe: '/usr/sbin/useradd' } },
  },
  {
    why: 'PAM of old systems puts fields in brackets',
    line: `type=USER_START ${HEAD} user pid=1 uid=0 auid=0 msg='PAM: session open acct="root" : exe="/usr/sbin/crond" (hostname=?, addr=?, terminal=cron res=success)'`,
    expect: {
      fields: { pid: '1', uid: '0', auid: '0' },
      told: { acct: 'root', exe: '/usr/sbin/crond', terminal: 'cron', res: 'success' },
    },
  },
  {
    why: 'kernels before 3.13 write "old auid"',
    line: `type=LOGIN ${HEAD} login pid=1 uid=0 old auid=4294967295 new auid=0 old ses=4294967295 new ses=2`,
    expect: {
      fields: { pid: '1', uid: '0', old_auid: '4294967295', new_auid: '0', old_ses: '4294967295', new_ses: '2' },
    },
  },
  {
    why: 'enriched fields stand behind a separator',
    line: `type=SYSCALL ${HEAD} uid=0 key="net"\x1dARCH=x86_64 SYSCALL=connect UID="root"`,
    expect: { fields: { uid: '0', key: 'net' }, enriched: { ARCH: 'x86_64', SYSCALL: 'connect', UID: 'root' } },
  },
  {
    why: 'enriched fields without separator, after a quote',
    line: `type=SYSCALL ${HEAD} uid=0 key="net"ARCH=x86_64 SYSCALL=connect UID="root"`,
    expect: { fields: { uid: '0', key: 'net' }, enriched: { ARCH: 'x86_64', SYSCALL: 'connect', UID: 'root' } },
  },
  {
    why: 'enriched fields without separator, after an absent value',
    line: `type=SYSCALL ${HEAD} uid=0 key=(null)ARCH=x86_64 UID="root"`,
    expect: { fields: { uid: '0' }, enriched: { ARCH: 'x86_64', UID: 'root' } },
  },
  {
    why: 'enriched fields without separator, after a bare value',
    line: `type=PATH ${HEAD} item=0 name="/x" ouid=0 nametype=NORMALOUID="root" OGID="root"`,
    expect: {
      fields: { item: '0', name: '/x', ouid: '0', nametype: 'NORMAL' },
      enriched: { OUID: 'root', OGID: 'root' },
    },
  },
  {
    why: 'enriched fields without separator, after a message',
    line: `type=USER_ACCT ${HEAD} pid=1 uid=0 msg='acct="root" res=success'UID="root" AUID="unset"`,
    expect: {
      fields: { pid: '1', uid: '0' },
      told: { acct: 'root', res: 'success' },
      enriched: { UID: 'root', AUID: 'unset' },
    },
  },
  {
    why: 'an enriched address is one value',
    line: `type=SOCKADDR ${HEAD} saddr=02000050A9FEA9FE\x1dSADDR={ saddr_fam=inet laddr=169.254.169.254 lport=80 }`,
    expect: {
      fields: { saddr: '02000050A9FEA9FE' },
      enriched: { SADDR: '{ saddr_fam=inet laddr=169.254.169.254 lport=80 }' },
    },
  },
  {
    why: 'SELinux says what it decided in words',
    line: `type=AVC ${HEAD} avc:  denied  { read write } for  pid=7 comm="httpd" name="x" scontext=a:b:c:s0 tclass=file permissive=0`,
    expect: {
      fields: {
        seresult: 'denied',
        seperms: 'read,write',
        pid: '7',
        comm: 'httpd',
        name: 'x',
        scontext: 'a:b:c:s0',
        tclass: 'file',
        permissive: '0',
      },
    },
  },
  {
    why: 'a decision inside of a user-space message',
    line: `type=USER_AVC ${HEAD} pid=1 uid=0 msg='avc:  denied  { start } for auid=n/a uid=5 cmdline="x" tclass=service'`,
    expect: {
      fields: { pid: '1', uid: '0' },
      told: { seresult: 'denied', seperms: 'start', auid: 'n/a', uid: '5', cmdline: 'x', tclass: 'service' },
    },
  },
  {
    why: 'AppArmor writes fields only',
    line: `type=AVC ${HEAD} apparmor="DENIED" operation="open" profile="/usr/sbin/cupsd" name="/etc/x" pid=3 comm="cupsd"`,
    expect: {
      fields: {
        apparmor: 'DENIED',
        operation: 'open',
        profile: '/usr/sbin/cupsd',
        name: '/etc/x',
        pid: '3',
        comm: 'cupsd',
      },
    },
  },
  {
    why: 'AppArmor labels with a mode, behind a doubled equals sign',
    line: `type=USER_ACCT ${HEAD} pid=1 subj==docker-default (enforce) msg='op=x res=success'`,
    expect: { fields: { pid: '1', subj: 'docker-default (enforce)' }, told: { op: 'x', res: 'success' } },
  },
  {
    why: 'a free word before fields is passed over',
    line: `type=MAC_UNLBL_ALLOW ${HEAD} netlabel: auid=0 ses=0 unlbl_accept=1 old=0`,
    expect: { fields: { auid: '0', ses: '0', unlbl_accept: '1', old: '0' } },
  },
  {
    why: 'a stray byte before a key is no part of it',
    line: `type=DAEMON_START ${HEAD} subj=unconfined \xa0res=success`,
    expect: { fields: { subj: 'unconfined', res: 'success' } },
  },
  {
    why: 'a line that ends inside of quotes',
    line: `type=SYSCALL ${HEAD} uid=0 comm="cu`,
    expect: { fields: { uid: '0', comm: 'cu' }, truncated: true },
  },
  {
    why: 'a line that ends inside of hex digits',
    line: `type=PROCTITLE ${HEAD} proctitle=6C73002D6`,
    expect: { fields: { proctitle: 'ls -' }, truncated: true },
  },
  {
    why: 'a line that ends inside of a message',
    line: `type=USER_CMD ${HEAD} pid=1 msg='cwd="/" cmd="su" res=succ`,
    expect: { fields: { pid: '1' }, told: { cwd: '/', cmd: 'su', res: 'succ' }, truncated: true },
  },
  {
    why: 'the newline is no part of a value without end',
    line: `type=SYSCALL ${HEAD} comm="cu\n`,
    expect: { fields: { comm: 'cu' }, truncated: true },
  },
  { why: 'a line that ends inside of a key', line: `type=SYSCALL ${HEAD} uid=0 com`, expect: { fields: { uid: '0' } } },
  {
    why: 'a carriage return is no part of a value',
    line: `type=CWD ${HEAD}  cwd=/x\r`,
    expect: { fields: { cwd: '/x' } },
  },
]

for (const { why, line, expect } of CASES)
  test(`fields of a record: ${why}`, () => {
    const parsed = parsedLine(line)
    assert.deepEqual(Object.fromEntries(parsed.fields), expect.fields ?? {})
    assert.deepEqual(Object.fromEntries(parsed.told), expect.told ?? {})
    assert.deepEqual(Object.fromEntries(parsed.enriched), expect.enriched ?? {})
    assert.equal(parsed.truncated, expect.truncated ?? false)
  })

test('the header gives node, type, time in milliseconds and serial', () => {
  const { node, type, time, serial } = parsedLine('node=web-1 type=EOE msg=audit(1481077231.371:479): ')
  assert.deepEqual({ node, type, time, serial }, { node: 'web-1', type: 'EOE', time: 1481077231371, serial: 479 })
})

test('a record type that auditd knew by number only has its name', () => {
  assert.equal(parsedLine(`type=UNKNOWN[1334] ${HEAD} prog-id=5 op=LOAD`).type, 'BPF')
  assert.equal(parsedLine(`type=UNKNOWN[9999] ${HEAD} x=1`).type, 'UNKNOWN[9999]')
  assert.equal(parsedLine(`type=1300 ${HEAD} x=1`).type, 'SYSCALL')
})

test('old auditds write no colon behind the header', () => {
  const line = parsedLine('type=DAEMON_CONFIG msg=audit(1490239800.477:34) config changed, auid=0 pid=1512 res=success')
  assert.deepEqual(Object.fromEntries(line.fields), { auid: '0', pid: '1512', res: 'success' })
})

for (const { line, reason } of [
  { line: 'Dec  7 02:17:21 host sshd[1]: hello', reason: 'no audit(…) header' },
  { line: 'type=SYSCALL msg=audit(1481077231.371:', reason: 'no audit(…) header' },
  { line: 'type=SYSCALL msg=audit(999999999999.000:1): x=1', reason: 'audit time out of range' },
  { line: 'type=SYSCALL msg=audit(1481077231.371:4294967296): x=1', reason: 'audit serial out of range' },
])
  test(`a line is rejected for a stable reason: ${reason} (${line.length} bytes)`, () => {
    assert.equal(parseLine(line), reason)
  })

function parsedLine(text: string): AuditLine {
  const line = parseLine(text)
  if (typeof line === 'string') assert.fail(`rejected: ${line}`)
  return line
}
