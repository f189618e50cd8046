import type { EpochMs } from '../../domain/time.ts'
import { type Deed, userId } from './deed.ts'
import type { Host } from './hosts.ts'
import { seeded } from './rng.ts'

/** x86-64 call numbers and names. */
const CALLS = {
  connect: { number: 42, name: 'connect' },
  accept: { number: 288, name: 'accept4' },
  exec: { number: 59, name: 'execve' },
}
const UNSET = 4_294_967_295
/** The sign between a raw line and the names that auditd adds to it with `log_format = ENRICHED`. */
const ENRICHED = '\u001d'

/** The lines of `audit.log` for a host's deeds, as the kernel and auditd write them (raw or ENRICHED, with or without `node=`). */
export function* auditLines(host: Host, deeds: Iterable<Deed>, seed: number): Generator<string> {
  const rng = seeded(seed, `${host.name}/audit`)
  const enriched = host.log === 'audit-enriched'
  const node = host.log === 'audit-node' ? `node=${host.name} ` : ''
  let serial = rng.whole(4_000, 90_000)
  for (const deed of deeds) {
    // Most serials in between belong to records that the host does not keep.
    serial += rng.whole(1, 3)
    const handle = rng.whole(3, 90)
    for (const { type, raw, names } of recordsOf(deed, handle))
      yield `${node}type=${type} msg=audit(${stamp(deed.time)}:${serial}): ${raw}${enriched && names ? ENRICHED + names : ''}`
  }
}

interface AuditRecord {
  readonly type: string
  readonly raw: string
  /** What ENRICHED adds. */
  readonly names?: string
}

function recordsOf(deed: Deed, handle: number): AuditRecord[] {
  const { args } = deed.program
  const title = { type: 'PROCTITLE', raw: `proctitle=${encoded(args.join('\0'))}` }
  if (deed.kind !== 'exec') return [syscall(deed, handle), sockaddr(deed), title]
  const words = args.map((arg, i) => ` a${i}=${encoded(arg)}`).join('')
  return [
    syscall(deed, handle),
    { type: 'EXECVE', raw: `argc=${args.length}${words}` },
    { type: 'CWD', raw: `cwd=${encoded(deed.program.cwd ?? '/')}` },
    {
      type: 'PATH',
      raw: `item=0 name=${encoded(deed.program.executable)} inode=${131_072 + handle} dev=fe:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0`,
    },
    title,
  ]
}

function syscall(deed: Deed, handle: number): AuditRecord {
  const { program, user, pid, ppid, kind, done } = deed
  const id = userId(user)
  // People log in, so their processes carry a login user, a session and a terminal; daemons do not.
  const person = id >= 1000
  const login = person ? `auid=${id}` : `auid=${UNSET}`
  const place = person ? 'tty=pts0 ses=3' : `tty=(none) ses=${UNSET}`
  const result = done ? `success=yes exit=${kind === 'accept' ? handle : 0}` : 'success=no exit=-115'
  const digits = handle.toString(16)
  const pointers =
    kind === 'exec'
      ? `a0=55d0c1a4${digits}0 a1=55d0c1a5${digits}0 a2=55d0c1a6${digits}0 a3=8 items=1`
      : `a0=${digits} a1=7ffe3b5c${digits}0 a2=10 a3=0 items=0`
  const raw = `arch=c000003e syscall=${CALLS[kind].number} ${result} ${pointers} ppid=${ppid} pid=${pid} ${login} uid=${id} gid=${id} euid=${id} suid=${id} fsuid=${id} egid=${id} sgid=${id} fsgid=${id} ${place} comm=${encoded(program.name)} exe=${encoded(program.executable)} subj=unconfined key="${kind === 'exec' ? 'exec' : 'net'}"`
  const name = `"${user}"`
  const names = `ARCH=x86_64 SYSCALL=${CALLS[kind].name} AUID=${person ? name : '"unset"'} UID=${name} GID=${name} EUID=${name} SUID=${name} FSUID=${name} EGID=${name} SGID=${name} FSGID=${name}`
  return { type: 'SYSCALL', raw, names }
}

/** `struct sockaddr_in` in hex: family 2 in the machine's order, then port and address in the network's, then eight zero bytes. */
function sockaddr(deed: Deed): AuditRecord {
  const { ip, port } = deed.peer!
  const bytes = [2, 0, port >> 8, port & 0xff, ...ip.split('.').map(Number), 0, 0, 0, 0, 0, 0, 0, 0]
  const saddr = bytes.map(hex).join('')
  return { type: 'SOCKADDR', raw: `saddr=${saddr}`, names: `SADDR={ saddr_fam=inet laddr=${ip} lport=${port} }` }
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0').toUpperCase()

/** Seconds with milliseconds, as in `audit(1773619259.732:63450)`. */
function stamp(time: EpochMs): string {
  return `${Math.floor(time / 1000)}.${String(time % 1000).padStart(3, '0')}`
}

/** Audit writes a text in quotes, or in hex if it holds a space, a quote, a control character or anything beyond ASCII. */
function encoded(text: string): string {
  return /^[\u0021\u0023-\u007e]+$/.test(text) ? `"${text}"` : Buffer.from(text).toString('hex').toUpperCase()
}
