import { bookNovelty, kindBit } from './day-rates.ts'
import { type Program, type ProgramOfUser, touch, type Use } from './entries.ts'
import { NOBODY, pairOf } from './names.ts'
import { knowsPeers, neighboursOf, type PeerEvidence, roams } from './peers.ts'
import type { Scene } from './scene.ts'

/** A use has so many internal peers at most; with more, another one is no surprise. */
const INTERNAL_PEERS = 64
/** What a program can remember of its ports, and a range of its hosts; more says no more. */
const PORTS_KEPT = 4096
const HOSTS_KEPT = 256

/** Takes in one peer of a group: ports, addresses, ranges and endpoints, and whose they are. */
export function learnPeer(
  scene: Scene,
  evidence: PeerEvidence,
  program: Program,
  ofUser: ProgramOfUser,
  use: Use,
  seen: number,
): void {
  const { state, ids } = scene
  const { peer, keys, kind } = evidence
  const ip = keys.ip === NOBODY ? state.names.addressId(peer.ip) : keys.ip
  learnPort(scene, program, evidence)
  if (!peer.external) {
    program.hadInternal = true
    if (!use.internalMany) learnInternal(scene, use, ip, seen)
    return
  }
  if (kind !== undefined && knowsPeers(scene) && (use.dayKinds & kindBit(kind)) === 0) {
    use.dayKinds |= kindBit(kind)
    bookNovelty([program.days, ofUser.days, use.days], kind, use.day)
  }
  state.entries.addresses.met(ids.program, ip).seen = seen
  const neighbours = neighboursOf(ip)
  if (neighbours !== undefined) state.entries.addresses.met(ids.program, neighbours).seen = seen
  learnRange(scene, evidence, use, seen)
  learnEndpoint(scene, evidence, ip, program, use, seen)
}

function learnInternal({ state: { entries } }: Scene, use: Use, ip: number, seen: number): void {
  if (!entries.internal.has(use.id, ip)) use.internal += 1
  entries.internal.met(use.id, ip).seen = seen
  // The others go when the day ends (`bounds.ts`).
  use.internalMany = use.internal > INTERNAL_PEERS
}

function learnPort({ state, ids }: Scene, program: Program, { peer: { portKey, external }, keys }: PeerEvidence): void {
  const { shape, names } = state
  const { ports } = state.entries
  const id = keys.portKey === NOBODY ? names.id(portKey) : keys.portKey
  let port = ports.get(ids.program, id)
  if (port === undefined) {
    if (program.ports >= PORTS_KEPT) return
    program.ports += 1
    port = ports.add(ids.program, id)
  }
  if (!external || port.external) return
  port.external = true
  if (!program.hadExternal) shape.outsidePrograms += 1
  program.hadExternal = true
  shape.outsidePorts.set(portKey, (shape.outsidePorts.get(portKey) ?? 0) + 1)
}

function learnRange(
  { state, group, ids }: Scene,
  { peer, keys, kind, nats }: PeerEvidence,
  use: Use,
  seen: number,
): void {
  const { entries, names, newsTimes } = state
  const at = group.first
  const id = keys.range === NOBODY ? names.id(peer.range) : keys.range
  let range = entries.ranges.get(ids.program, id)
  if (range === undefined) {
    range = entries.ranges.add(ids.program, id)
    range.owner = use.id
    range.first = at
    range.score = nats.rangeBirth
  }
  if (range.owner !== use.id) range.shared = true
  else if (range.seen !== seen) range.buckets += 1
  touch(range, seen)
  if (kind === undefined || kind === 'knownInUsedRange' || entries.news.has(ids.program, id, ids.host)) return
  const times = pairOf(ids.program, id)
  if (newsTimes.size(times) >= HOSTS_KEPT) return
  entries.news.add(ids.program, id, ids.host).first = at
  newsTimes.add(times, at)
}

/** Contacts of roaming programs do not make an endpoint known; they own it only if its port is new to them as well. */
function learnEndpoint(
  { state, group }: Scene,
  { peer, keys, kind, newPort, nats }: PeerEvidence,
  ip: number,
  program: Program,
  use: Use,
  seen: number,
): void {
  const { endpoints } = state.entries
  const service = keys.service === NOBODY ? state.names.id(peer.service) : keys.service
  const known = endpoints.get(ip, service)
  const roaming = roams(program)
  if (known === undefined) {
    if (roaming && !(newPort && kind !== undefined)) return
    const made = endpoints.add(ip, service)
    made.owner = use.id
    made.seen = seen
    made.vouched = !roaming
    made.first = group.first
    made.score = nats.endpointBirth
    made.buckets = 1
    return
  }
  if (known.owner === use.id) {
    if (known.seen !== seen) known.buckets += 1
  } else if (!roaming) known.shared = true
  if (!roaming) known.vouched = true
  touch(known, seen)
}
