import type { DIRECTORY_CLASSES } from '../../domain/directory-class.ts'
import { isLocalTool } from '../../domain/local-tools.ts'
import { DAY, type EpochMs, HOUR } from '../../domain/time.ts'
import type { Host, Program, Use } from './entries.ts'
import { INBOUND } from './facts.ts'
import type { Group } from './group.ts'
import { activeDays, type Level, levelGroup } from './novelty-rates.ts'
import type { PeerEvidence, PeerNats } from './peers.ts'
import type { Scene } from './scene.ts'
import { directoryNumber, HOUR_CELLS, type NoveltyClass } from './shape-state.ts'
import type { State } from './state.ts'
import type { Term } from './term.ts'
import { isSettled } from './vetting.ts'
import { WEIGHTS } from './weights.ts'

/**
 * Evidence 3 (detection-design §7): likelihood ratios, ln(assumed share among attacks / learned share among this fleet's
 * novelties). The attack shares are the only expert knowledge of the model.
 */
interface Shares {
  readonly attack: number
  /** Prior of the benign share; it counts as `PRIOR` observations. */
  readonly benign: number
}

const PRIOR = 20
/** Counts of one host or one program stand on those of the fleet, worth so many. */
const OWN_PRIOR = 4

const DIRECTORIES: ReadonlyMap<string, Shares> = new Map([
  ['del', { attack: 0.06, benign: 0.005 }],
  ['hid', { attack: 0.12, benign: 0.01 }],
  ['tmp', { attack: 0.18, benign: 0.07 }],
  ['home', { attack: 0.06, benign: 0.06 }],
  ['etc', { attack: 0.04, benign: 0.015 }],
  ['lib', { attack: 0.11, benign: 0.1 }],
  ['local', { attack: 0.14, benign: 0.31 }],
  ['sys', { attack: 0.23, benign: 0.42 }],
  ['inl', { attack: 0.06, benign: 0.01 }],
] satisfies [(typeof DIRECTORY_CLASSES)[number], Shares][])
const DIRECTORY_FLOOR = -1

export function directoryTerm({ shape }: State, host: Host | undefined, directory: string): Term | undefined {
  const shares = DIRECTORIES.get(directory)
  if (shares === undefined) return undefined
  const seen = shape.directories.get(directory) ?? 0
  const share = (seen + PRIOR * shares.benign) / (shape.directoriesN + PRIOR)
  const here = (host?.directories.get(directoryNumber(directory)) ?? 0) + OWN_PRIOR * share
  const ofHost = here / ((host?.directories.sum() ?? 0) + OWN_PRIOR)
  const nats = WEIGHTS.directory * Math.max(DIRECTORY_FLOOR, Math.log(shares.attack / ofHost))
  return { name: 'directory', nats, numbers: { directory, seen, of: shape.directoriesN } }
}

const NEW_DIRECTORY = { attack: 0.6, benign: 0.5, prior: 4 } as const

export function newDirectoryTerm({ shape, entries, names }: State, place: string): Term {
  const { attack, benign, prior } = NEW_DIRECTORY
  const share = (shape.newDirectory + prior * benign) / (shape.newDirectoryN + prior)
  const isNew = !entries.places.has(names.find(place))
  const ratio = isNew ? attack / share : (1 - attack) / (1 - share)
  const numbers = { place, new: isNew ? 1 : 0, seen: shape.newDirectory, of: shape.newDirectoryN }
  return { name: 'new directory', nats: WEIGHTS.newDirectory * Math.log(ratio), numbers }
}

/** By masquerade class: named after its file, unlike, like a kernel thread. */
const NAMES: readonly Shares[] = [
  { attack: 0.75, benign: 0.9 },
  { attack: 0.15, benign: 0.085 },
  { attack: 0.1, benign: 0.015 },
]

export function argv0Term({ shape }: State, program: Program | undefined, { argv0 }: Group): Term | undefined {
  if (argv0 === undefined) return undefined
  const { attack, benign } = NAMES[argv0]!
  const ofFleet = (shape.argv0[argv0] + PRIOR * benign) / (sum(shape.argv0) + PRIOR)
  const own = program?.argv0
  const share = ((own?.get(argv0) ?? 0) + OWN_PRIOR * ofFleet) / ((own?.sum() ?? 0) + OWN_PRIOR)
  const numbers = { class: argv0, seen: shape.argv0[argv0], of: sum(shape.argv0) }
  return { name: 'name of itself', nats: Math.log(attack / share), numbers }
}

const LOCAL_TOOL = { attack: 0.06, benign: 0.01, limit: 3 } as const

/**
 * A standard tool that cannot speak to a network goes outside. Where a fleet's tools do so after all (a directory service in the
 * cloud, asked by each `ls -l`), that is learned, for all tools and, from other hosts, for this one. Of other programs it says nothing.
 */
export function localToolTerm({
  state,
  group,
  ids,
  onHost,
}: Pick<Scene, 'state' | 'group' | 'ids' | 'onHost'>): Term | undefined {
  if (!isLocalTool(group.program) || !goesOutside(group)) return undefined
  const { attack, benign, limit } = LOCAL_TOOL
  const { localTools: seen, outsideBirths: of } = state.shape
  const share = (seen + PRIOR * benign) / (of + PRIOR)
  const others = state.hostTimes.size(ids.program) - (onHost === undefined ? 0 : 1)
  const ofProgram = (others + OWN_PRIOR * share) / (others + OWN_PRIOR)
  const nats = Math.min(limit, WEIGHTS.localTool * Math.log(attack / ofProgram))
  return nats <= 0
    ? undefined
    : { name: 'no network of its own', nats, numbers: { program: group.program, others, seen, of } }
}

const NAME_SERVICE = '53'

/** Whether a group has a peer outside for anything but looking up names, which the C library does for any program. */
export function goesOutside({ peers }: Group): boolean {
  for (const { external, port } of peers.values()) if (external && port !== NAME_SERVICE) return true
  return false
}

const ATTENDED = 0.3
const UNATTENDED_LIMIT = 3

export function terminalTerm(
  { shape }: State,
  program: Program | undefined,
  { attended }: Group,
  novelty: NoveltyClass,
): Term | undefined {
  if (attended === undefined) return undefined
  const fleet = shape.terminal[novelty]!
  const share = (fleet.yes + OWN_PRIOR * ATTENDED) / (fleet.n + OWN_PRIOR)
  const yes = program?.attended.get(novelty) ?? 0
  const ofProgram = (yes + OWN_PRIOR * share) / ((program?.terminals.get(novelty) ?? 0) + OWN_PRIOR)
  const nats = attended
    ? Math.log(ATTENDED / ofProgram)
    : Math.min(UNATTENDED_LIMIT, Math.log((1 - ATTENDED) / (1 - ofProgram)))
  const numbers = { attended: attended ? 1 : 0, novelty, share: ofProgram, seen: fleet.yes, of: fleet.n }
  return { name: 'terminal', nats, numbers }
}

/** 1970-01-01 was a Thursday. */
function hourCell(at: EpochMs): number {
  const weekday = (Math.floor(at / DAY) + 4) % 7
  const block = Math.floor((at % DAY) / (4 * HOUR))
  return weekday === 0 || weekday === 6 ? 6 + block : block
}

function uniformShare(cell: number): number {
  return (cell < 6 ? 5 / 7 : 2 / 7) / 6
}

export function hourTerm({ shape }: State, at: EpochMs, novelty: NoveltyClass): Term {
  const cell = hourCell(at)
  const cells = shape.hours[novelty]!
  const uniform = uniformShare(cell)
  const share = (cells[cell]! + PRIOR * uniform) / (sum(cells) + PRIOR)
  const numbers = { at, cell, seen: cells[cell]!, of: sum(cells) }
  return { name: 'hour', nats: WEIGHTS.hour * Math.log(uniform / share), numbers }
}

export function learnHour({ shape }: State, at: EpochMs, novelty: NoveltyClass): void {
  shape.hours[novelty]![hourCell(at) % HOUR_CELLS]! += 1
}

/** An ordinary port, one program in four or five uses it, is worth nothing. */
const USUAL_PORT = 1.5

export function portTerm({ shape }: State, portKey: string): Term {
  const programs = shape.outsidePorts.get(portKey) ?? 0
  const share = (programs + 0.5) / (shape.outsidePrograms + 1)
  const numbers = { port: portKey, programs, of: shape.outsidePrograms }
  return { name: 'port', nats: WEIGHTS.port * (-Math.log(share) - USUAL_PORT), numbers }
}

const FAN_OUT = { from: 8, usual: 4, weight: 0.5 } as const

export function fanOutTerm(program: Program | undefined, { peers }: Group): Term | undefined {
  if (peers.size < FAN_OUT.from) return undefined
  const before = program?.fanOut ?? 0
  const nats = FAN_OUT.weight * Math.log(peers.size / Math.max(FAN_OUT.usual, before))
  return nats <= 0 ? undefined : { name: 'fan-out', nats, numbers: { peers: peers.size, before } }
}

/** What a group reaches, and what its program did before. */
type Reach = Pick<Scene, 'program' | 'use' | 'group'> & { readonly host: Pick<Host, 'first'> }

const LEAP = { from: 8, times: 4, usual: 2, prior: 50, cap: 8, weight: 0.75 } as const

/** Peers of a bucket so far: of this use, or of its program anywhere where the use is new. */
function usualFanOut({ program, use }: Pick<Scene, 'program' | 'use'>): number {
  return Math.max(LEAP.usual, use?.mostPeers ?? program?.fanOut ?? 0)
}

/** Peers that a group went to; those that came to it are its clients. */
export function peersAsked({ peers }: Group): number {
  let asked = 0
  for (const { service } of peers.values()) if (!service.startsWith(INBOUND)) asked++
  return asked
}

/** Whether a group on a host with habits goes to at least eight peers, and to four times as many as ever before. */
export function isLeap(scene: Reach): boolean {
  if (scene.group.peers.size < LEAP.from || !isSettled(scene.host, scene.group.first)) return false
  const asked = peersAsked(scene.group)
  return asked >= LEAP.from && asked >= LEAP.times * usualFanOut(scene)
}

/**
 * A leap, as when somebody looks around or goes from host to host: improbable as it is on an account's active day, which the fleet tells. Where
 * leaps are usual, since people administer by loops over all hosts, they are worth little; and where other hosts leap on the same day, the fleet has
 * changed, or what is recorded of it.
 */
export function leapTerm(scene: Reach & Pick<Scene, 'state'>): Term | undefined {
  if (!isLeap(scene)) return undefined
  const { state, group } = scene
  const days = activeDays(state.rates)
  const { leaps } = state.shape
  const others = otherHostsWithLeaps(state, group)
  const nats = LEAP.weight * Math.min(LEAP.cap, -Math.log((leaps + 1) / (days + LEAP.prior))) - Math.log(1 + others)
  const numbers = { peers: peersAsked(group), before: usualFanOut(scene), leaps, days: Math.round(days), others }
  return nats <= 0 ? undefined : { name: 'leap', nats, numbers }
}

function otherHostsWithLeaps({ leapHosts }: Pick<State, 'leapHosts'>, { host, first }: Group): number {
  let others = 0
  for (const [name, at] of leapHosts) if (name !== host && at > first - DAY) others++
  return others
}

const AT_ONCE = { from: 3, weight: 0.5, quiet: 2 } as const

type MetInside = Pick<PeerEvidence, 'newInternal'> & { readonly nats: Pick<PeerNats, 'internal'> }

/**
 * An account that keeps to its peers inside meets several new ones within one interval: somebody looks around, or goes from host to
 * host. The fan-out of a program says nothing about that where another account of the fleet speaks to all hosts with it. Their own surprise (I)
 * says how seldom this use meets any, and takes back the term where it often does.
 */
export function newPeersTerm(peers: readonly MetInside[]): Term | undefined {
  let [fresh, surprise] = [0, 0]
  for (const peer of peers) {
    if (!peer.newInternal) continue
    fresh++
    surprise = Math.max(surprise, peer.nats.internal)
  }
  if (fresh < AT_ONCE.from || surprise === 0) return undefined
  const nats = AT_ONCE.weight * Math.min(1, surprise / AT_ONCE.quiet) * Math.log(fresh)
  return { name: 'new peers at once', nats, numbers: { peers: fresh } }
}

const ROLL_OUT = { from: 3, within: DAY, youngFor: 2 * DAY } as const

/** A program that comes to several hosts within a day is being rolled out. Only while its use here is young. */
export function rollOutTerm({ state, group, ids, onHost, use, supposed }: RollOut): Term | undefined {
  const at = group.first
  if (use !== undefined && at - use.first > ROLL_OUT.youngFor) return undefined
  const { hostTimes } = state
  const before = hostTimes.upTo(ids.program, at) - hostTimes.upTo(ids.program, at - ROLL_OUT.within)
  const hosts = before + (onHost === undefined ? 1 : 0) + (supposed?.rolledOut ? 2 : 0)
  return hosts < ROLL_OUT.from ? undefined : { name: 'roll-out', nats: -Math.log(hosts), numbers: { hosts } }
}

type RollOut = Pick<Scene, 'state' | 'group' | 'ids' | 'onHost' | 'use' | 'supposed'>

/** Buckets of activity that a new program may reach within 36 hours, and what share of attacks and of other births do. */
export const REACH = {
  buckets: [4, 10, 25],
  attack: [0.6, 0.5, 0.4],
  benign: [0.35, 0.2, 0.12],
  within: 36 * HOUR,
  hosts: 2,
} as const

/** A new program that stays: most new things here are used once or twice. `program` is its evidence so far, 0 to 1 of the gate. */
export function reachTerm({ shape }: State, use: Use, youth: number): Term | undefined {
  const group = levelGroup(use.level as Level)
  const buckets = use.buckets + 1
  let best: Term | undefined
  for (const [c, least] of REACH.buckets.entries()) {
    if (buckets < least) break
    const reached = shape.reached[group]![c]!
    const share = (reached + PRIOR * REACH.benign[c]!) / (shape.born[group] + PRIOR)
    const nats = WEIGHTS.reach * youth * Math.log(REACH.attack[c]! / share)
    if (nats > (best?.nats ?? 0))
      best = { name: 'reach', nats, numbers: { buckets, least, reached, of: shape.born[group], share } }
  }
  return best
}

/** Whether at most two hosts got a program within a day of a use's birth. */
export function isLocalBirth({ hostTimes }: Pick<State, 'hostTimes'>, program: number, born: EpochMs): boolean {
  return hostTimes.upTo(program, born + DAY) - hostTimes.before(program, born - DAY) <= REACH.hosts
}

function sum(numbers: readonly number[]): number {
  let total = 0
  for (const number of numbers) total += number
  return total
}
