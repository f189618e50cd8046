import { type Rng, seeded } from '../src/scenario/demo-fleet/rng.ts'
import { choosePeer, chooseProgram, type Host, hex, hosts, type Program } from './cast.ts'

const DAY = 86_400_000
const START = Date.UTC(2026, 2, 2)

/** About `size` bytes of what Auditd Manager sends of `hostCount` hosts in 21 days, in the order of arrival. */
export function* documents(size: number, hostCount = 30): Generator<string> {
  const fleet = hosts(hostCount, 10)
  const rng = seeded(1, 'documents')
  const agents = new Map(fleet.map((host) => [host, hex(rng, 32)]))
  for (let written = 0, sequence = 20_000; written < size; sequence++) {
    const ingested = START + 10_000 + Math.floor((21 * DAY * written) / size)
    const host = fleet[rng.whole(0, fleet.length - 1)]!
    const line = `${JSON.stringify(connect(host, agents.get(host)!, chooseProgram(host, rng), ingested, sequence, rng))}\n`
    written += line.length
    yield line
  }
}

/** A million and more documents of one host in a day, each with a process name of its own: the worst that a host can do. */
export function* flood(names: number): Generator<string> {
  const [host] = hosts(1, 1)
  const rng = seeded(1, 'flood')
  const [program] = host!.programs
  for (let i = 0; i < names; i++) {
    const name = `p${hex(rng, 14)}`
    const ingested = START + 10_000 + Math.floor((DAY * i) / names)
    yield `${JSON.stringify(connect(host!, '0', { ...program!, name, executable: `/tmp/${name}`, title: name }, ingested, i, rng))}\n`
  }
}

/** What Auditd Manager sends of one connect(2); `ingested` is the time at which its shipper passed it on. */
export function connect(
  host: Host,
  agent: string,
  program: Program,
  ingested: number,
  sequence: number,
  rng: Rng,
): object {
  const { ip, port } = choosePeer(program, rng)
  const { user, uid, name, executable, title } = program
  return {
    '@timestamp': iso(ingested - rng.whole(900, 9_000)),
    agent: { id: agent, name: host.name, type: 'auditbeat', version: '8.15.3' },
    auditd: {
      data: {
        arch: 'x86_64',
        syscall: 'connect',
        exit: 'EINPROGRESS',
        tty: '(none)',
        socket: { family: 'ipv4', addr: ip, port },
      },
      message_type: 'syscall',
      result: 'fail',
      summary: {
        actor: { primary: 'unset', secondary: user },
        how: executable,
        object: { type: 'socket', primary: ip, secondary: String(port) },
      },
    },
    ecs: { version: '8.0.0' },
    event: {
      action: 'connected-to',
      category: ['network'],
      type: ['connection', 'start'],
      kind: 'event',
      module: 'auditd',
      outcome: 'failure',
      ingested: iso(ingested),
      dataset: 'auditd_manager.auditd',
      sequence,
    },
    host: {
      id: host.id,
      name: host.name,
      hostname: host.name,
      architecture: 'x86_64',
      os: {
        type: 'linux',
        family: 'debian',
        name: 'Debian GNU/Linux',
        platform: 'debian',
        version: '12 (bookworm)',
        kernel: '6.1.0-28-amd64',
      },
    },
    network: { direction: 'egress' },
    process: { pid: rng.whole(300, 32_000), parent: { pid: 1 }, executable, title, name },
    service: { type: 'auditd' },
    tags: ['netconn'],
    user: { id: String(uid), name: user },
    destination: { ip, port },
    data_stream: { type: 'logs', dataset: 'auditd_manager.auditd', namespace: 'default' },
  }
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
