import { DAY } from '../../domain/time.ts'
import { chanceAfter } from './curve.ts'
import { dayChance, isUnknown, NO_DAYS, type PeerKind } from './day-rates.ts'
import type { Endpoint, Program, Range, Use } from './entries.ts'
import type { Peer } from './facts.ts'
import { dayOf, youth } from './fading.ts'
import { FIRST_NAMED, type Names, NOBODY, pairOf } from './names.ts'
import { chance, NO_RATE } from './rate.ts'
import type { Scene } from './scene.ts'
import type { State } from './state.ts'
import { CAPS, WEIGHTS } from './weights.ts'

/**
 * Evidence 2 (detection-design §6, v3 §6): a peer that does not fit the program. Each peer of a group is judged by itself, and the
 * one with the largest sum is the one that the group is about.
 */
export interface PeerEvidence {
  readonly peer: Peer
  readonly keys: PeerKeys
  /** What an outside address that is new to the program is; undefined for any other peer. */
  readonly kind: PeerKind | undefined
  readonly newPort: boolean
  readonly newInternal: boolean
  readonly nats: PeerNats
  /** The program knows an address of the same /24. */
  readonly near: boolean
  /** Buckets in which the endpoint or the range was contacted by its owner, this one included, if this use owns it unshared; else 0. */
  readonly endpointBuckets: number
  readonly endpointAge: number
  readonly rangeBuckets: number
  readonly rangeAge: number
}

/**
 * How surprising each novelty of a peer is by itself, in nats, before weights, under the names that `WEIGHTS` has for them; 0 where
 * there is none. Letters are those of the design.
 */
export interface PeerNats {
  /** A: the endpoint is unknown in the fleet. After carry and peer roll-out, not capped. */
  readonly unknownEndpoint: number
  /** R: a known endpoint in a range that is new to the program. After carry and peer roll-out, not capped. */
  readonly newRange: number
  /** B: the port is new to the program. */
  readonly newPort: number
  /** E: a known endpoint in a range that the program uses, whose address is new to it. */
  readonly knownEndpoint: number
  /** I: an address inside that is new to this use. */
  readonly internal: number
  /** A and R of this bucket alone, to be remembered at birth. */
  readonly endpointBirth: number
  readonly rangeBirth: number
  /** Other hosts on which the program had something new in this range lately: the roll-out that A and R are after. */
  readonly otherHosts: number
}

/** What a peer is called, by number; `NOBODY` for what the model has not heard of. */
export interface PeerKeys {
  readonly ip: number
  readonly portKey: number
  /** Of outside peers. */
  readonly service: number
  readonly range: number
}

function keysOf(names: Names, { ip, portKey, service, range, external }: Peer): PeerKeys {
  return {
    ip: names.findAddress(ip),
    portKey: names.find(portKey),
    service: external ? names.find(service) : NOBODY,
    range: external ? names.find(range) : NOBODY,
  }
}

/** Priors of the curves by group, at a program's first (p₁ of detection-design §6). */
const FIRST = { unknownEndpoint: 0.25, newPort: 0.1, internal: 0.5 } as const
const WEIGHT = 5
const INTERNAL_WEIGHT = 2
/** A program that meets a new address in more than three of ten outside groups roams. */
const ROAMING = 0.3
/**
 * Nats off an unknown endpoint in a /24 that the program knows: a pool, a mirror, a cloud's next machine. An estimate, ln(0.36/0.02) with
 * the weight of 1.25: a third of harmless contacts to unknown endpoints, and one attack in fifty, on made-up fleets that are not in this repository.
 */
const NEAR = 2.3
/** Only for a use as old as this: a new one may have brought its pool along. */
const SETTLED = 7 * DAY
/** Of an unknown endpoint counts half the surprise by day and half the surprise by contact (v3 §6). */
const BY_DAY = 0.5
/** So many days back other hosts' news in a range make this one's a roll-out. */
const ROLL_OUT = 7 * DAY
/** On a fleet's first day all its peers are new; after that a short history needs every day it has. */
const PEERS_FROM = DAY
/** A program with fewer groups is young: its account's habit of meeting new addresses counts (detection-design §13). */
export const YOUNG = 8

/** Peers are judged, and their rates learned, from the fleet's second day on. */
export function knowsPeers({ state, group }: Pick<Scene, 'state' | 'group'>): boolean {
  return group.first - state.start! >= PEERS_FROM
}

export function roams(program: Program | undefined): boolean {
  return program !== undefined && program.roaming > ROAMING
}

/** @param judged whether the fleet is old enough to judge peers */
export function judgePeer(scene: Scene, peer: Peer, judged: boolean): PeerEvidence {
  const { state, group, ids, use, supposed } = scene
  const { entries, names } = state
  const at = group.first
  const keys = keysOf(names, peer)
  const range = peer.external ? entries.ranges.get(ids.program, keys.range) : undefined
  const isVouched = supposed?.vouched === peer.endpoint
  const endpoint = peer.external && !isVouched ? entries.endpoints.get(keys.ip, keys.service) : undefined
  const usual = supposed?.rolledOut === true
  const kind = usual || !peer.external ? undefined : kindOf(scene, keys, isVouched || endpoint?.vouched === true, range)
  const near = kind === 'unknownInUsedRange' && use !== undefined && at - use.first >= SETTLED && knowsNear(scene, keys)
  const newPort = !usual && !entries.ports.has(ids.program, keys.portKey)
  const newInternal = !peer.external && use !== undefined && !use.internalMany && !entries.internal.has(use.id, keys.ip)
  const owned = ownedAlone(endpoint, use)
  const ownRange = ownedAlone(range, use)
  const nats = judged ? natsOf(scene, { kind, near, newPort, newInternal, owned, ownRange, range }) : NO_NATS
  return {
    peer,
    keys,
    kind,
    newPort,
    newInternal,
    nats,
    near,
    endpointBuckets: owned ? owned.buckets + 1 : 0,
    endpointAge: owned ? at - owned.first : 0,
    rangeBuckets: ownRange ? ownRange.buckets + 1 : 0,
    rangeAge: ownRange ? at - ownRange.first : 0,
  }
}

/** What a peer is to a program, before it has a value. */
interface Seen {
  readonly kind: PeerKind | undefined
  readonly near: boolean
  readonly newPort: boolean
  readonly newInternal: boolean
  readonly owned: Endpoint | undefined
  readonly ownRange: Range | undefined
  readonly range: Range | undefined
}

const NO_NATS: PeerNats = {
  unknownEndpoint: 0,
  newRange: 0,
  newPort: 0,
  knownEndpoint: 0,
  internal: 0,
  endpointBirth: 0,
  rangeBirth: 0,
  otherHosts: 0,
}

function natsOf(scene: Scene, seen: Seen): PeerNats {
  const { kind, near, newPort, newInternal, owned, ownRange, range } = seen
  if (kind === undefined && !newPort && !newInternal && !owned && !ownRange) return NO_NATS
  const { state, group } = scene
  const at = group.first
  const portNats = newPort ? Math.min(CAPS.newPort, -Math.log(portChance(scene))) : 0
  // One endpoint that is new by address and by port is no likelier than the less likely of the two (detection-design §13).
  const endpointBirth = isUnknown(kind) ? Math.max(unknownEndpoint(scene, kind, near), portNats) : 0
  const rangeBirth = kind === 'knownInNewRange' ? -Math.log(dayChanceOf(scene, kind)) : 0
  const otherHosts = range ? hostsWithNews(scene, range) : 0
  const rollOut = Math.log(1 + otherHosts)
  const carriedEndpoint = owned ? owned.score * youth(at - owned.first) : 0
  const carriedRange = ownRange ? ownRange.score * youth(at - ownRange.first) : 0
  return {
    unknownEndpoint: Math.max(0, Math.max(endpointBirth, carriedEndpoint) - rollOut),
    newRange: Math.max(0, Math.max(rangeBirth, carriedRange) - rollOut),
    newPort: portNats,
    knownEndpoint: kind === 'knownInUsedRange' ? -Math.log(dayChanceOf(scene, kind)) : 0,
    internal: newInternal ? Math.min(CAPS.internal, -Math.log(internalChance(state, scene.use!))) : 0,
    endpointBirth,
    rangeBirth,
    otherHosts,
  }
}

/** The endpoint or range, if the use owns it and nothing else was seen with it. */
function ownedAlone<T extends Endpoint | Range>(one: T | undefined, use: Use | undefined): T | undefined {
  return one !== undefined && one.owner === use?.id && !one.shared ? one : undefined
}

/** The contact's own worth: an unknown endpoint and a new range are one thing and count once. */
export function contactNats({ nats: { unknownEndpoint, newRange } }: Pick<PeerEvidence, 'nats'>): number {
  return Math.max(
    WEIGHTS.unknownEndpoint * Math.min(CAPS.unknownEndpoint, unknownEndpoint),
    WEIGHTS.newRange * Math.min(CAPS.newRange, newRange),
  )
}

/** Nats of a peer without persistence. */
export function peerNats(evidence: PeerEvidence): number {
  const { newPort, knownEndpoint, internal } = evidence.nats
  return (
    contactNats(evidence) +
    WEIGHTS.newPort * newPort +
    WEIGHTS.knownEndpoint * knownEndpoint +
    WEIGHTS.internal * internal
  )
}

function kindOf(
  { state: { entries }, ids }: Scene,
  { ip }: PeerKeys,
  vouched: boolean,
  range: Range | undefined,
): PeerKind | undefined {
  if (entries.addresses.has(ids.program, ip)) return undefined
  if (vouched) return range ? 'knownInUsedRange' : 'knownInNewRange'
  return range ? 'unknownInUsedRange' : 'unknownInNewRange'
}

function knowsNear({ state: { entries }, ids }: Scene, { ip }: PeerKeys): boolean {
  const neighbours = neighboursOf(ip)
  return neighbours !== undefined && entries.addresses.has(ids.program, neighbours)
}

/** The number that stands for the /24 of an IPv4 address among a program's addresses: its first, which hardly anybody has. */
export function neighboursOf(ip: number): number | undefined {
  return ip >= FIRST_NAMED ? undefined : (ip & ~0xff) >>> 0
}

function unknownEndpoint(scene: Scene, kind: PeerKind, near: boolean): number {
  const byDay = -Math.log(dayChanceOf(scene, kind))
  const byContact = Math.min(CAPS.unknownEndpoint, -Math.log(contactChance(scene)))
  const alone = BY_DAY * byDay + (1 - BY_DAY) * byContact
  return near ? Math.min(CAPS.unknownEndpoint, alone) - NEAR : alone
}

function dayChanceOf({ state, group, program, ofUser, use }: Scene, kind: PeerKind): number {
  const levels = [program?.days ?? NO_DAYS, ofUser?.days ?? NO_DAYS, use?.days ?? NO_DAYS] as const
  return dayChance(kind, state.dayCurves, program?.daysBegun ?? 0, levels, dayOf(group.first))
}

function contactChance(scene: Scene): number {
  const { program, onHost } = scene
  const ofProgram = chance(program?.unknownEndpointRate ?? NO_RATE, expectedNews(scene), WEIGHT)
  return chance(onHost?.unknownEndpointRate ?? NO_RATE, ofProgram, WEIGHT)
}

/** The curve's chance of an unknown endpoint; while a program is young, times what its account makes of such chances. */
function expectedNews({ state, program, account }: Scene): number {
  const groups = program?.groups ?? 0
  const byCurve = chanceAfter(state.curves.unknownEndpoint, FIRST.unknownEndpoint, groups)
  if (groups >= YOUNG) return byCurve
  const { observed, expected } = account.youngNew
  return Math.min(1, (byCurve * (observed + 1)) / (expected + 1))
}

/** What the curve alone expects of a program; `youngNew` compares with it. */
export function curveOfNews(state: State, groups: number): number {
  return chanceAfter(state.curves.unknownEndpoint, FIRST.unknownEndpoint, groups)
}

function portChance({ state, program, onHost }: Scene): number {
  const curve = chanceAfter(state.curves.newPort, FIRST.newPort, program?.groups ?? 0)
  const ofProgram = chance(program?.newPortRate ?? NO_RATE, curve, WEIGHT)
  return chance(onHost?.newPortRate ?? NO_RATE, ofProgram, WEIGHT)
}

function internalChance(state: State, use: Use): number {
  return chance(use.internalRate, chanceAfter(state.curves.internal, FIRST.internal, use.buckets), INTERNAL_WEIGHT)
}

/** Other hosts that had something new of the program in a range within seven days. */
function hostsWithNews({ state, group, ids }: Scene, { program, range }: Range): number {
  const { first: at } = group
  const times = pairOf(program, range)
  const hosts = state.newsTimes.upTo(times, at) - state.newsTimes.upTo(times, at - ROLL_OUT)
  const here = hosts > 0 ? state.entries.news.get(program, range, ids.host) : undefined
  return here !== undefined && here.first > at - ROLL_OUT && here.first <= at ? hosts - 1 : hosts
}
