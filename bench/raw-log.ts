import { seeded } from '../src/scenario/demo-fleet/rng.ts'
import { choosePeer, chooseProgram, hosts, type Peer, type Program } from './cast.ts'

const WEEK = 7 * 86_400_000
const START = Date.UTC(2026, 2, 2)
/** auditd separates what it adds to a line with `log_format = ENRICHED` by this sign. */
const ENRICHED = '\u001d'
const UNSET = 4_294_967_295

/**
 * About `size` bytes of the audit.log of one busy host, over a week: rules for connect and execve, ENRICHED, records as a kernel
 * 6.1 and auditd 3 write them. Of a hundred events some 85 go to an internet address, ten to a unix socket, five run a program.
 */
export function* rawLog(size: number): Generator<string> {
  const [host] = hosts(1, 24)
  const rng = seeded(1, 'raw')
  let serial = 4_000
  let time = START
  for (let written = 0; written < size; ) {
    // A request, a timer, a build: connections come in bursts, a few milliseconds apart.
    const isInBurst = rng.next() < 0.9
    time = isInBurst ? time + rng.whole(0, 40) : Math.max(time, START + Math.floor((WEEK * written) / size))
    const program = chooseProgram(host!, rng)
    const stamp = `${Math.floor(time / 1000)}.${String(time % 1000).padStart(3, '0')}:${serial++}`
    const kind = rng.next()
    const records =
      kind < 0.85
        ? toAddress(program, choosePeer(program, rng), rng.whole(300, 32_000))
        : kind < 0.95
          ? toUnixSocket(program, rng.whole(300, 32_000))
          : execution(program, rng.whole(300, 32_000))
    const event = records.map(([type, body]) => `type=${type} msg=audit(${stamp}): ${body}\n`).join('')
    written += event.length
    yield event
  }
}

type RawRecord = readonly [type: string, body: string]

function toAddress(program: Program, { ip, port }: Peer, pid: number): RawRecord[] {
  const saddr = `0200${hex(port, 4)}${ip
    .split('.')
    .map((byte) => hex(Number(byte), 2))
    .join('')}${'0'.repeat(16)}`
  return [
    ['SYSCALL', syscall('connect', program, pid, `success=no exit=-115 a0=${(pid % 90) + 3}`, 'items=0')],
    ['SOCKADDR', `saddr=${saddr}${ENRICHED}SADDR={ saddr_fam=inet laddr=${ip} lport=${port} }`],
    ['PROCTITLE', `proctitle=${encoded(program.title.replaceAll(' ', '\0'))}`],
  ]
}

/** The kernel copies 110 bytes of the caller's, whatever stands behind the path. */
function toUnixSocket(program: Program, pid: number): RawRecord[] {
  const path = Buffer.from('/run/systemd/journal/dev-log').toString('hex').toUpperCase()
  const saddr = `0100${path}00${hex(pid * 40_503, 8).repeat(24)}`.slice(0, 220)
  return [
    ['SYSCALL', syscall('connect', program, pid, `success=yes exit=0 a0=${(pid % 90) + 3}`, 'items=1')],
    ['SOCKADDR', `saddr=${saddr}${ENRICHED}SADDR={ saddr_fam=local path=/run/systemd/journal/dev-log }`],
    ['CWD', 'cwd="/"'],
    ['PATH', `item=0 name="/run/systemd/journal/dev-log" inode=${pid % 9000} dev=00:18 ${PATH_TAIL}`],
    ['PROCTITLE', `proctitle=${encoded(program.title.replaceAll(' ', '\0'))}`],
  ]
}

function execution(program: Program, pid: number): RawRecord[] {
  const args = [...program.title.split(' '), `--job=${pid % 50}`]
  return [
    ['SYSCALL', syscall('execve', program, pid, `success=yes exit=0 a0=55d0c1a4${hex(pid, 4)}`, 'items=2')],
    ['EXECVE', `argc=${args.length}${args.map((arg, i) => ` a${i}=${encoded(arg)}`).join('')}`],
    ['CWD', 'cwd="/"'],
    ['PATH', `item=0 name="${program.executable}" inode=${pid % 9000} dev=fe:00 ${PATH_TAIL}`],
    ['PATH', `item=1 name="/lib64/ld-linux-x86-64.so.2" inode=8366 dev=fe:00 ${PATH_TAIL}`],
    ['PROCTITLE', `proctitle=${encoded(args.join('\0'))}`],
  ]
}

const PATH_TAIL = `mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0${ENRICHED}OUID="root" OGID="root"`
const CALL_NUMBERS = { connect: 42, execve: 59 }

function syscall(call: 'connect' | 'execve', program: Program, pid: number, result: string, items: string): string {
  const { uid, user, name, executable } = program
  const pointers = `a1=7ffe47${hex(pid * 977, 6).toLowerCase()} a2=10 a3=7ffe47${hex(pid * 31, 6).toLowerCase()}`
  return (
    `arch=c000003e syscall=${CALL_NUMBERS[call]} ${result} ${pointers} ${items} ppid=1 pid=${pid} auid=${UNSET} ` +
    `uid=${uid} gid=${uid} euid=${uid} suid=${uid} fsuid=${uid} egid=${uid} sgid=${uid} fsgid=${uid} tty=(none) ` +
    `ses=${UNSET} comm=${encoded(name)} exe=${encoded(executable)} subj=unconfined key="net"${ENRICHED}` +
    `ARCH=x86_64 SYSCALL=${call} AUID="unset" UID="${user}" GID="${user}" EUID="${user}" SUID="${user}" ` +
    `FSUID="${user}" EGID="${user}" SGID="${user}" FSGID="${user}"`
  )
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0').slice(-digits)
}

/** In quotes, or in hex if a sign would end the word too early. */
function encoded(text: string): string {
  return /^[\u0021\u0023-\u007e]+$/.test(text) ? `"${text}"` : Buffer.from(text).toString('hex').toUpperCase()
}
