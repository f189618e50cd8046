import { DAY, type EpochMs } from '../../domain/time.ts'
import { chanceAfter } from './curve.ts'
import { type DayRates, dayChance, newDayRates, type PeerKind } from './day-rates.ts'
import { dayOf, youth } from './fading.ts'
import type { Group, Peer } from './group.ts'
import { chance, newRate } from './rate.ts'
import type { Account, Endpoint, Program, ProgramOfUser, ProgramOnHost, Range, State, Use } from './state.ts'
import { CAPS, WEIGHTS } from './weights.ts'

/**
 * Evidence 2 (detection-design §6, v3 §6): a peer that does not fit the program. Each peer of a group is judged by itself, and the
 * one with the largest sum is the one that the group is about.
 */
export interface PeerEvidence {
  readonly peer: Peer
  /** What an outside address that is new to the program is; undefined for any other peer. */
  readonly kind: PeerKind | undefined
  readonly newPort: boolean
  readonly newInternal: boolean
  /** s_A and s_R after carry and peer roll-out, not capped; 0 where there is none. */
  readonly a: number
  readonly r: number
  readonly b: number
  readonly e: number
  readonly i: number
  /** s_A and s_R of this bucket alone, to be remembered at birth. */
  readonly bornA: number
  readonly bornR: number
  /** Other hosts on which the program had something new in this range lately. */
  readonly otherHosts: number
  /** Buckets in which the endpoint or the range was contacted by its owner, this one included, if this use owns it unshared; else 0. */
  readonly endpointBuckets: number
  readonly endpointAge: number
  readonly rangeBuckets: number
  readonly rangeAge: number
}

/** Priors of the curves by group, at a program's first (p₁ of detection-design §6). */
const FIRST = { a: 0.25, b: 0.1, i: 0.5 } as const
const WEIGHT = 5
const INTERNAL_WEIGHT = 2
/** A program that meets a new address in more than three of ten outside groups roams. */
const ROAMING = 0.3
/** Of an unknown endpoint counts half the surprise by day and half the surprise by contact (v3 §6). */
const BY_DAY = 0.5
/** So many days back other hosts' news in a range make this one's a roll-out. */
const ROLL_OUT = 7 * DAY
/** Peers are judged and their rates learned from the fleet's second day on: on the first everything is new, after that a short history needs every day it has. */
export const PEERS_FROM = DAY
/** A program with fewer groups is young: its account's habit of meeting new addresses counts (detection-design §13). */
export const YOUNG = 8

/** What the model knows of the parts of a group before it, as far as there is anything. */
export interface Known {
  readonly program: Program | undefined
  readonly onHost: ProgramOnHost | undefined
  readonly ofUser: ProgramOfUser | undefined
  readonly use: Use | undefined
  readonly account: Account
  /** Whether the fleet is old enough to judge peers. */
  readonly judged: boolean
}

export function roams(program: Program | undefined): boolean {
  return program !== undefined && program.roaming > ROAMING
}

export function judgePeer(state: State, peer: Peer, group: Group, known: Known): PeerEvidence {
  const { program, use } = known
  const at = group.first
  const endpoint = peer.external ? state.endpoints.get(peer.endpoint) : undefined
  const range = peer.external ? program?.ranges.get(peer.range) : undefined
  const kind = kindOf(peer, program, endpoint, range)
  const newPort = !program?.ports.has(peer.portKey)
  const newInternal = !peer.external && use !== undefined && !use.internalMany && !use.internal?.has(peer.ip)
  const owned = use && isOwnAlone(endpoint, use) ? endpoint : undefined
  const ownRange = use && isOwnAlone(range, use) ? range : undefined
  const nats = known.judged
    ? natsOf(state, group, known, { kind, newPort, newInternal, owned, ownRange, range })
    : NO_NATS
  return {
    peer,
    kind,
    newPort,
    newInternal,
    a: nats.a,
    r: nats.r,
    b: nats.b,
    e: nats.e,
    i: nats.i,
    bornA: nats.bornA,
    bornR: nats.bornR,
    otherHosts: nats.otherHosts,
    endpointBuckets: owned ? owned.buckets + 1 : 0,
    endpointAge: owned ? at - owned.first : 0,
    rangeBuckets: ownRange ? ownRange.buckets + 1 : 0,
    rangeAge: ownRange ? at - ownRange.first : 0,
  }
}

/** What a peer is to a program, before it has a value. */
interface Seen {
  readonly kind: PeerKind | undefined
  readonly newPort: boolean
  readonly newInternal: boolean
  readonly owned: Endpoint | undefined
  readonly ownRange: Range | undefined
  readonly range: Range | undefined
}

interface PeerNats {
  readonly a: number
  readonly r: number
  readonly b: number
  readonly e: number
  readonly i: number
  readonly bornA: number
  readonly bornR: number
  readonly otherHosts: number
}

const NO_NATS: PeerNats = { a: 0, r: 0, b: 0, e: 0, i: 0, bornA: 0, bornR: 0, otherHosts: 0 }

function natsOf(state: State, group: Group, known: Known, seen: Seen): PeerNats {
  const { kind, newPort, newInternal, owned, ownRange, range } = seen
  if (kind === undefined && !newPort && !newInternal && !owned && !ownRange) return NO_NATS
  const at = group.first
  const b = newPort ? Math.min(CAPS.newPort, -Math.log(portChance(state, known))) : 0
  const unknown = kind === 'A1' || kind === 'A2'
  // One endpoint that is new by address and by port is no likelier than the less likely of the two (detection-design §13).
  const bornA = unknown ? Math.max(unknownEndpoint(state, kind, known, at), b) : 0
  const bornR = kind === 'R' ? -Math.log(dayChanceOf(state, 'R', known, at)) : 0
  const otherHosts = range ? hostsWithNews(range, group.host, at) : 0
  const rollOut = Math.log(1 + otherHosts)
  const carriedA = owned ? owned.score * youth(at - owned.first) : 0
  const carriedR = ownRange ? ownRange.score * youth(at - ownRange.first) : 0
  return {
    a: Math.max(0, Math.max(bornA, carriedA) - rollOut),
    r: Math.max(0, Math.max(bornR, carriedR) - rollOut),
    b,
    e: kind === 'E' ? -Math.log(dayChanceOf(state, 'E', known, at)) : 0,
    i: newInternal ? Math.min(CAPS.internal, -Math.log(internalChance(state, known.use!))) : 0,
    bornA,
    bornR,
    otherHosts,
  }
}

function isOwnAlone(owned: Endpoint | Range | undefined, use: Use): boolean {
  return owned !== undefined && owned.owner === use.id && !owned.shared
}

/** The contact's own worth: an unknown endpoint and a new range are one thing and count once. */
export function contactNats({ a, r }: Pick<PeerEvidence, 'a' | 'r'>): number {
  return Math.max(
    WEIGHTS.unknownEndpoint * Math.min(CAPS.unknownEndpoint, a),
    WEIGHTS.newRange * Math.min(CAPS.newRange, r),
  )
}

/** Nats of a peer without persistence. */
export function peerNats(evidence: PeerEvidence): number {
  const { b, e, i } = evidence
  return contactNats(evidence) + WEIGHTS.newPort * b + WEIGHTS.knownEndpoint * e + WEIGHTS.internal * i
}

function kindOf(
  peer: Peer,
  program: Program | undefined,
  endpoint: Endpoint | undefined,
  range: Range | undefined,
): PeerKind | undefined {
  if (!peer.external || program?.ips.has(peer.ip)) return undefined
  if (endpoint?.vouched) return range ? 'E' : 'R'
  return range ? 'A2' : 'A1'
}

function unknownEndpoint(state: State, kind: PeerKind, known: Known, at: EpochMs): number {
  const byDay = -Math.log(dayChanceOf(state, kind, known, at))
  const byContact = Math.min(CAPS.unknownEndpoint, -Math.log(contactChance(state, known)))
  return BY_DAY * byDay + (1 - BY_DAY) * byContact
}

function dayChanceOf(state: State, kind: PeerKind, { program, ofUser, use }: Known, at: EpochMs): number {
  const day = dayOf(at)
  const levels = [program?.days, ofUser?.days, use?.days].map((rates) => rates ?? newDayRates(day))
  return dayChance(kind, state.dayCurves, program?.daysBegun ?? 0, levels as [DayRates, DayRates, DayRates], day)
}

function contactChance(state: State, known: Known): number {
  const { program, onHost } = known
  const ofProgram = chance(program?.a ?? newRate(), expectedNews(state, known), WEIGHT)
  return chance(onHost?.a ?? newRate(), ofProgram, WEIGHT)
}

/** The curve's chance of an unknown endpoint; while a program is young, times what its account makes of such chances. */
function expectedNews(state: State, { program, account }: Known): number {
  const groups = program?.groups ?? 0
  const byCurve = chanceAfter(state.curves.a, FIRST.a, groups)
  if (groups >= YOUNG) return byCurve
  const { observed, expected } = account.youngNew
  return Math.min(1, (byCurve * (observed + 1)) / (expected + 1))
}

/** What the curve alone expects of a program; `youngNew` compares with it. */
export function curveOfNews(state: State, groups: number): number {
  return chanceAfter(state.curves.a, FIRST.a, groups)
}

function portChance(state: State, { program, onHost }: Known): number {
  const curve = chanceAfter(state.curves.b, FIRST.b, program?.groups ?? 0)
  const ofProgram = chance(program?.b ?? newRate(), curve, WEIGHT)
  return chance(onHost?.b ?? newRate(), ofProgram, WEIGHT)
}

function internalChance(state: State, use: Use): number {
  return chance(use.internalRate ?? newRate(), chanceAfter(state.curves.i, FIRST.i, use.buckets), INTERNAL_WEIGHT)
}

function hostsWithNews(range: Range, host: string, at: EpochMs): number {
  let others = 0
  for (const news of range.news) if (news.host !== host && news.at > at - ROLL_OUT && news.at <= at) others++
  return others
}
