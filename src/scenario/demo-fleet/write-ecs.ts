import { derivedId } from '../../domain/hash.ts'
import { isoTime } from '../../domain/time.ts'
import { type Deed, userId } from './deed.ts'
import type { Host } from './hosts.ts'
import { type Rng, seeded } from './rng.ts'

/** A host's deeds as NDJSON in ECS, in the shape of Auditd Manager or of Elastic Defend; Defend sees no UDP. */
export function* ecsLines(host: Host, deeds: Iterable<Deed>, seed: number): Generator<string> {
  const rng = seeded(seed, `${host.name}/ecs`)
  const write = host.log === 'defend' ? defendDocument : auditdDocument
  let sequence = rng.whole(4_000, 90_000)
  for (const deed of deeds) {
    sequence += rng.whole(1, 3)
    if (host.log === 'defend' && deed.peer?.port === NTP) continue
    yield JSON.stringify(write(host, deed, sequence, rng))
  }
}

const NTP = 123
const ECS = { version: '8.11.0' }
const ACTIONS = {
  connect: { auditd: 'connected-to', defend: 'connection_attempted', syscall: 'connect', direction: 'egress' },
  accept: {
    auditd: 'accepted-connection-from',
    defend: 'connection_accepted',
    syscall: 'accept4',
    direction: 'ingress',
  },
  exec: { auditd: 'executed', defend: 'exec', syscall: 'execve', direction: undefined },
}

/** Shippers send in small batches: a document arrives some seconds after its event. */
const arrival = (deed: Deed, rng: Rng): string => isoTime(deed.time + rng.whole(900, 9_000))

function auditdDocument(host: Host, deed: Deed, sequence: number, rng: Rng): object {
  const action = ACTIONS[deed.kind]
  const { program, peer } = deed
  const isExec = deed.kind === 'exec'
  return {
    '@timestamp': isoTime(deed.time),
    agent: { id: derivedId(host.name, 'agent'), name: host.name, type: 'auditbeat', version: '8.15.0' },
    auditd: {
      data: {
        arch: 'x86_64',
        syscall: action.syscall,
        exit: deed.done ? '0' : 'EINPROGRESS',
        ...(peer && { socket: { family: 'ipv4', addr: peer.ip, port: peer.port } }),
      },
      message_type: 'syscall',
      result: deed.done ? 'success' : 'fail',
    },
    data_stream: { type: 'logs', dataset: 'auditd_manager.auditd', namespace: 'default' },
    ecs: ECS,
    event: {
      action: action.auditd,
      category: [isExec ? 'process' : 'network'],
      type: isExec ? ['start'] : ['connection', 'start'],
      kind: 'event',
      module: 'auditd',
      dataset: 'auditd_manager.auditd',
      outcome: deed.done ? 'success' : 'failure',
      ingested: arrival(deed, rng),
      sequence,
    },
    host: hostFields(host),
    ...(action.direction && { network: { direction: action.direction } }),
    process: {
      pid: deed.pid,
      parent: { pid: deed.ppid },
      name: program.name,
      executable: program.executable,
      args: program.args,
      title: program.args.join(' '),
      ...(isExec && { working_directory: program.cwd ?? '/' }),
    },
    service: { type: 'auditd' },
    user: { id: String(userId(deed.user)), name: deed.user },
    // The one who is called knows only the caller: go-libaudit fills `source` for accept and `destination` for connect.
    ...(peer && (deed.kind === 'accept' ? { source: peer } : { destination: peer })),
  }
}

function defendDocument(host: Host, deed: Deed, sequence: number, rng: Rng): object {
  const action = ACTIONS[deed.kind]
  const { program } = deed
  const isExec = deed.kind === 'exec'
  const dataset = isExec ? 'endpoint.events.process' : 'endpoint.events.network'
  const agent = derivedId(host.name, 'agent')
  const user = { id: String(userId(deed.user)), name: deed.user }
  return {
    '@timestamp': isoTime(deed.time),
    agent: { id: agent, type: 'endpoint', version: '8.15.0' },
    data_stream: { type: 'logs', dataset, namespace: 'default' },
    ecs: ECS,
    event: {
      action: action.defend,
      category: [isExec ? 'process' : 'network'],
      type: ['start'],
      kind: 'event',
      module: 'endpoint',
      dataset,
      id: derivedId(host.name, sequence),
      created: isoTime(deed.time),
      ingested: arrival(deed, rng),
      outcome: 'unknown',
      sequence,
    },
    host: hostFields(host),
    message: isExec ? 'Endpoint process event' : 'Endpoint network event',
    process: {
      pid: deed.pid,
      name: program.name,
      executable: program.executable,
      args: program.args,
      command_line: program.args.join(' '),
      entity_id: derivedId(agent, deed.pid),
      parent: { pid: deed.ppid, entity_id: derivedId(agent, deed.ppid) },
      ...(isExec && { working_directory: program.cwd ?? '/' }),
    },
    ...(deed.peer && {
      ...ends(host, deed, rng),
      network: { direction: action.direction, transport: 'tcp', type: 'ipv4' },
    }),
    user: { ...user, Ext: { real: user } },
  }
}

function ends(host: Host, deed: Deed, rng: Rng): object {
  const far = { address: deed.peer!.ip, ...deed.peer! }
  const near = { address: host.address, ip: host.address, port: deed.localPort ?? rng.whole(32_768, 60_999) }
  return deed.kind === 'accept' ? { source: far, destination: near } : { source: near, destination: far }
}

function hostFields(host: Host): object {
  return {
    id: derivedId(host.name, 'machine'),
    name: host.name,
    hostname: host.name,
    architecture: 'x86_64',
    ip: [host.address],
    os: { type: 'linux', family: 'debian', ...host.os },
  }
}
