import type { TermName } from '../../domain/term-name.ts'
import { DAY } from '../../domain/time.ts'
import type { Use } from './entries.ts'
import { placeOf } from './executable.ts'
import { INBOUND } from './facts.ts'
import { youth } from './fading.ts'
import type { Level } from './novelty-rates.ts'
import { judgePeer, knowsPeers, type PeerEvidence, peerNats } from './peers.ts'
import { judgeProgram, judgeReview, mostContacted, type ProgramEvidence, type Review } from './program-evidence.ts'
import type { Scene } from './scene.ts'
import {
  argv0Term,
  directoryTerm,
  fanOutTerm,
  hourTerm,
  isLocalBirth,
  leapTerm,
  localToolTerm,
  newDirectoryTerm,
  newPeersTerm,
  portTerm,
  reachTerm,
  rollOutTerm,
  terminalTerm,
} from './shape.ts'
import { directoryOf, type NoveltyClass } from './shape-state.ts'
import type { Term } from './term.ts'
import { isSettled, vettingOf } from './vetting.ts'
import { CAPS, GATE, WEIGHTS } from './weights.ts'

/** How surprising a group is against the state before it, and what is to be learned from it. */
export interface Judgement {
  /** The score: the sum of the terms. 0 where it cannot reach `FLOOR`. */
  readonly nats: number
  readonly terms: readonly Term[]
  readonly program: ProgramEvidence
  readonly review: Review
  readonly peers: readonly PeerEvidence[]
  /** The peer that says most. */
  readonly about: PeerEvidence
  /** Whether that peer says more than the program does. */
  readonly peerLed: boolean
  readonly novelty: NoveltyClass
}

/** Below so many nats a group is no finding: it makes no record, and its terms are not worth writing down. */
export const FLOOR = 2
/** More than all gated terms together bring where a fleet has had 20,000 births, and what speaks against a group has never been seen. */
const MOST_OF_SHAPE = 40

/** Scores one group. Nothing is changed by judging. */
export function judge(scene: Scene): Judgement {
  const { state, group, program, use } = scene
  const at = group.first
  const judged = knowsPeers(scene)
  const peers: PeerEvidence[] = []
  for (const peer of group.peers.values()) peers.push(judgePeer(scene, peer, judged))
  const ofProgram = judgeProgram(scene)
  const review = judgeReview(scene, peers)
  const gate = gateOf(ofProgram.nats, review.nats, peers)
  const fresh =
    ofProgram.silence !== undefined ||
    review.found !== undefined ||
    (use !== undefined && at < (vettingOf(state, use)?.freshUntil ?? 0))
  const about = most(peers, (peer) => peerNats(peer) + gate * persistenceOf(peer, fresh))
  const novelty = noveltyOf(levelOf(ofProgram, use), use !== undefined && judged, peers)
  const breadth = mostTelling(leapTerm(scene), fanOutTerm(program, group), newPeersTerm(peers))
  const sure = ofProgram.nats + review.nats + peerNats(about) + (breadth?.nats ?? 0)
  const terms: Term[] = []
  if (sure + MOST_OF_SHAPE * gate >= FLOOR) {
    terms.push(programTerm(scene, ofProgram), reviewTerm(scene, review, peers), ...peerTerms(scene, about))
    push(terms, persistenceTerm(about, gate * persistenceOf(about, fresh)))
    push(terms, reach(scene, ofProgram.nats))
    for (const term of shapeTerms(scene, about, novelty)) push(terms, term && { ...term, nats: gate * term.nats })
    push(terms, breadth)
    push(terms, rollOutTerm(scene))
  }
  const told = terms.filter(({ nats }) => nats !== 0)
  const peerLed = peerNats(about) > ofProgram.nats
  return { nats: sumOf(told), terms: told, program: ofProgram, review, peers, about, peerLed, novelty }
}

/** Three ways to say that a group speaks to many: the one that says most stands for all. */
function mostTelling(...terms: readonly (Term | undefined)[]): Term | undefined {
  const told = terms.filter((term) => term !== undefined)
  return told.length === 0 ? undefined : most(told, ({ nats }) => nats)
}

function push(terms: Term[], term: Term | undefined): void {
  if (term !== undefined) terms.push(term)
}

/** The score is the sum of its terms, in their order. */
export function sumOf(terms: readonly Term[]): number {
  return terms.reduce((sum, { nats }) => sum + nats, 0)
}

/** How far anything about a group is new, 0 to 1: an old program with old peers is not odd for running at night. */
function gateOf(program: number, review: number, peers: readonly PeerEvidence[]): number {
  const peer = peers.reduce(
    (most, { nats: { unknownEndpoint, newRange, internal } }) =>
      Math.max(most, unknownEndpoint, internal, GATE.range * newRange),
    0,
  )
  return Math.min(1, Math.max(program / GATE.program, review / GATE.review, peer / GATE.peer))
}

/** ln(buckets of contact) with an endpoint or a range that only this use has: what is used once has 0, a beacon gains. */
function persistenceOf({ endpointBuckets, endpointAge, rangeBuckets, rangeAge }: PeerEvidence, fresh: boolean): number {
  return Math.max(ofContact(endpointBuckets, endpointAge, fresh), ofContact(rangeBuckets, rangeAge, fresh))
}

function ofContact(buckets: number, age: number, fresh: boolean): number {
  return buckets < 2 ? 0 : Math.min(CAPS.persistence, Math.log(buckets)) * (fresh ? 1 : youth(age))
}

/** Level of a birth, now or once. */
function levelOf({ level }: Pick<ProgramEvidence, 'level'>, use: Use | undefined): Level {
  return level ?? (use!.level as Level)
}

function noveltyOf(level: Level, known: boolean, peers: readonly PeerEvidence[]): NoveltyClass {
  if (known && peers.some(isNews)) return 2
  return level <= 4 ? 0 : 1
}

function isNews({ kind, newInternal }: PeerEvidence): boolean {
  return newInternal || (kind !== undefined && kind !== 'knownInUsedRange')
}

function programTerm({ state, group, ids, host, use }: Scene, { nats, level, silence }: ProgramEvidence): Term {
  return {
    name: 'program',
    nats,
    numbers: {
      program: group.program,
      user: group.user,
      host: group.host,
      level: levelOf({ level }, use),
      hostDays: (group.first - host.first) / DAY,
      age: use === undefined ? 0 : (group.first - use.first) / DAY,
      silence: silence ?? -1,
      hosts: state.hostTimes.size(ids.program),
      fleet: state.entries.hosts.size,
    },
  }
}

function reviewTerm({ state, group }: Scene, { nats }: Review, peers: readonly PeerEvidence[]): Term {
  const { vetted, qualified } = state.review
  const numbers = { program: group.program, host: group.host, vetted, qualified, buckets: mostContacted(peers) }
  return { name: 'review', nats, numbers }
}

function peerTerms({ state, group, ids, program, use }: Scene, about: PeerEvidence): Term[] {
  const { peer, nats, near } = about
  const numbers = {
    ip: peer.ip,
    port: peer.port,
    range: peer.range,
    program: group.program,
    user: group.user,
    otherHosts: nats.otherHosts,
    near: near ? 1 : 0,
    ...(peer.service.startsWith(INBOUND) && { inbound: 1 }),
    groups: program?.groups ?? 0,
    days: Math.round(use?.days.m ?? 0),
    hosts: state.hostTimes.size(ids.program),
  }
  const unknown = WEIGHTS.unknownEndpoint * Math.min(CAPS.unknownEndpoint, nats.unknownEndpoint)
  const range = WEIGHTS.newRange * Math.min(CAPS.newRange, nats.newRange)
  const term = (name: TermName, weighted: number): Term => ({ name, nats: weighted, numbers })
  return [
    unknown >= range ? term('unknown endpoint', unknown) : term('new range', range),
    term('new port', WEIGHTS.newPort * nats.newPort),
    term('known endpoint', WEIGHTS.knownEndpoint * nats.knownEndpoint),
    term('new internal peer', WEIGHTS.internal * nats.internal),
  ]
}

function persistenceTerm(about: PeerEvidence, nats: number): Term {
  const { peer, endpointBuckets, rangeBuckets } = about
  return { name: 'persistence', nats, numbers: { ip: peer.ip, range: peer.range, endpointBuckets, rangeBuckets } }
}

function reach(scene: Scene, nats: number): Term | undefined {
  const { state, ids, use, host } = scene
  if (use === undefined || !isSettled(host, use.first)) return undefined
  if (!isLocalBirth(state, ids.program, use.first)) return undefined
  return reachTerm(state, use, Math.min(1, nats / GATE.program))
}

function shapeTerms(scene: Scene, about: PeerEvidence, novelty: NoveltyClass) {
  const { state, group, host, program, use } = scene
  return [
    directoryTerm(state, host, use ? directoryOf(use.directory) : group.directory),
    newDirectoryTerm(state, placeOf(group.program)),
    argv0Term(state, program, group),
    localToolTerm(scene),
    hourTerm(state, group.first, novelty),
    terminalTerm(state, program, group, novelty),
    about.nats.unknownEndpoint > 0 ? portTerm(state, about.peer.portKey) : undefined,
  ]
}

function most<T>(items: readonly T[], value: (item: T) => number): T {
  let best: T = items[0] as T
  for (const item of items) if (value(item) > value(best)) best = item
  return best
}
