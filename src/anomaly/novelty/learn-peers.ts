import { bookNovelty, kindBit, newDayRates } from './day-rates.ts'
import { isLearning } from './enter.ts'
import { touch } from './met.ts'
import { type PeerEvidence, roams } from './peers.ts'
import type { Scene } from './scene.ts'
import type { Program, ProgramOfUser, State, Use } from './state.ts'

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
  const { state } = scene
  const { peer, kind } = evidence
  learnPort(state, program, peer.portKey, peer.external)
  if (!peer.external) {
    program.hadInternal = true
    if (use.internalMany) return
    use.internal ??= new Map()
    use.internal.set(peer.ip, seen)
    use.internalMany = use.internal.size > INTERNAL_PEERS
    if (use.internalMany) use.internal = null
    return
  }
  if (kind !== undefined && isLearning(scene) && (use.dayKinds & kindBit(kind)) === 0) {
    use.dayKinds |= kindBit(kind)
    use.days ??= newDayRates(use.day)
    bookNovelty([program.days, ofUser.days, use.days], kind, use.day)
  }
  program.ips.set(peer.ip, seen)
  learnRange(scene, evidence, program, use, seen)
  learnEndpoint(scene, evidence, program, use, seen)
}

function learnPort({ shape }: State, program: Program, portKey: string, external: boolean): void {
  const before = program.ports.get(portKey)
  if (before === undefined && program.ports.size >= PORTS_KEPT) return
  if (external && before !== 2) {
    if (![...program.ports.values()].includes(2)) shape.outsidePrograms += 1
    shape.outsidePorts.set(portKey, (shape.outsidePorts.get(portKey) ?? 0) + 1)
  }
  if (before === undefined || (external && before !== 2)) program.ports.set(portKey, external ? 2 : 1)
}

function learnRange(
  { group }: Scene,
  { peer, kind, bornR }: PeerEvidence,
  program: Program,
  use: Use,
  seen: number,
): void {
  const at = group.first
  const isNews = kind !== undefined && kind !== 'E'
  let range = program.ranges.get(peer.range)
  if (range === undefined) {
    range = { owner: use.id, seen: 0, shared: false, first: at, score: bornR, buckets: 0, news: [] }
    program.ranges.set(peer.range, range)
  }
  if (range.owner !== use.id) range.shared = true
  else if (range.seen !== seen) range.buckets += 1
  touch(range, seen)
  if (isNews && range.news.length < HOSTS_KEPT && !range.news.some(({ host }) => host === group.host))
    range.news.push({ host: group.host, at })
}

/** Contacts of roaming programs do not make an endpoint known; they own it only if its port is new to them as well. */
function learnEndpoint(
  { state, group }: Scene,
  evidence: PeerEvidence,
  program: Program,
  use: Use,
  seen: number,
): void {
  const { peer, kind, newPort, bornA } = evidence
  const known = state.endpoints.get(peer.endpoint)
  const roaming = roams(program)
  if (known === undefined) {
    if (roaming && !(newPort && kind !== undefined)) return
    const owner = use.id
    const first = group.first
    state.endpoints.set(peer.endpoint, {
      owner,
      seen,
      vouched: !roaming,
      shared: false,
      first,
      score: bornA,
      buckets: 1,
    })
    return
  }
  if (known.owner === use.id) {
    if (known.seen !== seen) known.buckets += 1
  } else if (!roaming) known.shared = true
  if (!roaming) known.vouched = true
  touch(known, seen)
}
