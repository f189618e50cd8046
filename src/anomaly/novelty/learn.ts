import { DAY } from '../../domain/time.ts'
import { learnCurve } from './curve.ts'
import { bookDay, bookNovelty, kindBit, newDayRates } from './day-rates.ts'
import { executableOf, placeOf } from './executable.ts'
import { dayOf } from './fading.ts'
import type { Group } from './group.ts'
import type { Judgement } from './judge.ts'
import {
  ageClassOf,
  bookBirth,
  bookExposure,
  bookObserved,
  ALERT_DELAY,
  CONTEXT_DELAY,
  type Level,
  levelGroup,
  newContext,
} from './novelty-rates.ts'
import { curveOfNews, PEERS_FROM, type PeerEvidence, roams, YOUNG } from './peers.ts'
import { newRate, observe } from './rate.ts'
import type { Scene } from './scene.ts'
import { learnHour, REACH } from './shape.ts'
import type { Account, Host, Program, ProgramOfUser, ProgramOnHost, State, Use } from './state.ts'
import { countHour, LEARNING, REVIEWED_FOR, UNSCORED } from './vetting.ts'

/** A use has so many internal peers at most; with more, another one is no surprise. */
const INTERNAL_PEERS = 64
/** What a program can remember of its hosts and ports; more says no more. */
const HOSTS_KEPT = 256
const PORTS_KEPT = 4096
const ROAMING_STEP = 0.1

/** Step 2 of the order of work: what time alone has brought about, before a group is judged. */
export function enter(state: State, group: Group, seen: number): Scene {
  const at = group.first
  const day = dayOf(at)
  state.start ??= at
  state.newest = Math.max(state.newest, at)
  const host = met(state.hosts, group.host, () => newHost(at, day))
  const user = met(state.users, group.user, () => ({ seen, context: newContext(day) }))
  const account = met(host.accounts, group.user, () => newAccount(day))
  host.seen = user.seen = account.seen = seen
  bookWaitingBirths(state, at)
  if (account.activeDay < day) {
    const contexts = [account.context, user.context, host.context]
    if (account.activeDay >= 0) bookExposure(state.rates, account.activeAge, contexts, day)
    account.activeDay = day
    account.activeAge = ageClassOf(at - host.first)
    account.dayLevel = 0
    account.dayGroups = 0
  }
  adoptFromNobody(host, account, group)
  const program = state.programs.get(group.program)
  const use = account.uses.get(group.program)
  const onHost = program?.hosts.get(group.host)
  const scene: Scene = { state, group, host, user, account, program, onHost, use }
  if (use !== undefined && program !== undefined && use.day < day) beginDay(scene, use, program, day)
  return scene
}

/** Contexts learn late (v3 §5), and so do the fleet's rates from what was an alert. */
function bookWaitingBirths(state: State, now: number): void {
  if (state.births.length === 0 || state.nextDue > now) return
  const due = state.births.filter((birth) => birth.due <= now)
  state.births = state.births.filter((birth) => birth.due > now)
  state.nextDue = state.births.reduce((least, birth) => Math.min(least, birth.due), Number.MAX_SAFE_INTEGER)
  for (const birth of due) {
    const day = dayOf(now)
    if (birth.alerted) bookBirth(state.rates, birth.age, birth.level, 0, day)
    const host = state.hosts.get(birth.host)
    const contexts = [host, state.users.get(birth.user), host?.accounts.get(birth.user)]
    bookObserved(contexts.flatMap((one) => (one ? [one.context] : [])), levelGroup(birth.level), day)
  }
}

/** What was first met under "no user" belongs to the first real user, so that lossy events make no novelties. */
function adoptFromNobody(host: Host, account: Account, { user, program }: Group): void {
  const nobody = user === '' ? undefined : host.accounts.get('')
  const use = nobody?.uses.get(program)
  if (nobody === undefined || use === undefined) return
  nobody.uses.delete(program)
  if (!account.uses.has(program)) account.uses.set(program, use)
}

/** Another day of a use: the one before is over and can be counted. */
function beginDay(scene: Scene, use: Use, program: Program, day: number): void {
  const { state, group } = scene
  const learning = isLearning(scene)
  if (use.day >= 0 && learning) {
    const levels = [program.days, program.users.get(group.user)?.days, use.days].filter((rates) => rates !== undefined)
    bookDay(levels, state.dayCurves, use.dayIndex, use.dayKinds, day)
  }
  if (use.day < 0 || learning) {
    use.dayIndex = program.daysBegun
    program.daysBegun += 1
  }
  use.day = day
  use.dayKinds = 0
}

/** Rates of peers are learned from the fleet's third day on. */
function isLearning({ state, group }: Scene): boolean {
  return group.first - state.start! >= PEERS_FROM
}

/** Step 7: takes in a group that was judged. */
export function learn(scene: Scene, judgement: Judgement, seen: number, alertFrom: number): void {
  const { state, group, host, account } = scene
  const program = scene.program ?? newProgram(scene, seen)
  const onHost = met(program.hosts, group.host, () => newOnHost(group.first, seen), HOSTS_KEPT)
  const ofUser = met(program.users, group.user, () => ({ seen, days: newDayRates(dayOf(group.first)) }))
  program.seen = ofUser.seen = seen
  if (onHost) Object.assign(onHost, { seen, lastUser: group.user })
  state.executables.set(program.executable, seen)
  const use = scene.use ?? newUse(scene, judgement, program, seen)
  use.seen = seen
  learnBirth(scene, judgement, alertFrom)
  learnVetting(scene, judgement, use)
  learnShape(scene, judgement, program)
  learnRates(scene, judgement, program, onHost, use)
  for (const evidence of judgement.peers) learnPeer(scene, evidence, program, ofUser, use, seen)
  countHour(use, group.first)
  use.buckets += 1
  learnReach(scene, use)
  program.groups += 1
  program.fanOut = Math.max(program.fanOut, group.peers.size)
  account.uses.set(group.program, use)
  state.shape.known.set(program.place, seen)
  if (judgement.program.level !== undefined && group.first - host.first >= UNSCORED)
    state.shape.born[levelGroup(judgement.program.level)] += 1
}

/**
 * A birth teaches the fleet's rates at once and its contexts two days later. One that is worth an alert teaches nothing for a
 * week: attacks must not make attacks ordinary, and a person has that long to say "malicious". After that it counts like any other.
 */
function learnBirth({ state, group, account }: Scene, { program: { level }, nats }: Judgement, alertFrom: number): void {
  if (level === undefined) return
  const alerted = nats >= alertFrom
  const of = levelGroup(level)
  const first = (account.dayGroups & (1 << of)) === 0
  if (!alerted) {
    bookBirth(state.rates, account.activeAge, level, account.dayLevel, dayOf(group.first))
    account.dayLevel = Math.max(account.dayLevel, level) as Level
    account.dayGroups |= 1 << of
  }
  if (!alerted && !first) return
  const due = group.first + (alerted ? ALERT_DELAY : CONTEXT_DELAY)
  state.births.push({ due, host: group.host, user: group.user, age: account.activeAge, level, alerted })
  state.nextDue = Math.min(state.nextDue, due)
}

function learnVetting(scene: Scene, { program, review, peers }: Judgement, use: Use): void {
  const { state, group } = scene
  const at = group.first
  if (program.silence !== undefined) {
    use.hours = null
    if (peers.some(({ peer }) => peer.external)) state.review.vetted += 1
  }
  if (program.silence !== undefined && program.born !== undefined) {
    use.score = program.born
    use.scoredAt = at
    use.freshUntil = at + REVIEWED_FOR
  }
  if (review.found !== undefined) {
    state.review.qualified += 1
    use.reviewable = false
    use.rev = review.found
    use.revAt = at
    use.freshUntil = at + REVIEWED_FOR
  }
}

/** Likelihood ratios learn from what is new, on hosts that are not. */
function learnShape(scene: Scene, { program: { level }, novelty }: Judgement, program: Program): void {
  const { state, group, host } = scene
  if (group.first - host.first < UNSCORED) return
  const { shape } = state
  if (level !== undefined || novelty === 2) {
    learnHour(state, group.first, novelty)
    if (group.argv0 !== undefined) {
      shape.argv0[group.argv0] += 1
      program.argv0[group.argv0] += 1
    }
    if (group.attended !== undefined)
      for (const counts of [shape.terminal[novelty]!, program.terminal[novelty]!]) {
        counts.n += 1
        if (group.attended) counts.yes += 1
      }
  }
  if (level !== undefined && level >= 4 && group.directory !== '') {
    shape.directoriesN += 1
    for (const counts of [shape.directories, host.directories])
      counts.set(group.directory, (counts.get(group.directory) ?? 0) + 1)
  }
  if (level !== undefined && level >= 5) {
    shape.newDirectoryN += 1
    if (!shape.known.has(program.place)) shape.newDirectory += 1
  }
}

function learnRates(
  scene: Scene,
  { peers }: Judgement,
  program: Program,
  onHost: ProgramOnHost | undefined,
  use: Use,
): void {
  const { state, account } = scene
  const external = peers.some(({ peer }) => peer.external)
  const unknown = peers.some(({ kind }) => kind === 'A1' || kind === 'A2')
  const newPort = peers.some((peer) => peer.newPort)
  const newInternal = peers.some((peer) => peer.newInternal)
  if (external) program.roaming += ROAMING_STEP * ((unknown ? 1 : 0) - program.roaming)
  if (!isLearning(scene)) return
  const { groups } = program
  if (groups < YOUNG) {
    account.youngNew.expected += curveOfNews(state, groups)
    if (unknown) account.youngNew.observed += 1
  }
  learnCurve(state.curves.a, groups, unknown)
  learnCurve(state.curves.b, groups, newPort)
  observe(program.a, unknown)
  observe(program.b, newPort)
  if (onHost) {
    observe(onHost.a, unknown)
    observe(onHost.b, newPort)
  }
  if (scene.use !== undefined && use.internal !== null) {
    learnCurve(state.curves.i, use.buckets, newInternal)
    observe(use.internalRate, newInternal)
  }
}

function learnPeer(
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
    if (use.internal === null) return
    use.internal.set(peer.ip, seen)
    if (use.internal.size > INTERNAL_PEERS) use.internal = null
    return
  }
  if (kind !== undefined && isLearning(scene) && (use.dayKinds & kindBit(kind)) === 0) {
    use.dayKinds |= kindBit(kind)
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
  { peer, kind, born }: PeerEvidence,
  program: Program,
  use: Use,
  seen: number,
): void {
  const at = group.first
  const isNews = kind !== undefined && kind !== 'E'
  let range = program.ranges.get(peer.range)
  if (range === undefined) {
    range = { owner: use.id, seen: 0, shared: false, first: at, score: born.r, buckets: 0, hosts: new Map() }
    program.ranges.set(peer.range, range)
  }
  if (range.owner !== use.id) range.shared = true
  else if (range.seen !== seen) range.buckets += 1
  range.seen = seen
  if (isNews && range.hosts.size < HOSTS_KEPT && !range.hosts.has(group.host)) range.hosts.set(group.host, at)
}

/** Contacts of roaming programs do not make an endpoint known; they own it only if its port is new to them as well. */
function learnEndpoint(
  { state, group }: Scene,
  evidence: PeerEvidence,
  program: Program,
  use: Use,
  seen: number,
): void {
  const { peer, kind, newPort, born } = evidence
  const known = state.endpoints.get(peer.endpoint)
  const roaming = roams(program)
  if (known === undefined) {
    if (roaming && !(newPort && kind !== undefined)) return
    state.endpoints.set(peer.endpoint, {
      ...{ owner: use.id, seen, vouched: !roaming, shared: false, first: group.first, score: born.a, buckets: 1 },
    })
    return
  }
  if (known.owner === use.id) {
    if (known.seen !== seen) known.buckets += 1
  } else if (!roaming) known.shared = true
  if (!roaming) known.vouched = true
  known.seen = seen
}

function learnReach({ state, group, host }: Scene, use: Use): void {
  if (use.first - host.first < UNSCORED || group.first - use.first > REACH.within) return
  const reached = REACH.buckets.indexOf(use.buckets as 4 | 10 | 25)
  if (reached >= 0) state.shape.reached[levelGroup(use.level)]![reached]! += 1
}

function newHost(first: number, day: number): Host {
  return {
    ...{ first, seen: 0, context: newContext(day), accounts: new Map(), directories: new Map(), namesUsers: false },
  }
}

function newAccount(day: number): Account {
  return {
    ...{ seen: 0, context: newContext(day), activeDay: -1, activeAge: 0, dayLevel: 0, dayGroups: 0 },
    ...{ youngNew: { observed: 0, expected: 0 }, uses: new Map() },
  }
}

function newOnHost(first: number, seen: number): ProgramOnHost {
  return { first, seen, lastUser: '', a: newRate(), b: newRate() }
}

function newProgram({ state, group }: Scene, seen: number): Program {
  const program: Program = {
    ...{ executable: executableOf(group.program), place: placeOf(group.program), seen, groups: 0 },
    ...{ a: newRate(), b: newRate(), roaming: 0, fanOut: 0, daysBegun: 0, hadInternal: false },
    ...{ hosts: new Map(), users: new Map(), ips: new Map(), ports: new Map(), ranges: new Map() },
    ...{ days: newDayRates(dayOf(group.first)), argv0: [0, 0, 0], terminal: [0, 1, 2].map(() => ({ n: 0, yes: 0 })) },
  }
  state.programs.set(group.program, program)
  return program
}

function newUse(scene: Scene, judgement: Judgement, program: Program, seen: number): Use {
  const { state, group, host } = scene
  const { first, directory } = group
  const age = first - host.first
  const { level, born } = judgement.program
  const use: Use = {
    ...{ id: state.nextUse++, first, seen, buckets: 0, level: level as Level, directory },
    ...{ score: born ?? 0, scoredAt: first, freshUntil: 0, rev: 0, revAt: 0, reviewable: age < UNSCORED },
    ...{ hours: age < LEARNING ? Array<number>(24).fill(0) : null, lastHour: -1 },
    ...{ days: newDayRates(dayOf(first)), day: -1, dayKinds: 0, dayIndex: 0 },
    ...{ internal: new Map(), internalRate: newRate() },
  }
  beginDay(scene, use, program, Math.floor(first / DAY))
  return use
}

/** The entry of a name, made if it is missing and there is room for another. */
function met<T>(entries: Map<string, T>, name: string, make: () => T): T
function met<T>(entries: Map<string, T>, name: string, make: () => T, room: number): T | undefined
function met<T>(entries: Map<string, T>, name: string, make: () => T, room = Number.POSITIVE_INFINITY): T | undefined {
  const known = entries.get(name)
  if (known !== undefined || entries.size >= room) return known
  const made = make()
  entries.set(name, made)
  return made
}
